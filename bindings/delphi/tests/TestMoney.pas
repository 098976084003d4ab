{ Amounts in fen, in yuan, and as Currency. }
unit TestMoney;

interface

uses
  fpcunit, testregistry;

type
  TMoneyTest = class(TTestCase)
  private
    procedure Refused(Yuan: Currency);
  published
    procedure TypedAmountsAreRead;
    procedure WhatIsNoAmountIsRefused;
    procedure FenAreWrittenAsYuan;
    procedure CurrencyIsExact;
    procedure FractionsOfAFenAreRefused;
    procedure VerdictsOfTheFlatFunctions;
    procedure CodesHaveSentences;
  end;

implementation

uses
  SysUtils, Wsy, Shop;

procedure TMoneyTest.TypedAmountsAreRead;
begin
  AssertEquals(1250, WsyYuanToFen('12.50'));
  AssertEquals(1250, WsyYuanToFen('12.5'));
  AssertEquals(1, WsyYuanToFen('0.01'));
  AssertEquals(100000000, WsyYuanToFen('1000000.00'));
end;

procedure TMoneyTest.WhatIsNoAmountIsRefused;
const
  NONE: array[0..6] of string = ('', '0', '-1', '1.234', '1,5', 'abc', '1000000.01');
var
  Index, Fen: Integer;
begin
  for Index := Low(NONE) to High(NONE) do
  begin
    AssertFalse(AnsiString(NONE[Index]), WsyTryYuanToFen(NONE[Index], Fen));
    AssertEquals(0, Fen);
  end;
  try
    WsyYuanToFen('1.234');
    Fail('no error');
  except
    on Error: EWsyError do
      AssertEquals(WSY_ERR_AMOUNT, Error.Code);
  end;
end;

procedure TMoneyTest.FenAreWrittenAsYuan;
begin
  AssertEquals('12.50', AnsiString(WsyFenToYuan(1250)));
  AssertEquals('0.01', AnsiString(WsyFenToYuan(1)));
  AssertEquals('-2.50', AnsiString(WsyFenToYuan(-250)));
  AssertEquals('-21474836.48', AnsiString(WsyFenToYuan(Low(Integer))));
end;

procedure TMoneyTest.CurrencyIsExact;
var
  Fen: Integer;
begin
  AssertTrue(WsyFenToCurrency(1250) = 12.5);
  AssertTrue(WsyFenToCurrency(-1) = -0.01);
  AssertEquals(1250, WsyCurrencyToFen(12.5));
  AssertEquals(10000000, WsyCurrencyToFen(100000));
  for Fen := -1000 to 1000 do
    AssertEquals(Fen, WsyCurrencyToFen(WsyFenToCurrency(Fen)));
  AssertEquals(High(Integer), WsyCurrencyToFen(WsyFenToCurrency(High(Integer))));
end;

procedure TMoneyTest.Refused(Yuan: Currency);
begin
  try
    WsyCurrencyToFen(Yuan);
    Fail('no error');
  except
    on Error: EWsyError do
      AssertEquals(WSY_ERR_AMOUNT, Error.Code);
  end;
end;

procedure TMoneyTest.FractionsOfAFenAreRefused;
begin
  Refused(0.001);
  Refused(12.3456);
  Refused(30000000);
  Refused(-30000000);
end;

procedure TMoneyTest.VerdictsOfTheFlatFunctions;
begin
  AssertTrue(WsyVerdict(WSY_PAID) = wvPaid);
  AssertTrue(WsyVerdict(WSY_NOT_PAID) = wvNotPaid);
  AssertTrue(WsyVerdict(WSY_UNKNOWN) = wvUnknown);
  AssertTrue(WsyVerdict(WSY_REFUNDED) = wvRefunded);
  AssertTrue(WsyVerdict(WSY_NOT_REFUNDED) = wvNotRefunded);
  AssertTrue(WsyVerdict(WSY_PENDING) = wvPending);
  AssertTrue(WsyVerdict(WSY_PAID_EARLIER) = wvPaidEarlier);
  AssertTrue(WsyVerdict(WSY_DECIDED) = wvDecided);
  AssertTrue(WsyVerdict(WSY_VOIDED) = wvVoided);
  AssertTrue(WsyVerdict(WSY_OK) = wvNone);
  AssertTrue(WsyVerdict(WSY_ERR_HANDLE) = wvNone);
end;

procedure TMoneyTest.CodesHaveSentences;
begin
  { 支付成功: the beginning of the sentence of WSY_PAID. }
  AssertEquals(1, Pos(Words(#$652F#$4ED8#$6210#$529F), WsyCodeText(WSY_PAID)));
  WsyLanguage := WSY_EN;
  try
    AssertEquals(1, Pos('Paid', WsyCodeText(WSY_PAID)));
  finally
    WsyLanguage := WSY_ZH;
  end;
  AssertEquals('-9999', AnsiString(WsyCodeText(-9999)));
end;

initialization
  RegisterTest(TMoneyTest);

end.
