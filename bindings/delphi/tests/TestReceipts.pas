{ Receipts from the ledger, as text and as pictures, and printing. WSY_FONT names a font for tests,
  WSY_PRINTER a printer on the network, and WSY_PAPER the file in which that keeps what it printed last. }
unit TestReceipts;

interface

uses
  testregistry, Shop, Wsy;

type
  TReceiptTest = class(TShopTest)
  private
    procedure Attempts(Which: Integer);
    procedure FitsInto(Columns: Integer; const Text: string);
    function Font: string;
    function Picture(const Name: string): string;
    procedure IsOnPaper(const Bytes: TWsyBytes);
  published
    procedure OfAPayment;
    procedure OfARefund;
    procedure TextFitsThePaper;
    procedure APictureIsTheSameInAFile;
    procedure WhatThePlatformAnsweredIsThere;
    procedure AReplyWithoutAReceiptHasNone;
    procedure APrinterGetsTheBytes;
    procedure APrinterThatIsNotThere;
  end;

implementation

uses
  SysUtils, Classes;

const
  { 补打: the first line of a copy. }
  COPY_MARK: WideString = #$8865#$6253;
  PNG_SIGNATURE: array[0..3] of Byte = ($89, $50, $4E, $47);
  KICK: array[0..4] of Byte = ($1B, $70, $00, $19, $FA);
  { About its cover and its paper, before anything is printed. }
  QUESTIONS = '100402100404';
  PATIENCE_MS = 20000;

function Hex(const Bytes: array of Byte): string;
var
  Index: Integer;
begin
  Result := '';
  for Index := 0 to High(Bytes) do
    Result := Result + IntToHex(Bytes[Index], 2);
end;

function Contents(Stream: TMemoryStream): TWsyBytes;
begin
  Result := nil;
  SetLength(Result, Stream.Size);
  if Stream.Size > 0 then
    Move(Stream.Memory^, Result[0], Stream.Size);
end;

function TReceiptTest.Font: string;
begin
  Result := GetEnvironmentVariable('WSY_FONT');
end;

function TReceiptTest.Picture(const Name: string): string;
begin
  Result := Home + PathDelim + Name;
end;

procedure TReceiptTest.Attempts(Which: Integer);
begin
  case Which of
    0: Keep(Till.FindReceipt('B9'));
    1: Keep(Till.FindRefundReceipt('R9'));
    2: Keep(Till.FindReceipt('B1', With1('copies', '1')));
    3: Keep(Till.FindReceipt('B1')).ReceiptText(57);
    4: Keep(Till.FindReceipt('B1')).ReceiptPng(58, Picture('none.ttf'));
    5: Keep(Till.FindReceipt('B1')).ReceiptPngFile(Picture('none.png'), 58, Picture('none.ttf'));
    6: Keep(Till.FindReceipt('B1')).ReceiptPngFile(Picture('none') + PathDelim + 'none.png', 58, Font);
    7: Keep(Till.Time).ReceiptPngFile(Picture('none.png'), 58, Font);
    8: Keep(Till.PrintReceipt(Keep(Till.Time), 'tcp:127.0.0.1:1'));
    9: Keep(Till.PrintReceipt(nil, 'tcp:127.0.0.1:1'));
    10: Keep(Till.PrintReceipt(Keep(Till.FindReceipt('B1')), 'tcp:127.0.0.1:1'));
    11: Keep(Till.PrintReceipt(Keep(Till.FindReceipt('B1')), 'queue:no such printer'));
    12: Keep(Till.PrintReceipt(Keep(Till.FindReceipt('B1')), 'nonsense'));
    13: Keep(Till.PrintBytes(KICK, 'tcp:127.0.0.1:1'));
    14: Keep(Till.PrintBytes(KICK, 'queue:no such printer'));
    15: Keep(Till.PrintBytes(KICK, 'nonsense'));
    16: Keep(Till.PrintBytes([], 'tcp:127.0.0.1:1'));
    17: Keep(Till.PrintBytes(Keep(Till.Time).ReceiptBytes, 'tcp:127.0.0.1:1'));
    18: Keep(Till.PrintBytes(KICK, 'tcp:127.0.0.1:1', 99));
  end;
