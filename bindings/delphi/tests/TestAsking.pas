{ Opening, activating, queries and look-ups. }
unit TestAsking;

interface

uses
  testregistry, Shop;

type
  TAskingTest = class(TShopTest)
  private
    procedure Attempts(Which: Integer);
  published
    procedure Opened;
    procedure Activated;
    procedure ActivationErrors;
    procedure ConfigAndTime;
    procedure WithoutAPlatform;
    procedure Queries;
    procedure ABillFromThePlatform;
    procedure FoundInTheLedger;
    procedure ADay;
    procedure ReceiptsAndPrinting;
    procedure AReceiptThatThePlatformLacks;
    procedure ReconciledWithAnAlarm;
    procedure FieldsHaveNames;
    procedure FieldsThatAreNotThere;
    procedure LongTextsGrowTheBuffer;
    procedure EveryTillIsClosed;
  end;

implementation

uses
  SysUtils, Classes, Wsy;

procedure TAskingTest.Opened;
begin
  AssertEquals(TestPage, Till.CodePage);
  AssertEquals('', Till.Opened.Text('device_id'));
  Reopen;
  AssertEquals(Device, Till.Opened.Text('device_id'));
  AssertEquals(0, Till.Opened.Number('open_charges', -1));
  AssertEquals(0, Till.Opened.Number('open_refunds', -1));
  AssertEquals(0, Till.Opened.Number('alarms', -1));
  AssertEquals(Words(SHOP_NAME), Till.Opened.Text('client_name'));
  CheckVerdict(wvNone, Till.Opened.Verdict);
  AssertTrue('the folder', FileExists(UnicodeString(Home) + PathDelim + FOLDER_NAME + PathDelim + 'ledger.db'));
end;

procedure TAskingTest.Activated;
var
  Params: TWsyParams;
  Other: TWsyClient;
  Answer: TWsyReply;
begin
  Params := Keep(Options);
  Shop.Order('POST', 'activation-codes', '{"code":"A' + Device + '"}');
  Other := TWsyClient.Create(FolderIn(Home + PathDelim + 'other'), Params);
  try
    Answer := Keep(Other.Activate('A' + Device));
    AssertEquals(WSY_OK, Answer.Code);
    AssertTrue(Answer.Text('device_id') <> '');
  finally
    Other.Free;
  end;
end;

procedure TAskingTest.Attempts(Which: Integer);
begin
  case Which of
    0: Keep(Till.Activate('wrong'));
    1: Keep(Till.SetDevice('', ''));
    2: Keep(Till.Config(True));
    3: Keep(Till.Time);
    4: Keep(Till.Find('B9'));
    5: Keep(Till.FindRefund('R9'));
    6: Keep(Till.Day('someday'));
    7: Keep(Till.ReadBill('B9', ''));
    8: Keep(Till.Reprint('B9'));
    9: Keep(Till.Acknowledge(77, 'me'));
    10: TWsyClient.Create(FolderIn(Home)).Free;
    11: TWsyClient.Create(FolderIn(Home) + PathDelim + 'ledger.db').Free;
    12: TWsyClient.Create(FolderIn(Home), With1('poll_ms', 'often')).Free;
    13: TWsyClient.Create(FolderIn(Home), With1('no_such_option', '1')).Free;
    14: Keep(Till.Reconcile('someday'));
    15: Keep(Till.QueryAuthCode('x', 1));
    16: Keep(Till.QueryOrder('dm1', 0));
    17: Keep(Till.Activate('1', 'host'));
    18: Keep(Till.Micropay('B1', '130000000000000001', 100));
  end;
end;

procedure TAskingTest.ActivationErrors;
begin
  Fails(WSY_ERR_ACTIVATION_REFUSED, Attempts, 0);
  Fails(WSY_ERR_ACTIVATION_REFUSED, Attempts, 1);
  Fails(WSY_ERR_ACTIVATION_REFUSED, Attempts, 17);
  Fails(WSY_ERR_ALREADY_OPEN, Attempts, 10);
  Fails(WSY_ERR_FOLDER, Attempts, 11);
  Fails(WSY_ERR_OPTIONS, Attempts, 12);
  Fails(WSY_ERR_OPTIONS, Attempts, 13);
end;

procedure TAskingTest.ConfigAndTime;
var
  Reply: TWsyReply;
begin
  Reply := Keep(Till.Config);
  AssertEquals('platform', Reply.Text('config_source'));
  AssertTrue(Reply.Count('dm_code') >= 2);
  AssertTrue(Reply.ItemText('dm_code', 0, 'name') <> '');
  AssertEquals(WSY_OK, Keep(Till.Config(True)).Code);
  Till.Prepare;
  Reply := Keep(Till.Time);
  AssertEquals(14, Length(Reply.Text('time')));
  AssertTrue(Abs(Reply.Number('ahead_s', 1000)) < 60);
