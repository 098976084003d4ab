{ Payments that were started. }
unit TestStarted;

interface

uses
  testregistry, Shop, Wsy;

type
  TStartedTest = class(TShopTest)
  private
    FPayment: TWsyPayment;
    procedure Attempts(Which: Integer);
    procedure LeaveOpen(const Bill: string);
    function Ended(Payment: TWsyPayment): TWsyVerdict;
  published
    procedure PaidWhileTheCashierReads;
    procedure NotPaidAndStaysSo;
    procedure RecordedIsToldAtOnce;
    procedure CancelLeavesItUnknown;
    procedure CancelledBeforeAnythingWasSentIsAnError;
    procedure VoidGivesTheMoneyBack;
    procedure VoidOfWhatIsStillGoingOn;
    procedure ARefundCannotBeVoided;
    procedure StartsThatFail;
    procedure RefundStarted;
    procedure ReconciliationStarted;
    procedure RecoveryStarted;
    procedure SettlingAndVoidStarted;
    procedure ReprintAndPrintStarted;
    procedure FreedItGoesOn;
    procedure ItOutlivesTheClient;
    procedure AHandleThatIsGoneIsNoVerdict;
  end;

implementation

uses
  SysUtils;

function TStartedTest.Ended(Payment: TWsyPayment): TWsyVerdict;
begin
  repeat
    Result := Payment.Wait(200);
  until Result <> wvPending;
end;

procedure TStartedTest.PaidWhileTheCashierReads;
var
  Payment: TWsyPayment;
  Text: string;
