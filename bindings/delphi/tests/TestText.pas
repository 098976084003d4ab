{ Text in both directions, in the code page of the run. }
unit TestText;

interface

uses
  testregistry, Shop;

type
  TTextTest = class(TShopTest)
  private
    procedure Attempts(Which: Integer);
  published
    procedure NamesComeBackAsTheyWere;
    procedure WhatIsSentIsWhatWasWritten;
    procedure ATextWithAZeroIsRefused;
    procedure ATextThatIsNoneIsRefused;
    procedure FieldsOfAllObjectsAreInTheirOwnCodePage;
    {$IFDEF MSWINDOWS}
    procedure AStringInAnotherCodePageIsTranslated;
    {$ENDIF}
  end;

implementation

uses
  SysUtils, Wsy;

procedure TTextTest.NamesComeBackAsTheyWere;
var
  Alarm: TWsyReply;
begin
  AssertEquals(Words(SHOP_NAME), Keep(Till.Config).Text('client_name'));
  { 微信: the name of the first way to pay. }
  AssertTrue(Pos(Words(#$5FAE#$4FE1), Keep(Till.Config).ItemText('dm_code', 0, 'name')) > 0);
  Alarm := Keep(Till.Micropay('B1', Customer('declines', ',"reason":"\u9650\u989d"'), 100));
  { 限额 }
  AssertTrue(Pos(Words(#$9650#$989D), Alarm.Text('reason')) > 0);
end;

procedure TTextTest.WhatIsSentIsWhatWasWritten;
var
  Written: string;
begin
  { 数据 and a text of 2000 characters, since a buffer might be 256 bytes. }
  Written := Words(FOLDER_NAME) + StringReplace(StringOfChar('x', 2000), 'x', Words(#$9650), [rfReplaceAll]);
  CheckVerdict(wvPaid, Keep(Till.Micropay('B1', Customer, 100, With1('infoaddo', Written))).Verdict);
  AssertEquals(Written, SentParam('micropay', 'infoaddo'));
end;

procedure TTextTest.Attempts(Which: Integer);
begin
  case Which of
    0: With1('info', 'a'#0'b');
    1: With1('in'#0'fo', 'b');
    2: Keep(Till.Find('B1'#0));
    3: Keep(Till.Micropay('B1'#0, Customer, 100));
    {$IFDEF UNICODE}
    4: With1('info', #$D83D);
    5: Keep(Till.Find(#$DE00));
    {$ELSE}
    4: With1('info', #$81);
    5: Keep(Till.Find('B'#$81));
    {$ENDIF}
  end;
end;

procedure TTextTest.ATextWithAZeroIsRefused;
var
  Which: Integer;
begin
  for Which := 0 to 3 do
    Fails(WSY_ERR_TEXT, Attempts, Which);
  AssertEquals(0, Sent('micropay'));
end;

procedure TTextTest.ATextThatIsNoneIsRefused;
begin
  Fails(WSY_ERR_TEXT, Attempts, 4);
  Fails(WSY_ERR_TEXT, Attempts, 5);
end;

procedure TTextTest.FieldsOfAllObjectsAreInTheirOwnCodePage;
{$IFDEF UNICODE}
begin
  AssertEquals(WSY_UTF8, Till.CodePage);
end;
{$ELSE}
var
  Before: Integer;
  Reply: TWsyReply;
begin
  Before := WsyCodePage;
  Reply := Keep(Till.Config);
  WsyCodePage := WSY_GBK + WSY_UTF8 - TestPage;
  try
    { Where an AnsiString knows its code page, the unit translates. }
    AssertEquals('the same text', {$IFDEF MSWINDOWS}True{$ELSE}False{$ENDIF},
      Words(SHOP_NAME) = Reply.Text('client_name'));
  finally
    WsyCodePage := Before;
  end;
  AssertEquals(Words(SHOP_NAME), Reply.Text('client_name'));
end;
{$ENDIF}

{$IFDEF MSWINDOWS}
procedure TTextTest.AStringInAnotherCodePageIsTranslated;
var
  Page: Integer;
  Bytes: RawByteString;
begin
  for Page := 0 to 1 do
  begin
    Bytes := UTF8Encode(FOLDER_NAME);
    if Page = 1 then
      SetCodePage(Bytes, WSY_GBK, True);
    CheckVerdict(wvPaid, Keep(Till.Micropay('B' + IntToStr(Page), Customer, 100, With1('infoaddo', Bytes))).Verdict);
    AssertEquals(Words(FOLDER_NAME), SentParam('micropay', 'infoaddo'));
  end;
end;
{$ENDIF}

initialization
  RegisterTest(TTextTest);

end.
