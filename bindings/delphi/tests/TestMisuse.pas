{ Misuse, and the flat functions. }
unit TestMisuse;

interface

uses
  testregistry, Shop;

type
  TMisuseTest = class(TShopTest)
  private
    procedure OnAClosedTill(Which: Integer);
  published
    procedure EveryCallOnAClosedTillSaysSo;
    procedure ClosingTwiceIsNothing;
    procedure NilIsNoHandle;
    procedure AFreedHandleIsNone;
    procedure ShortBuffers;
    procedure RepliesFromFlatCalls;
    procedure AClientThatAFlatFunctionClosed;
  end;

implementation

uses
  SysUtils, Wsy;

procedure TMisuseTest.OnAClosedTill(Which: Integer);
begin
  case Which of
    0: Keep(Till.Activate('1'));
    1: Keep(Till.SetDevice('1', '2'));
    2: Keep(Till.Config);
    3: Keep(Till.Time);
    4: Keep(Till.Micropay('B1', '130000000000000001', 100));
    5: Keep(Till.Refund('R1', 'B1', '', 100));
    6: Keep(Till.Void('B1'));
    7: Keep(Till.Settle('B1'));
    8: Keep(Till.Recover);
    9: Keep(Till.MicropayStart('B1', '130000000000000001', 100));
    10: Keep(Till.RefundStart('R1', 'B1', '', 100));
    11: Keep(Till.ReconcileStart);
    12: Keep(Till.QueryAuthCode('130000000000000001', 100));
    13: Keep(Till.QueryOrder('dm1', 100));
    14: Keep(Till.ReadBill('B1', ''));
    15: Keep(Till.Reprint('B1'));
    16: Keep(Till.Find('B1'));
    17: Keep(Till.FindRefund('R1'));
    18: Keep(Till.Day);
    19: Keep(Till.Unresolved);
    20: Keep(Till.Reconcile);
    21: Keep(Till.Alarms);
    22: Keep(Till.Acknowledge(1, 'me'));
    23: Keep(Till.VoidStart('B1'));
    24: Keep(Till.SettleStart('B1'));
    25: Keep(Till.RecoverStart);
    26: Keep(Till.ReprintStart('B1'));
    27: Keep(Till.PrintBytesStart([1], 'tcp:127.0.0.1:1'));
  end;
end;

procedure TMisuseTest.EveryCallOnAClosedTillSaysSo;
var
  Which: Integer;
begin
  Till.Close;
  for Which := 0 to 27 do
    Fails(WSY_ERR_HANDLE, OnAClosedTill, Which);
end;

procedure TMisuseTest.ClosingTwiceIsNothing;
begin
  Till.Close;
  Till.Close;
  AssertTrue(Till.Handle = nil);
end;

procedure TMisuseTest.NilIsNoHandle;
var
  Reply: wsy_reply;
  Number: Integer;
begin
  Reply := nil;
  AssertEquals(WSY_ERR_ARGUMENT, wsy_open(nil, WSY_GBK, nil, nil, nil));
  AssertEquals(WSY_ERR_HANDLE, wsy_micropay(nil, 'B1', '130000000000000001', 100, nil, @Reply));
  AssertTrue(Reply = nil);
  AssertEquals(WSY_ERR_HANDLE, wsy_close(nil));
  AssertEquals(WSY_ERR_HANDLE, wsy_reply_free(nil));
  AssertEquals(WSY_ERR_HANDLE, wsy_params_free(nil));
  AssertEquals(WSY_ERR_HANDLE, wsy_payment_free(nil));
  AssertEquals(WSY_ERR_HANDLE, wsy_reply_code(nil));
  AssertEquals(WSY_ERR_HANDLE, wsy_reply_int(nil, 'code', @Number));
  AssertEquals(WSY_ERR_ARGUMENT, wsy_yuan_to_fen(nil, nil));
  AssertEquals(WSY_ERR_ARGUMENT, wsy_params_new(1252, nil));
end;

procedure TMisuseTest.AFreedHandleIsNone;
var
  Params: wsy_params;
begin
  AssertEquals(WSY_OK, wsy_params_new(WSY_UTF8, @Params));
  AssertEquals(WSY_OK, wsy_params_free(Params));
  AssertEquals(WSY_ERR_HANDLE, wsy_params_free(Params));
  AssertEquals(WSY_ERR_HANDLE, wsy_params_set(Params, 'a', 'b'));
  AssertEquals('of another kind', WSY_ERR_HANDLE, wsy_close(wsy_client(Pointer(Till.Opened.Handle))));
  AssertEquals('forged', WSY_ERR_HANDLE, wsy_reply_free(wsy_reply(Pointer(Self))));
end;

procedure TMisuseTest.ShortBuffers;
var
  Reply: TWsyReply;
  Buffer: array[0..7] of AnsiChar;
  Bytes: array[0..3] of AnsiChar;
  Needed: Integer;
begin
  Reply := Sell('B1', 100);
  FillChar(Buffer, SizeOf(Buffer), '#');
  AssertEquals(WSY_ERR_BUFFER, wsy_reply_text(Reply.Handle, 'out_trade_no', @Buffer, 2, @Needed));
  AssertEquals(3, Needed);
  AssertEquals('B', AnsiString(PAnsiChar(@Buffer)));
  AssertTrue('nothing behind the buffer', Buffer[2] = '#');
  AssertEquals(WSY_OK, wsy_reply_text(Reply.Handle, 'out_trade_no', @Buffer, 3, nil));
  AssertEquals('B1', AnsiString(PAnsiChar(@Buffer)));
  AssertEquals(WSY_ERR_BUFFER, wsy_reply_receipt_bytes(Reply.Handle, @Bytes, 4, @Needed));
  AssertEquals(Length(Reply.ReceiptBytes), Needed);
  AssertEquals(WSY_ERR_ARGUMENT, wsy_reply_text(Reply.Handle, 'code', @Buffer, -1, nil));
  AssertEquals(WSY_ERR_BUFFER, wsy_version(@Buffer, 2, @Needed));
  AssertEquals(WSY_ERR_BUFFER, wsy_code_text(WSY_PAID, WSY_ZH, WSY_GBK, @Buffer, 4, @Needed));
  AssertEquals(100, Taken);
end;

procedure TMisuseTest.RepliesFromFlatCalls;
var
  Found: wsy_reply;
  Payment: wsy_payment;
  Reply: TWsyReply;
  Code: Integer;
begin
  Found := nil;
  Code := wsy_micropay(Till.Handle, 'B1', PAnsiChar(AnsiString(Customer)), 100, nil, @Found);
  AssertEquals(WSY_PAID, Code);
  Reply := Keep(TWsyReply.Create(Found, Till.CodePage));
  CheckVerdict(wvPaid, Reply.Verdict);
  AssertEquals('B1', Reply.Text('out_trade_no'));
  Payment := nil;
  AssertEquals(WSY_PENDING, wsy_refund_start(Till.Handle, 'R1', 'B1', nil, 40, nil, @Payment, nil));
  while Keep(TWsyPayment.Create(Payment, Till.CodePage)).Wait(PATIENCE_MS) <> wvRefunded do
    Fail('no refund');
  AssertEquals(60, Taken);
end;

procedure TMisuseTest.AClientThatAFlatFunctionClosed;
begin
  AssertEquals(WSY_OK, wsy_close(Till.Handle));
  Fails(WSY_ERR_HANDLE, OnAClosedTill, 7);
end;

initialization
  RegisterTest(TMisuseTest);

end.
