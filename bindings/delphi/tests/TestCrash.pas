{ A program that is killed in the middle of a payment, and what the next start does about it. }
unit TestCrash;

interface

uses
  testregistry, Shop;

type
  TCrashTest = class(TShopTest)
  private
    FCode: string;
    procedure Attempts(Which: Integer);
    procedure KilledWhile(const Action, What: string);
  published
    procedure AKilledChargeIsSettledByTheNextStart;
    procedure AChargeThatNeverArrivedIsNotPaid;
    procedure AKilledRefundIsSettledByTheNextStart;
  end;

implementation

uses
  SysUtils, process, Wsy, Children;

{ Another process of this program opens the folder, and is killed once the platform has its request. }
procedure TCrashTest.KilledWhile(const Action, What: string);
var
  Child: TProcess;
begin
  Child := StartChild([What, IntToStr(TestPage), Home, FCode]);
  try
    AwaitSent(Action, 1);
  finally
    Kill(Child);
  end;
end;

procedure TCrashTest.Attempts(Which: Integer);
begin
  Keep(Till.Micropay('B1', Customer, 100));
end;

procedure TCrashTest.AKilledChargeIsSettledByTheNextStart;
var
  Reply: TWsyReply;
begin
  CloseTill;
  FCode := Customer;
  Fault('micropay', 'delay', ',"ms":2000');
  KilledWhile('micropay', 'charge');
  Reopen;
  AssertEquals(1, Till.Opened.Number('open_charges'));
  Fails(WSY_ERR_STILL_OPEN, Attempts);
  Reply := Keep(Till.Unresolved);
  AssertEquals('B1', Reply.ItemText('charge', 0, 'out_trade_no'));
  AssertEquals('open', Reply.ItemText('charge', 0, 'state'));
  Reply := Keep(Till.Recover);
  AssertEquals(1, Reply.Number('settled'));
  AssertEquals('paid', Reply.ItemText('charge', 0, 'state'));
  CheckVerdict(wvPaid, Keep(Till.Settle('B1')).Verdict);
  AssertEquals(1, Sent('micropay'));
  AssertEquals(100, Taken);
end;

procedure TCrashTest.AChargeThatNeverArrivedIsNotPaid;
begin
  CloseTill;
  FCode := Customer;
  Fault('micropay', 'request_lost');
  Fault('query', 'request_lost', '', 'null');
  KilledWhile('micropay', 'charge');
  ClearFaults;
  Reopen;
  AssertEquals('not_paid', Keep(Till.Recover).ItemText('charge', 0, 'state'));
  CheckVerdict(wvNotPaid, Keep(Till.Settle('B1')).Verdict);
  Sell('B1', 100);
  AssertEquals(100, Taken);
end;

procedure TCrashTest.AKilledRefundIsSettledByTheNextStart;
var
  Reply: TWsyReply;
begin
  Sell('B1', 100);
  CloseTill;
  FCode := '-';
  Fault('refund', 'delay', ',"ms":2000');
  KilledWhile('refund', 'refund');
  Reopen;
  AssertEquals(1, Till.Opened.Number('open_refunds'));
  Reply := Keep(Till.Recover);
  AssertEquals('refunded', Reply.ItemText('refund', 0, 'state'));
  CheckVerdict(wvRefunded, Keep(Till.Refund('R1', 'B1', '', 40)).Verdict);
  AssertEquals(1, Sent('refund'));
  AssertEquals(60, Taken);
end;

initialization
  RegisterTest(TCrashTest);

end.
