{ Many threads on one till. }
unit TestThreads;

interface

uses
  Classes, testregistry, Shop, Wsy;

type
  TThreadTest = class(TShopTest)
  private
    FCode: string;
    procedure Attempts(Which: Integer);
  published
    procedure ManyChargesAtOnce;
    procedure ASecondChargeOfABillIsBusy;
    procedure ACloseEndsACallAsUnknown;
    procedure FloatingPointIsLeftAloneInThreads;
  end;

implementation

uses
  SysUtils;

type
  { One charge on a separate thread. }
  TCharge = class(TThread)
  private
    FTill: TWsyClient;
    FNumber, FCode: string;
    FVerdict: TWsyVerdict;
    FTrouble: string;
    FSum: Double;
  protected
    procedure Execute; override;
  public
    constructor Create(ATill: TWsyClient; const ANumber, ACode: string);
  end;

constructor TCharge.Create(ATill: TWsyClient; const ANumber, ACode: string);
begin
  FTill := ATill;
  FNumber := ANumber;
  FCode := ACode;
  inherited Create(False);
end;

procedure TCharge.Execute;
var
  Reply: TWsyReply;
begin
  try
    Reply := FTill.Micropay(FNumber, FCode, 100);
    try
      FVerdict := Reply.Verdict;
      FSum := 1.5 * Reply.Number('total_fen');
    finally
      Reply.Free;
    end;
  except
    on Error: Exception do
      FTrouble := Error.Message;
  end;
end;

procedure TThreadTest.ManyChargesAtOnce;
const
  KINDS: array[Boolean] of string = ('no_money', 'pays');
  VERDICTS: array[Boolean] of TWsyVerdict = (wvNotPaid, wvPaid);
var
  Charges: array[0..11] of TCharge;
  Index: Integer;
begin
  for Index := Low(Charges) to High(Charges) do
    Charges[Index] := TCharge.Create(Till, 'B' + IntToStr(Index), Customer(KINDS[Odd(Index)]));
  for Index := Low(Charges) to High(Charges) do
  begin
    Charges[Index].WaitFor;
    AssertEquals('', Charges[Index].FTrouble);
    CheckVerdict(VERDICTS[Odd(Index)], Charges[Index].FVerdict);
    Charges[Index].Free;
  end;
  AssertEquals(600, Taken);
end;

procedure TThreadTest.Attempts(Which: Integer);
begin
  Keep(Till.Micropay('B1', FCode, 100));
end;

procedure TThreadTest.ASecondChargeOfABillIsBusy;
var
  Charge: TCharge;
begin
  FCode := Customer;
  Charge := TCharge.Create(Till, 'B1', Customer('never_answers'));
  try
    { A question comes once the bill is there. }
    AwaitSent('query', 1);
    Fails(WSY_ERR_BUSY, Attempts);
    Decide('paid');
    Charge.WaitFor;
    CheckVerdict(wvPaid, Charge.FVerdict);
  finally
    Charge.Free;
  end;
end;

procedure TThreadTest.ACloseEndsACallAsUnknown;
var
  Charge: TCharge;
begin
  Charge := TCharge.Create(Till, 'B1', Customer('never_answers'));
  try
    AwaitSent('micropay', 1);
    Charge.FVerdict := wvPaid;
    Till.Close;
    Charge.WaitFor;
    CheckVerdict(wvUnknown, Charge.FVerdict);
    AssertEquals('', Charge.FTrouble);
  finally
    Charge.Free;
  end;
end;

procedure TThreadTest.FloatingPointIsLeftAloneInThreads;
var
  Charge: TCharge;
begin
  Charge := TCharge.Create(Till, 'B1', Customer);
  try
    Charge.WaitFor;
    AssertTrue(Charge.FSum = 150);
  finally
    Charge.Free;
  end;
end;

initialization
  RegisterTest(TThreadTest);

end.
