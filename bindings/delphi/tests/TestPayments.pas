{ Blocking calls. }
unit TestPayments;

interface

uses
  testregistry, Shop;

type
  TPaymentTest = class(TShopTest)
  private
    FCode: string;
    procedure Charges(Which: Integer);
    procedure Refunds(Which: Integer);
    procedure Settles(Which: Integer);
  published
    procedure Paid;
    procedure OneNumberOneCharge;
    procedure APersonDecides;
    procedure NotPaid;
    procedure UnknownAndThenSettled;
    procedure AnUnknownBillIsNotChargedAgainUnlessOneInsists;
    procedure LostResponsesAreFoundOut;
    procedure ErrorsOfACharge;
    procedure Refunded;
    procedure RefundedByTheOrder;
    procedure NotRefunded;
    procedure ARefundThatIsUnknown;
    procedure ErrorsOfARefund;
    procedure VoidsWhatIsPaid;
    procedure VoidsWhatIsNot;
    procedure ParametersAreSent;
    procedure TheProcessorIsLeftAsItWas;
  end;

implementation

uses
  SysUtils, Math, Wsy;

procedure TPaymentTest.Paid;
var
  Reply: TWsyReply;
begin
  Reply := Keep(Till.Micropay('B1', Customer, 1250));
  CheckVerdict(wvPaid, Reply.Verdict);
  AssertEquals(WSY_PAID, Reply.Code);
  AssertEquals(Reply.Text('told'), Reply.FirstTold);
  AssertEquals('', Reply.Decision);
  AssertEquals(1250, Reply.Number('total_fen'));
  AssertTrue(Reply.Yuan('total_fen') = 12.5);
  AssertEquals('12.50', Reply.Text('total'));
  AssertEquals('moved', Reply.Text('money'));
  AssertEquals('B1', Reply.Text('out_trade_no'));
  AssertEquals(Order, Reply.Text('dm_id'));
  AssertEquals(Words(#$652F#$4ED8#$6210#$529F), Copy(Reply.Message, 1, Length(Words(#$652F#$4ED8#$6210#$529F))));
  AssertTrue(Pos(Reply.Advice, Reply.Explanation) > 0);
  WsyLanguage := WSY_EN;
  try
    AssertEquals(Reply.Text('message_en'), Reply.Message);
    AssertEquals(Reply.Text('advice_en'), Reply.Advice);
  finally
    WsyLanguage := WSY_ZH;
  end;
  AssertEquals(1250, Taken);
end;

procedure TPaymentTest.APersonDecides;
var
  Reply: TWsyReply;
  Index: Integer;
begin
  CheckVerdict(wvUnknown, Keep(Till.Micropay('B1', Customer('never_answers'), 100, With1('deadline_ms', '100'))).Verdict);
  Reply := nil;
  for Index := 1 to 600 do
    try
      Reply := Till.Decide('B1', 'not_paid', 'me', 'so', 1);
      Break;
    except
      on Error: EWsyError do
      begin
        AssertEquals(WSY_ERR_TOO_EARLY, Error.Code);
        Sleep(50);
      end;
    end;
  AssertTrue('it can be decided', Reply <> nil);
  AssertEquals('decided_not_paid', Keep(Reply).Text('state'));
  Reply := Keep(Till.Settle('B1'));
  CheckVerdict(wvDecided, Reply.Verdict);
  AssertEquals('not_paid', Reply.Decision);
  AssertEquals('decided', Reply.Text('money'));
  Reply := Keep(Till.CloseDay('me'));
  AssertEquals('me', Reply.Text('closed_by'));
  AssertEquals('0', Keep(Till.Archive).Text('archived'));
  CheckVerdict(wvPaid, Sell('B1', 100).Verdict);
end;

procedure TPaymentTest.OneNumberOneCharge;
var
  Told: string;
  Again: TWsyReply;
begin
  Told := Sell('B1', 100).Text('told');
  Again := Keep(Till.Micropay('B1', Customer, 100));
  CheckVerdict(wvPaidEarlier, Again.Verdict);
  AssertEquals(Told, Again.FirstTold);
  FCode := Customer;
  Fails(WSY_ERR_AMOUNT_DIFFERS, Charges, 0);
  AssertEquals(1, Sent('micropay'));
  AssertEquals(100, Taken);
end;

procedure TPaymentTest.NotPaid;
var
  Reply: TWsyReply;
begin
  Reply := Keep(Till.Micropay('B1', Customer('no_money'), 100));
  CheckVerdict(wvNotPaid, Reply.Verdict);
  { 余额不足 }
  AssertTrue(Reply.Text('reason'), Pos(Words(#$4F59#$989D#$4E0D#$8DB3), Reply.Text('reason')) > 0);
  AssertEquals('not_moved', Reply.Text('money'));
  AssertEquals('', Reply.Text('receipt'));
  AssertEquals(0, Length(Reply.ReceiptBytes));
  Sell('B1', 100);
  AssertEquals(100, Taken);
end;

procedure TPaymentTest.UnknownAndThenSettled;
var
  Reply: TWsyReply;
begin
  Reply := Keep(Till.Micropay('B1', Customer('never_answers'), 100, With1('deadline_ms', '200')));
  CheckVerdict(wvUnknown, Reply.Verdict);
  AssertEquals('may_have_moved', Reply.Text('money'));
  CheckVerdict(wvUnknown, Keep(Till.Settle('B1', With1('deadline_ms', '100'))).Verdict);
  Decide('paid');
  CheckVerdict(wvPaid, Keep(Till.Settle('B1')).Verdict);
  AssertEquals(1, Sent('micropay'));
  Fails(WSY_ERR_NO_BILL, Settles);
end;

procedure TPaymentTest.AnUnknownBillIsNotChargedAgainUnlessOneInsists;
begin
  Keep(Till.Micropay('B1', Customer('never_answers'), 100, With1('deadline_ms', '100')));
  FCode := Customer;
  Fails(WSY_ERR_STILL_OPEN, Charges, 1);
  CheckVerdict(wvPaid, Keep(Till.Micropay('B1', FCode, 100, With1('insist', 'may_charge_twice'))).Verdict);
  AssertEquals(2, Sent('micropay'));
end;

procedure TPaymentTest.LostResponsesAreFoundOut;
begin
  Fault('micropay', 'response_lost');
  Sell('B1', 100);
  Fault('micropay', 'request_lost');
  CheckVerdict(wvNotPaid, Keep(Till.Micropay('B2', Customer, 100)).Verdict);
  AssertEquals(2, Sent('micropay'));
  AssertEquals(100, Taken);
end;

procedure TPaymentTest.Charges(Which: Integer);
begin
  case Which of
    0: Keep(Till.Micropay('B1', FCode, 101));
    1: Keep(Till.Micropay('B1', FCode, 100));
    2: Keep(Till.Micropay('', FCode, 100));
    3: Keep(Till.Micropay('B1', '', 100));
    4: Keep(Till.Micropay('B1', 'not a code', 100));
    5: Keep(Till.Micropay('B1', FCode, 0));
    6: Keep(Till.Micropay('B1', FCode, 100, With1('deadline_ms', 'soon')));
    7: Keep(Till.Micropay('B1', FCode, 100, With1('paytype', 'shells')));
    8: Keep(Till.Micropay('B2', FCode, 100));
  end;
end;

procedure TPaymentTest.ErrorsOfACharge;
begin
  FCode := Customer;
  Fails(WSY_ERR_OUT_TRADE_NO, Charges, 2);
  Fails(WSY_ERR_AUTH_CODE, Charges, 3);
  Fails(WSY_ERR_AUTH_CODE, Charges, 4);
  Fails(WSY_ERR_AMOUNT, Charges, 5);
  Fails(WSY_ERR_OPTIONS, Charges, 6);
  Fails(WSY_ERR_PAY_TYPE, Charges, 7);
  AssertEquals(0, Sent('micropay'));
  Charges(1);
  Fails(WSY_ERR_AUTH_CODE_USED, Charges, 8);
  AssertEquals(1, Sent('micropay'));
end;

procedure TPaymentTest.Refunded;
var
  Reply: TWsyReply;
begin
  Sell('B1', 1000);
  Reply := Keep(Till.Refund('R1', 'B1', '', 400));
  CheckVerdict(wvRefunded, Reply.Verdict);
  AssertEquals(400, Reply.Number('refund_fen'));
  CheckVerdict(wvRefunded, Keep(Till.Refund('R1', 'B1', '', 400)).Verdict);
  AssertEquals(1, Sent('refund'));
  AssertEquals(600, Taken);
  AssertEquals(400, Keep(Till.Settle('B1')).Number('refunded_fen'));
end;

procedure TPaymentTest.RefundedByTheOrder;
begin
  Sell('B1', 1000);
  CheckVerdict(wvRefunded, Keep(Till.Refund('R1', '', Order, 1000)).Verdict);
  AssertEquals(0, Taken);
end;

procedure TPaymentTest.NotRefunded;
var
  Reply: TWsyReply;
begin
  Sell('B1', 1000);
  Fault('refund', 'request_lost');
  Reply := Keep(Till.Refund('R1', 'B1', '', 400));
  CheckVerdict(wvNotRefunded, Reply.Verdict);
  AssertEquals('not_moved', Reply.Text('money'));
  AssertEquals(1000, Taken);
end;

procedure TPaymentTest.ARefundThatIsUnknown;
var
  Refund: TWsyPayment;
  Reply: TWsyReply;
begin
  Sell('B1', 1000);
  Fault('refund', 'response_lost');
  Shop.Order('POST', 'faults', '{"on":"read","times":null,"skip":1,"fault":{"kind":"html"}}');
  Refund := Keep(Till.RefundStart('R1', 'B1', '', 400));
  AwaitSent('refund', 1);
  Refund.Cancel;
  CheckVerdict(wvUnknown, Refund.Wait(PATIENCE_MS));
  ClearFaults;
  Fails(WSY_ERR_REFUND_OPEN, Refunds, 0);
  Reply := Keep(Till.Recover);
  AssertEquals(1, Reply.Number('settled'));
  AssertEquals('refunded', Reply.ItemText('refund', 0, 'state'));
  AssertEquals(400, Reply.ItemNumber('refund', 0, 'refund_fen'));
  AssertEquals(1, Sent('refund'));
end;

procedure TPaymentTest.Refunds(Which: Integer);
begin
  case Which of
    0: Keep(Till.Refund('R2', 'B1', '', 100));
    1: Keep(Till.Refund('R3', 'B1', '', 1001));
    2: Keep(Till.Refund('R1', 'B1', '', 401));
    3: Keep(Till.Refund('void-1', 'B1', '', 100));
    4: Keep(Till.Refund('R3', 'B9', '', 100));
    5: Keep(Till.Refund('R3', '', '', 100));
    6: Keep(Till.Refund('R3', 'B1', '', 0));
  end;
end;

procedure TPaymentTest.ErrorsOfARefund;
begin
  Sell('B1', 1000);
  Keep(Till.Refund('R1', 'B1', '', 400));
  Fails(WSY_ERR_REFUND_TOO_MUCH, Refunds, 1);
  try
    Refunds(1);
    Fail('no error');
  except
    on Error: EWsyError do
    begin
      AssertEquals(600, Error.Reply.Number('refundable_fen'));
      AssertEquals(WSY_ERR_REFUND_TOO_MUCH, Error.Reply.Code);
      CheckVerdict(wvNone, Error.Reply.Verdict);
      AssertTrue(Error.Message <> '');
      AssertTrue(Error.Advice <> '');
    end;
  end;
  Fails(WSY_ERR_REFUND_DIFFERS, Refunds, 2);
  Fails(WSY_ERR_OUT_REFUND_NO, Refunds, 3);
  Fails(WSY_ERR_NO_BILL, Refunds, 4);
  Fails(WSY_ERR_AMOUNT, Refunds, 6);
  AssertEquals(1, Sent('refund'));
end;

procedure TPaymentTest.Settles(Which: Integer);
begin
  Keep(Till.Settle('B9'));
end;

procedure TPaymentTest.VoidsWhatIsPaid;
begin
  Sell('B1', 1000);
  CheckVerdict(wvRefunded, Keep(Till.Void('B1')).Verdict);
  AssertEquals(0, Taken);
end;

procedure TPaymentTest.VoidsWhatIsNot;
begin
  Keep(Till.Micropay('B1', Customer('declines', ',"reason":"no"'), 100));
  CheckVerdict(wvNotPaid, Keep(Till.Void('B1')).Verdict);
  AssertEquals(0, Sent('refund'));
end;

procedure TPaymentTest.ParametersAreSent;
var
  Params: TWsyParams;
begin
  Params := With1('operator_id', '7');
  { 可乐 }
  Params.Put('infoaddo', Words(#$53EF#$4E50) + #13#10);
  Params.Put('dic_amount', 5);
  Params.Put('dic_amount', 6);
  CheckVerdict(wvPaid, Keep(Till.Micropay('B1', Customer, 100, Params)).Verdict);
  AssertEquals('7', SentParam('micropay', 'operator_id'));
  AssertEquals('6', SentParam('micropay', 'dic_amount'));
  AssertEquals(Words(#$53EF#$4E50) + #13#10, SentParam('micropay', 'infoaddo'));
end;

{ The lowest six bits are flags of what has happened, not settings. }
function MxcsrWithoutFlags: Integer;
begin
  Result := Integer(GetMXCSR and not LongWord($3F));
end;

procedure TPaymentTest.TheProcessorIsLeftAsItWas;
var
  Masked: TFPUExceptionMask;
  Control, Register: Integer;
begin
  { As in Delphi: a division by zero, an overflow or an invalid operation is an exception. }
  Masked := SetExceptionMask([exDenormalized, exUnderflow, exPrecision]);
  try
    Set8087CW($1332);
    Control := Get8087CW;
    Register := MxcsrWithoutFlags;
    Sell('B1', 100);
    CheckVerdict(wvNotPaid, Keep(Till.Micropay('B2', Customer('no_money'), 100)).Verdict);
    CheckVerdict(wvRefunded, Keep(Till.Refund('R1', 'B1', '', 40)).Verdict);
    Keep(Till.Reconcile);
    Keep(Till.Recover);
    Keep(Till.Config(True));
    AssertEquals('the control word', Control, Get8087CW);
    AssertEquals('MXCSR', Register, MxcsrWithoutFlags);
  finally
    SetExceptionMask(Masked);
  end;
end;

initialization
  RegisterTest(TPaymentTest);

end.