begin
  Payment := Keep(Till.MicropayStart('B1', Customer('never_answers'), 100));
  AssertTrue(Payment.Reply = nil);
  { 等待顾客输入密码 }
  repeat
    Text := Payment.Text;
    CheckVerdict(wvPending, Payment.Wait(20));
  until Pos(Words(#$7B49#$5F85#$987E#$5BA2#$8F93#$5165#$5BC6#$7801), Text) > 0;
  Decide('paid');
  CheckVerdict(wvPaid, Ended(Payment));
  CheckVerdict(wvPaid, Payment.Poll);
  Text := Payment.Text;
  CheckVerdict(wvPaid, Payment.Reply.Verdict);
  AssertEquals(100, Payment.Reply.Number('total_fen'));
  WsyLanguage := WSY_EN;
  try
    AssertTrue(Payment.Text <> Text);
  finally
    WsyLanguage := WSY_ZH;
  end;
end;

procedure TStartedTest.NotPaidAndStaysSo;
var
  Payment: TWsyPayment;
  First: TWsyReply;
begin
  Payment := Keep(Till.MicropayStart('B1', Customer('no_money'), 100));
  CheckVerdict(wvNotPaid, Ended(Payment));
  First := Payment.Reply;
  CheckVerdict(wvNotPaid, Payment.Wait(0));
  CheckVerdict(wvNotPaid, Payment.Poll);
  AssertTrue('the reply stays', First = Payment.Reply);
end;

procedure TStartedTest.RecordedIsToldAtOnce;
var
  Payment: TWsyPayment;
begin
  Sell('B1', 100);
  Payment := Keep(Till.MicropayStart('B1', Customer, 100));
  CheckVerdict(wvPaidEarlier, Ended(Payment));
  AssertEquals(1, Sent('micropay'));
end;

procedure TStartedTest.CancelLeavesItUnknown;
var
  Payment: TWsyPayment;
begin
  Payment := Keep(Till.MicropayStart('B1', Customer('never_answers'), 100));
  AwaitSent('micropay', 1);
  CheckVerdict(wvPending, Payment.Poll);
  Payment.Cancel;
  CheckVerdict(wvUnknown, Ended(Payment));
  AssertEquals('may_have_moved', Payment.Reply.Text('money'));
  Payment.Cancel;
  AssertEquals(1, Keep(Till.Unresolved).Number('open'));
end;

procedure TStartedTest.CancelledBeforeAnythingWasSentIsAnError;
begin
  Sell('B1', 1000);
  Fault('read', 'held');
  FPayment := Keep(Till.RefundStart('R1', 'B1', '', 100));
  AwaitSent('read', 1);
  FPayment.Cancel;
  ClearFaults;
  Fails(WSY_ERR_CANCELLED, Attempts, 0);
  Fails(WSY_ERR_CANCELLED, Attempts, 0);
  AssertTrue(FPayment.Reply = nil);
  AssertEquals(0, Sent('refund'));
end;

procedure TStartedTest.VoidGivesTheMoneyBack;
var
  Payment: TWsyPayment;
begin
  Payment := Keep(Till.MicropayStart('B1', Customer, 100));
  CheckVerdict(wvPaid, Ended(Payment));
  Payment.Void;
  AssertTrue(Payment.Reply = nil);
  CheckVerdict(wvVoided, Ended(Payment));
  CheckVerdict(wvVoided, Payment.Reply.Verdict);
  AssertEquals(0, Taken);
end;

procedure TStartedTest.VoidOfWhatIsStillGoingOn;
var
  Payment: TWsyPayment;
begin
  Payment := Keep(Till.MicropayStart('B1', Customer('asks_password', ',"ms":300'), 100));
  AwaitSent('micropay', 1);
  Payment.Void;
  CheckVerdict(wvVoided, Ended(Payment));
  AssertEquals(0, Taken);
end;

procedure TStartedTest.ARefundCannotBeVoided;
begin
  Sell('B1', 100);
  FPayment := Keep(Till.RefundStart('R1', 'B1', '', 40));
  CheckVerdict(wvRefunded, Ended(FPayment));
  Fails(WSY_ERR_ARGUMENT, Attempts, 1);
  CheckVerdict(wvRefunded, FPayment.Reply.Verdict);
end;

procedure TStartedTest.Attempts(Which: Integer);
begin
  case Which of
    0: Ended(FPayment);
    1: FPayment.Void;
    2: Keep(Till.MicropayStart('B1', 'x', 100));
    3: Keep(Till.RefundStart('R1', 'B9', '', 100));
    4: Keep(Till.ReconcileStart('someday'));
    5: Keep(Till.SettleStart('B9'));
    6: Keep(Till.VoidStart('B9'));
    7: Keep(Till.PrintBytesStart([1], 'nonsense'));
    8: Keep(Till.Settle('B1'));
  end;
end;

procedure TStartedTest.StartsThatFail;
begin
  Fails(WSY_ERR_AUTH_CODE, Attempts, 2);
  Fails(WSY_ERR_NO_BILL, Attempts, 3);
  Fails(WSY_ERR_ARGUMENT, Attempts, 4);
  Fails(WSY_ERR_NO_BILL, Attempts, 5);
  Fails(WSY_ERR_NO_BILL, Attempts, 6);
  Fails(WSY_ERR_NO_PRINTER, Attempts, 7);
  AssertEquals(0, Sent('micropay') + Sent('refund'));
end;

procedure TStartedTest.RefundStarted;
var
  Payment: TWsyPayment;
begin
  Sell('B1', 1000);
  Payment := Keep(Till.RefundStart('R1', '', Order, 400));
  CheckVerdict(wvRefunded, Ended(Payment));
  AssertEquals(400, Payment.Reply.Number('refund_fen'));
end;

procedure TStartedTest.ReconciliationStarted;
var
  Payment: TWsyPayment;
begin
  Sell('B1', 1000);
  Payment := Keep(Till.ReconcileStart);
  CheckVerdict(wvNone, Ended(Payment));
  AssertEquals(1, Payment.Reply.Number('asked'));
  AssertEquals(0, Payment.Reply.Number('differences'));
end;

procedure TStartedTest.LeaveOpen(const Bill: string);
var
  Soon: TWsyParams;
begin
  Soon := TWsyParams.Create;
  try
    Soon.Put('deadline_ms', 200);
    CheckVerdict(wvUnknown, Keep(Till.Micropay(Bill, Customer('never_answers'), 100, Soon)).Verdict);
  finally
    Soon.Free;
  end;
end;

procedure TStartedTest.RecoveryStarted;
var
  Payment: TWsyPayment;
begin
  LeaveOpen('B1');
  Payment := Keep(Till.RecoverStart);
  AssertTrue(Payment.Text, Pos('0', Payment.Text) > 0);
  Sell('B2', 100);
  Fails(WSY_ERR_BUSY, Attempts, 8);
  CheckVerdict(wvPending, Payment.Poll);
  Payment.Cancel;
  CheckVerdict(wvNone, Ended(Payment));
  AssertEquals(1, Payment.Reply.Number('open'));
end;

procedure TStartedTest.SettlingAndVoidStarted;
begin
  LeaveOpen('B1');
  FPayment := Keep(Till.SettleStart('B1'));
  FPayment.Cancel;
  CheckVerdict(wvUnknown, Ended(FPayment));
  Sell('B2', 100);
  FPayment := Keep(Till.SettleStart('B2'));
  FPayment.Void;
  CheckVerdict(wvVoided, Ended(FPayment));
  Sell('B3', 100);
  FPayment := Keep(Till.VoidStart('B3'));
  CheckVerdict(wvRefunded, Ended(FPayment));
  Fails(WSY_ERR_ARGUMENT, Attempts, 1);
end;

procedure TStartedTest.ReprintAndPrintStarted;
var
  Payment: TWsyPayment;
begin
  Sell('B1', 100);
  Payment := Keep(Till.ReprintStart('B1'));
  CheckVerdict(wvNone, Ended(Payment));
  AssertTrue(Payment.Reply.Text('receipt') <> '');
  FPayment := Keep(Till.PrintReceiptStart(Payment.Reply, 'tcp:127.0.0.1:1'));
  Fails(WSY_ERR_PRINTER_OFFLINE, Attempts, 0);
  FPayment := Keep(Till.PrintBytesStart([1], 'queue:no such printer'));
  Fails(WSY_ERR_NO_PRINTER, Attempts, 0);
end;

procedure TStartedTest.FreedItGoesOn;
begin
  Till.MicropayStart('B1', Customer('asks_password', ',"ms":300'), 100).Free;
  AwaitSent('micropay', 1);
  CloseTill;
  Reopen;
  Keep(Till.Recover);
  CheckVerdict(wvPaid, Keep(Till.Settle('B1')).Verdict);
  AssertEquals(1, Sent('micropay'));
end;

procedure TStartedTest.ItOutlivesTheClient;
var
  Payment: TWsyPayment;
begin
  Payment := Keep(Till.MicropayStart('B1', Customer('never_answers'), 100));
  AwaitSent('micropay', 1);
  CloseTill;
  CheckVerdict(wvUnknown, Ended(Payment));
  AssertEquals('B1', Payment.Reply.Text('out_trade_no'));
end;

procedure TStartedTest.AHandleThatIsGoneIsNoVerdict;
var
  Payment: TWsyPayment;
  Raised: Integer;
begin
  Payment := Keep(Till.MicropayStart('B1', Customer, 100));
  AssertEquals(WSY_OK, wsy_payment_free(Payment.Handle));
  Raised := 0;
  try
    Payment.Poll;
  except
    on Error: EWsyHandle do
      Inc(Raised);
  end;
  try
    Payment.Wait(10);
  except
    on Error: EWsyHandle do
    begin
      Inc(Raised);
      AssertTrue(Pos('may have been taken', Error.Message) > 0);
    end;
  end;
  AssertEquals(2, Raised);
end;

initialization
  RegisterTest(TStartedTest);

end.