end;

procedure TAskingTest.WithoutAPlatform;
begin
  Fault('any', 'request_lost', '', 'null');
  Fails(WSY_ERR_NO_RESPONSE, Attempts, 2);
  Fails(WSY_ERR_NO_RESPONSE, Attempts, 3);
  ClearFaults;
  Shop.Order('PUT', 'settings', '{"server":"http://127.0.0.1:1"}');
  try
    Keep(Till.Config(True));
    Fails(WSY_ERR_NOT_SENT, Attempts, 18);
  finally
    Shop.Order('PUT', 'settings', '{"server":null}');
  end;
end;

procedure TAskingTest.Queries;
var
  Code: string;
begin
  Code := Customer;
  Keep(Till.Micropay('B1', Code, 100));
  CheckVerdict(wvNone, Keep(Till.QueryAuthCode(Code, 100)).Verdict);
  AssertEquals('was_paid', Keep(Till.QueryAuthCode(Code, 100)).Text('state'));
  AssertEquals('differs', Keep(Till.QueryAuthCode(Code, 101)).Text('state'));
  AssertEquals('was_paid', Keep(Till.QueryOrder(Order, 100)).Text('state'));
  Code := Customer('never_answers');
  Keep(Till.Micropay('B2', Code, 100, With1('deadline_ms', '100')));
  AssertEquals('paying', Keep(Till.QueryAuthCode(Code, 100, With1('noremind', '1'))).Text('state'));
  Fails(WSY_ERR_AUTH_CODE, Attempts, 15);
  Fails(WSY_ERR_AMOUNT, Attempts, 16);
end;

procedure TAskingTest.ABillFromThePlatform;
var
  Reply: TWsyReply;
begin
  Sell('B1', 1000);
  Keep(Till.Refund('R1', 'B1', '', 400));
  Reply := Keep(Till.ReadBill('B1', ''));
  AssertEquals(1000, Reply.Number('pay_total_fen'));
  AssertEquals(400, Reply.Number('refunded_fen'));
  AssertEquals(600, Reply.Number('refundable_fen'));
  AssertEquals(2, Reply.Count('pay'));
  AssertEquals(-400, Reply.ItemNumber('pay', 1, 'pay_total_fen'));
  AssertEquals(WSY_OK, Keep(Till.ReadBill('', Order)).Code);
  Fails(WSY_ERR_NO_BILL, Attempts, 7);
end;

procedure TAskingTest.FoundInTheLedger;
var
  Reply: TWsyReply;
begin
  Keep(Till.Micropay('B1', Customer('no_money'), 100));
  Sell('B1', 100);
  Reply := Keep(Till.Find('B1'));
  CheckVerdict(wvNone, Reply.Verdict);
  AssertEquals(2, Reply.Count('charge'));
  AssertEquals('not_paid', Reply.ItemText('charge', 0, 'state'));
  AssertEquals('paid', Reply.Text('state'));
  Keep(Till.Refund('R1', 'B1', '', 40));
  AssertEquals('refunded', Keep(Till.FindRefund('R1')).Text('state'));
  Fails(WSY_ERR_NO_BILL, Attempts, 4);
  Fails(WSY_ERR_NO_BILL, Attempts, 5);
end;

procedure TAskingTest.ADay;
var
  Reply: TWsyReply;
begin
  Sell('B1', 100);
  Sell('B2', 200);
  Keep(Till.Refund('R1', 'B1', '', 40));
  Reply := Keep(Till.Day);
  AssertEquals(300, Reply.Number('paid_fen'));
  AssertEquals(40, Reply.Number('refunded_fen'));
  AssertEquals(2, Reply.Count('charge'));
  AssertEquals(1, Reply.Count('refund'));
  AssertEquals('B2', Reply.ItemText('charge', 1, 'out_trade_no'));
  AssertEquals(2, Keep(Till.Day(Reply.Text('day'))).Count('charge'));
  AssertEquals(0, Keep(Till.Day('2001-01-01')).Count('charge'));
  AssertEquals(0, Keep(Till.Unresolved).Number('open', -1));
  Fails(WSY_ERR_ARGUMENT, Attempts, 6);
end;

procedure TAskingTest.ReceiptsAndPrinting;
var
  Reply: TWsyReply;
  Printer: TMemoryStream;
  Bytes: TWsyBytes;
  Gbk: RawByteString;
  Printed: RawByteString;