end;

procedure TReceiptTest.OfAPayment;
var
  Sold, Found: TWsyReply;
begin
  Sold := Sell('B1', 880);
  Found := Keep(Till.FindReceipt('B1'));
  AssertEquals(Sold.Text('printinfo'), Found.Text('printinfo'));
  AssertEquals(Sold.Text('receipt'), Found.Text('receipt'));
  AssertEquals(Hex(Sold.ReceiptBytes), Hex(Found.ReceiptBytes));
  Found := Keep(Till.FindReceipt('B1', With1('copy', '1')));
  AssertEquals(Words(COPY_MARK), Copy(Found.Text('receipt'), 1, Pos(#10, Found.Text('receipt')) - 1));
  Fails(WSY_ERR_NO_BILL, Attempts, 0);
  Fails(WSY_ERR_OPTIONS, Attempts, 2);
end;

procedure TReceiptTest.OfARefund;
var
  Found: TWsyReply;
begin
  Sell('B1', 1000);
  Keep(Till.Refund('R1', 'B1', '', 430));
  Found := Keep(Till.FindRefundReceipt('R1'));
  AssertTrue(Found.Text('receipt'), Pos('4.30', Found.Text('receipt')) > 0);
  Found := Keep(Till.FindRefundReceipt('R1', With1('copy', '1')));
  AssertEquals(Words(COPY_MARK), Copy(Found.Text('receipt'), 1, Pos(#10, Found.Text('receipt')) - 1));
  Fails(WSY_ERR_NO_BILL, Attempts, 1);
end;

procedure TReceiptTest.FitsInto(Columns: Integer; const Text: string);
var
  Characters: UnicodeString;
  Index, Width: Integer;
begin
  AssertTrue(Text, Pos('8.80', Text) > 0);
  Characters := Wide(Text);
  Width := 0;
  for Index := 1 to Length(Characters) do
  begin
    if Characters[Index] = #10 then
      Width := 0
    else if Ord(Characters[Index]) < $80 then
      Inc(Width)
    else
      Inc(Width, 2);
    AssertTrue(Text, Width <= Columns);
  end;
end;

procedure TReceiptTest.TextFitsThePaper;
var
  Sold: TWsyReply;
begin
  Sold := Sell('B1', 880);
  FitsInto(32, Sold.ReceiptText(58));
  FitsInto(48, Sold.ReceiptText(80));
  AssertEquals(Sold.ReceiptText(58), Sold.ReceiptText);
  Fails(WSY_ERR_ARGUMENT, Attempts, 3);
end;

procedure TReceiptTest.APictureIsTheSameInAFile;
var
  Sold: TWsyReply;
  Drawn: TWsyBytes;
  Kept: TMemoryStream;
begin
  Sold := Sell('B1', 880);
  Drawn := Sold.ReceiptPng(80, Font);
  AssertEquals(Hex(PNG_SIGNATURE), Copy(Hex(Drawn), 1, 8));
  Sold.ReceiptPngFile(Picture('receipt.png'), 80, Font);
  Kept := TMemoryStream.Create;
  try
    Kept.LoadFromFile(Picture('receipt.png'));
    AssertEquals(Hex(Drawn), Hex(Contents(Kept)));
  finally
    Kept.Free;
  end;
  AssertTrue('another width', Hex(Sold.ReceiptPng(58, Font)) <> Hex(Drawn));
  Fails(WSY_ERR_NO_FONT, Attempts, 4);
  Fails(WSY_ERR_NO_FONT, Attempts, 5);
  Fails(WSY_ERR_PICTURE, Attempts, 6);
end;

procedure TReceiptTest.WhatThePlatformAnsweredIsThere;
var
  Sold: TWsyReply;
  Drawn: TWsyBytes;
begin
  Sold := Sell('B1', 880);
  AssertEquals('4', Sold.Text('pay_type'));
  AssertEquals(1, Sold.Count('response'));
  AssertEquals(Sold.Text('pay_id'), Sold.ItemText('response', 0, 'pay_id'));
  AssertEquals('ok', Sold.ItemFieldName('response', 0, 0));
  AssertEquals('', Sold.ItemFieldName('response', 0, 99));
  AssertEquals(880, Sold.ItemNumber('paylist', 0, 'total_fee'));
  AssertTrue('the amount', Pos('8.80', Sold.CanvasText) > 0);
  Drawn := Sold.CanvasPng(Font);
  AssertEquals(Hex(PNG_SIGNATURE), Copy(Hex(Drawn), 1, 8));
  Sold.CanvasPngFile(Picture('popup.png'), Font);
  AssertTrue('a file', FileExists(Picture('popup.png')));
  AssertEquals('', Keep(Till.Time).CanvasText);
  AssertEquals(0, Length(Keep(Till.Time).CanvasPng(Font)));
end;

procedure TReceiptTest.AReplyWithoutAReceiptHasNone;
var
  Reply: TWsyReply;
begin
  Reply := Keep(Till.Time);
  AssertEquals(0, Length(Reply.ReceiptBytes));
  AssertEquals('', Reply.ReceiptText);
  AssertEquals(0, Length(Reply.ReceiptPng(58, Font)));
  Fails(WSY_ERR_NO_FIELD, Attempts, 7);
  AssertFalse('a file', FileExists(Picture('none.png')));
  Fails(WSY_ERR_NO_FIELD, Attempts, 8);
  Fails(WSY_ERR_HANDLE, Attempts, 9);
end;

procedure TReceiptTest.IsOnPaper(const Bytes: TWsyBytes);
var
  Paper: TMemoryStream;
  Found: string;
  Waited: Integer;
begin
  Found := '';
  Waited := 0;
  while (Found <> QUESTIONS + Hex(Bytes)) and (Waited < PATIENCE_MS) do
  begin
    Sleep(10);
    Inc(Waited, 10);
    if not FileExists(GetEnvironmentVariable('WSY_PAPER')) then
      Continue;
    Paper := TMemoryStream.Create;
    try
      Paper.LoadFromFile(GetEnvironmentVariable('WSY_PAPER'));
      Found := Hex(Contents(Paper));
    finally
      Paper.Free;
    end;
  end;
  AssertEquals(QUESTIONS + Hex(Bytes), Found);
end;

procedure TReceiptTest.APrinterGetsTheBytes;
var
  Sold: TWsyReply;
  Sent: TWsyBytes;
begin
  Sold := Sell('B1', 880);
  AssertEquals(WSY_OK, Keep(Till.PrintReceipt(Sold, GetEnvironmentVariable('WSY_PRINTER'))).Code);
  IsOnPaper(Sold.ReceiptBytes);
  Sent := nil;
  SetLength(Sent, Length(KICK));
  Move(KICK, Sent[0], Length(KICK));
  AssertEquals(WSY_OK, Keep(Till.PrintBytes(KICK, GetEnvironmentVariable('WSY_PRINTER'), 5000)).Code);
  IsOnPaper(Sent);
end;

procedure TReceiptTest.APrinterThatIsNotThere;
var
  Which: Integer;
begin
  Sell('B1', 880);
  Fails(WSY_ERR_PRINTER_OFFLINE, Attempts, 10);
  Fails(WSY_ERR_PRINTER_OFFLINE, Attempts, 13);
  for Which := 11 to 15 do
    if Which <> 13 then
      Fails(WSY_ERR_NO_PRINTER, Attempts, Which);
  for Which := 16 to 18 do
    Fails(WSY_ERR_ARGUMENT, Attempts, Which);
end;

initialization
  RegisterTest(TReceiptTest);

end.