begin
  Reply := Sell('B1', 1250);
  AssertTrue(Pos('12.5', Reply.Text('receipt')) > 0);
  Bytes := Reply.ReceiptBytes;
  AssertEquals('an escape', $1B, Bytes[0]);
  Printer := TMemoryStream.Create;
  try
    Reply := Keep(Till.Reprint('B1'));
    Reply.PrintReceipt(Printer);
    SetLength(Printed, Printer.Size);
    Move(Printer.Memory^, Printed[1], Printer.Size);
  finally
    Printer.Free;
  end;
  AssertEquals(Length(Reply.ReceiptBytes), Length(Printed));
  { The sign in front of the amount, in GBK in all hosts. }
  Gbk := #$A3#$A4;
  SetCodePage(Gbk, CP_NONE, False);
  SetCodePage(Printed, CP_NONE, False);
  AssertTrue('in GBK', Pos(Gbk, Printed) > 0);
  Fails(WSY_ERR_NO_BILL, Attempts, 8);
end;

procedure TAskingTest.AReceiptThatThePlatformLacks;
begin
  Sell('B1', 1250);
  Fault('reprint', 'not_found');
  try
    Keep(Till.Reprint('B1'));
    Fail('no error');
  except
    on Error: EWsyError do
    begin
      AssertEquals(WSY_ERR_NO_RECEIPT, Error.Code);
      AssertTrue(Pos('12.5', Error.Reply.Text('receipt')) > 0);
      AssertTrue(Length(Error.Reply.ReceiptBytes) > 0);
    end;
  end;
end;

procedure TAskingTest.ReconciledWithAnAlarm;
var
  Reply: TWsyReply;
begin
  Keep(Till.Micropay('B1', Customer('no_money'), 100));
  AssertEquals(0, Keep(Till.Reconcile).Number('differences', -1));
  Decide('paid');
  Reply := Keep(Till.Reconcile);
  AssertEquals(1, Reply.Number('differences'));
  AssertEquals('paid_there', Reply.ItemText('difference', 0, 'kind'));
  AssertEquals(100, Reply.ItemNumber('difference', 0, 'there_fen'));
  Reopen;
  AssertEquals(1, Till.Opened.Number('alarms'));
  Reply := Keep(Till.Alarms);
  AssertEquals('B1', Reply.ItemText('alarm', 0, 'out_trade_no'));
  AssertEquals(WSY_OK, Keep(Till.Acknowledge(Reply.ItemNumber('alarm', 0, 'id'), Words(SHOP_NAME))).Code);
  AssertEquals(0, Keep(Till.Alarms).Number('alarms', -1));
  Fails(WSY_ERR_NO_ALARM, Attempts, 9);
  Fails(WSY_ERR_ARGUMENT, Attempts, 14);
end;

procedure TAskingTest.FieldsHaveNames;
var
  Reply: TWsyReply;
  Index: Integer;
  Names: string;
begin
  Reply := Sell('B1', 100);
  Names := ' ';
  Index := 0;
  while Reply.FieldName(Index) <> '' do
  begin
    AssertTrue(Reply.Has(Reply.FieldName(Index)));
    Names := Names + Reply.FieldName(Index) + ' ';
    Inc(Index);
  end;
  AssertTrue(Names, Pos(' total_fen ', Names) > 0);
  AssertTrue(Names, Pos(' message_zh ', Names) > 0);
  AssertEquals('', Reply.FieldName(-1));
end;

procedure TAskingTest.FieldsThatAreNotThere;
var
  Reply: TWsyReply;
begin
  Reply := Sell('B1', 100);
  AssertFalse(Reply.Has('nothing'));
  AssertEquals('', Reply.Text('nothing'));
  AssertEquals(0, Reply.Number('nothing'));
  AssertEquals(-7, Reply.Number('nothing', -7));
  AssertEquals(-7, Reply.Number('dm_id', -7));
  AssertTrue(Reply.Yuan('nothing') = 0);
  AssertEquals(0, Reply.Count('nothing'));
  AssertEquals('', Reply.ItemText('charge', 99, 'state'));
  AssertEquals('', Reply.ItemText('charge', -1, 'state'));
  AssertEquals(-7, Reply.ItemNumber('charge', 99, 'total_fen', -7));
end;

procedure TAskingTest.LongTextsGrowTheBuffer;
var
  Long: string;
  Reply: TWsyReply;
begin
  Long := StringOfChar('x', 5000);
  Fault('time', 'response', ',"body":"<?xml version=\"1.0\" encoding=\"UTF-8\"?><dm ok=\"0\" info=\"' + Long + '\"></dm>"');
  try
    Reply := Keep(Till.Time);
    Fail('no error: ' + Reply.Message);
  except
    on Error: EWsyError do
      AssertTrue(Error.Reply.Text('detail'), Pos('xxxx', Error.Reply.Text('detail')) > 0);
  end;
  Sell('B1', 100);
  AssertTrue(Length(Keep(Till.Reprint('B1')).Text('printinfo')) > 256);
end;

procedure TAskingTest.EveryTillIsClosed;
begin
  AssertEquals(WSY_OK, Keep(Till.Unresolved).Code);
  WsyCloseAll;
  Fails(WSY_ERR_HANDLE, Attempts, 4);
end;

initialization
  RegisterTest(TAskingTest);

end.
