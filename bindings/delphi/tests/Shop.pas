{ A shop for a test: a device of its own at the platform that WSY_SANDBOX_BASE names, and a till on a folder
  of its own below WSY_TEST_FOLDER. }
unit Shop;

interface

uses
  SysUtils, Classes, fpcunit, fpjson, Wsy;

type
  { Makes the call of this number. }
  TAttempt = procedure(Which: Integer) of object;

  TShopTest = class(TTestCase)
  private
    FHome, FDevice, FKey: string;
    FKept: TList;
    FTill: TWsyClient;
  protected
    procedure SetUp; override;
    procedure TearDown; override;
  public
    { Opens the till once more, after it was closed. }
    procedure Reopen;
    procedure CloseTill;
    { Frees an object when the test has ended. }
    function Keep(Reply: TWsyReply): TWsyReply; overload;
    function Keep(Payment: TWsyPayment): TWsyPayment; overload;
    function Keep(Params: TWsyParams): TWsyParams; overload;
    { A list of options or parameters with one value. }
    function With1(const Name, Value: string): TWsyParams;
    { Charges a customer who pays. }
    function Sell(const Number: string; Fen: Integer): TWsyReply;
    { The requests of an action that this till sent, and waiting for their number. }
    function Sent(const Action: string): Integer;
    function SentParam(const Action, Name: string): string;
    procedure AwaitSent(const Action: string; Number: Integer);
    { The amount that the platform has taken for this till and not refunded, in fen. }
    function Taken: Integer;
    { The platform's number of the only bill of this till. }
    function Order: string;
    procedure Decide(const State: string);
    procedure CheckVerdict(Expected, Found: TWsyVerdict);
    { Checks that a call fails with this code and that no money moved. }
    procedure Fails(Code: Integer; Attempt: TAttempt; Which: Integer = 0);
    property Till: TWsyClient read FTill;
    property Home: string read FHome;
    property Device: string read FDevice;
    property Key: string read FKey;
  end;

{ Loads the library that WSY_LIBRARY names. }
procedure LoadForTests;

{ The code page of the texts in the tests: see WsyCodePage. }
procedure WsyTestPage(Page: Integer);
{ The same for all hosts. }
function TestPage: Integer;

{ Converts a text to this program's strings. }
function Words(const Text: WideString): string;

{ Converts a text from this program's strings, character by character. }
function Wide(const Text: string): UnicodeString;

{ The folder of a till below a home. }
function FolderIn(const Home: string): string;

{ Options with times shorter than a cashier would wait; but timeouts that only a hang reaches are long, as
  this machine may be busy. The caller frees them. }
function Options: TWsyParams;

{ Calls the control API of the sandbox. The caller frees the response. }
function Control(const Method, Path, Body: string): TJSONData;
procedure Order(const Method, Path, Body: string);

{ A customer's auth code. }
function Customer(const Kind: string = 'pays'; const More: string = ''): string;
{ Orders a fault for the next requests of an action; Times may be null for all. }
procedure Fault(const Action, Kind: string; const More: string = ''; const Times: string = '1');
procedure ClearFaults;

const
  { 示例店: an example of a shop's name, and 数据: of a folder's. }
  SHOP_NAME: WideString = #$793A#$4F8B#$5E97;
  FOLDER_NAME: WideString = #$6570#$636E;
  PATIENCE_MS = 60000;

implementation

uses
  fphttpclient, jsonparser;

var
  Shops: Integer = 0;

procedure LoadForTests;
begin
  WsyLoad(GetEnvironmentVariable('WSY_LIBRARY'));
end;

procedure WsyTestPage(Page: Integer);
begin
  {$IFNDEF UNICODE}
  WsyCodePage := Page;
  {$ENDIF}
end;

function TestPage: Integer;
begin
  {$IFDEF UNICODE}
  Result := WSY_UTF8;
  {$ELSE}
  Result := WsyCodePage;
  if Result = 0 then
    Result := {$IFDEF MSWINDOWS}WSY_GBK{$ELSE}WSY_UTF8{$ENDIF};
  {$ENDIF}
end;

function Words(const Text: WideString): string;
{$IFNDEF UNICODE}
var
  Bytes: RawByteString;
{$ENDIF}
begin
  {$IFDEF UNICODE}
  Result := Text;
  {$ELSE}
  Bytes := UTF8Encode(Text);
  {$IFDEF MSWINDOWS}
  SetCodePage(Bytes, DefaultSystemCodePage, True);
  {$ELSE}
  SetCodePage(Bytes, TestPage, True);
  SetCodePage(Bytes, DefaultSystemCodePage, False);
  {$ENDIF}
  Result := Bytes;
  {$ENDIF}
end;

function Wide(const Text: string): UnicodeString;
{$IFNDEF UNICODE}
var
  Bytes: RawByteString;
{$ENDIF}
begin
  {$IFDEF UNICODE}
  Result := Text;
  {$ELSE}
  Bytes := Text;
  {$IFNDEF MSWINDOWS}
  SetCodePage(Bytes, TestPage, False);
  {$ENDIF}
  Result := UnicodeString(Bytes);
  {$ENDIF}
end;

function FolderIn(const Home: string): string;
begin
  Result := Home + PathDelim + Words(FOLDER_NAME);
end;

function Options: TWsyParams;
begin
  Result := TWsyParams.Create;
  Result.Put('base', GetEnvironmentVariable('WSY_SANDBOX_BASE'));
  Result.Put('poll_ms', 50);
  Result.Put('first_query_ms', 20);
  Result.Put('quiet_ms', 500);
  Result.Put('deadline_ms', 60000);
  Result.Put('connect_ms', 20000);
  Result.Put('response_ms', 20000);
end;

function Control(const Method, Path, Body: string): TJSONData;
var
  Http: TFPHTTPClient;
  Answer: TStringStream;
begin
  Http := TFPHTTPClient.Create(nil);
  Answer := TStringStream.Create('');
  try
    if Body <> '' then
      Http.RequestBody := TStringStream.Create(AnsiString(Body));
    Http.AddHeader('Content-Type', 'application/json');
    Http.HTTPMethod(AnsiString(Method), AnsiString(GetEnvironmentVariable('WSY_SANDBOX_BASE') + '/_sandbox/' + Path),
      Answer, [200, 201, 204]);
    Answer.Position := 0;
    Result := GetJSON(Answer, True);
  finally
    Http.RequestBody.Free;
    Http.Free;
    Answer.Free;
  end;
end;

procedure Order(const Method, Path, Body: string);
begin
  Control(Method, Path, Body).Free;
end;

function Customer(const Kind, More: string): string;
var
  Answer: TJSONData;
begin
  Answer := Control('POST', 'auth-codes', '{"kind":"wechat","behaviour":{"kind":"' + Kind + '"' + More + '}}');
  try
    Result := string(Answer.FindPath('auth_code').AsString);
  finally
    Answer.Free;
  end;
end;

procedure Fault(const Action, Kind, More, Times: string);
begin
  Order('POST', 'faults', '{"on":"' + Action + '","times":' + Times + ',"fault":{"kind":"' + Kind + '"' + More + '}}');
end;

procedure ClearFaults;
begin
  Order('DELETE', 'faults', '');
end;

procedure TShopTest.SetUp;
var
  Answer: TJSONData;
begin
  Inc(Shops);
  FHome := IncludeTrailingPathDelimiter(GetEnvironmentVariable('WSY_TEST_FOLDER')) + 'shop ' + IntToStr(Shops);
  if not ForceDirectories(FHome) then
    raise Exception.Create('cannot make ' + FHome);
  FKept := TList.Create;
  ClearFaults;
  Answer := Control('POST', 'devices', '{"client_name":"\u793a\u4f8b\u5e97"}');
  try
    FDevice := string(Answer.FindPath('device_id').AsString);
    FKey := string(Answer.FindPath('key').AsString);
  finally
    Answer.Free;
  end;
  Reopen;
  Keep(Till.SetDevice(FDevice, FKey));
end;

procedure TShopTest.TearDown;
var
  Index: Integer;
begin
  { Replies and payments stay valid without their client; half of the tests free them before it, half after
    it. }
  for Index := 0 to FKept.Count div 2 - 1 do
    TObject(FKept[Index]).Free;
  CloseTill;
  for Index := FKept.Count div 2 to FKept.Count - 1 do
    TObject(FKept[Index]).Free;
  FreeAndNil(FKept);
end;

procedure TShopTest.Reopen;
var
  Params: TWsyParams;
begin
  CloseTill;
  Params := Options;
  try
    FTill := TWsyClient.Create(FolderIn(FHome), Params);
  finally
    Params.Free;
  end;
end;

procedure TShopTest.CloseTill;
begin
  FreeAndNil(FTill);
end;

function TShopTest.Keep(Reply: TWsyReply): TWsyReply;
begin
  FKept.Add(Reply);
  Result := Reply;
end;

function TShopTest.Keep(Payment: TWsyPayment): TWsyPayment;
begin
  FKept.Add(Payment);
  Result := Payment;
end;

function TShopTest.Keep(Params: TWsyParams): TWsyParams;
begin
  FKept.Add(Params);
  Result := Params;
end;

function TShopTest.With1(const Name, Value: string): TWsyParams;
begin
  Result := Keep(TWsyParams.Create);
  Result.Put(Name, Value);
end;

function TShopTest.Sell(const Number: string; Fen: Integer): TWsyReply;
begin
  Result := Keep(Till.Micropay(Number, Customer, Fen));
  CheckVerdict(wvPaid, Result.Verdict);
end;

function TShopTest.Sent(const Action: string): Integer;
var
  Log: TJSONData;
  Requests: TJSONArray;
  Request: TJSONObject;
  Index: Integer;
begin
  Result := 0;
  Log := Control('GET', 'requests', '');
  try
    Requests := TJSONObject(Log).Arrays['requests'];
    for Index := 0 to Requests.Count - 1 do
    begin
      Request := Requests.Objects[Index];
      if (string(Request.Get('action', '')) = Action) and (Request.Find('params') <> nil) and
        (string(Request.Objects['params'].Get('device_id', '')) = FDevice) then
        Inc(Result);
    end;
  finally
    Log.Free;
  end;
end;

function TShopTest.SentParam(const Action, Name: string): string;
var
  Log: TJSONData;
  Requests: TJSONArray;
  Request: TJSONObject;
  Index: Integer;
begin
  Result := '';
  Log := Control('GET', 'requests', '');
  try
    Requests := TJSONObject(Log).Arrays['requests'];
    for Index := 0 to Requests.Count - 1 do
    begin
      Request := Requests.Objects[Index];
      if (string(Request.Get('action', '')) = Action) and
        (string(Request.Objects['params'].Get('device_id', '')) = FDevice) then
        Result := Words(UTF8Decode(Request.Objects['params'].Strings[AnsiString(Name)]));
    end;
  finally
    Log.Free;
  end;
end;

procedure TShopTest.AwaitSent(const Action: string; Number: Integer);
var
  Deadline: QWord;
begin
  Deadline := GetTickCount64 + PATIENCE_MS;
  while Sent(Action) < Number do
  begin
    if GetTickCount64 > Deadline then
      Fail('the till never sent ' + AnsiString(Action));
    Sleep(10);
  end;
end;

function TShopTest.Taken: Integer;
var
  Book: TJSONData;
  Bills, Refunds: TJSONArray;
  Bill: TJSONObject;
  Index, Refund: Integer;
begin
  Result := 0;
  Book := Control('GET', 'book', '');
  try
    Bills := TJSONObject(Book).Arrays['bills'];
    for Index := 0 to Bills.Count - 1 do
    begin
      Bill := Bills.Objects[Index];
      if string(Bill.Strings['device_id']) <> FDevice then
        Continue;
      if Bill.Strings['state'] = 'paid' then
        Inc(Result, Bill.Integers['total_fen']);
      Refunds := Bill.Arrays['refunds'];
      for Refund := 0 to Refunds.Count - 1 do
        Dec(Result, Refunds.Objects[Refund].Integers['refund_fen']);
    end;
  finally
    Book.Free;
  end;
end;

function TShopTest.Order: string;
var
  Book: TJSONData;
  Bills: TJSONArray;
  Index: Integer;
begin
  Result := '';
  Book := Control('GET', 'book', '');
  try
    Bills := TJSONObject(Book).Arrays['bills'];
    for Index := 0 to Bills.Count - 1 do
      if string(Bills.Objects[Index].Strings['device_id']) = FDevice then
        Result := string(Bills.Objects[Index].Strings['dm_id']);
  finally
    Book.Free;
  end;
end;

procedure TShopTest.Decide(const State: string);
begin
  Shop.Order('POST', 'bills/' + Order + '/state', '{"state":"' + State + '"}');
end;

procedure TShopTest.CheckVerdict(Expected, Found: TWsyVerdict);
begin
  AssertEquals('the verdict', Ord(Expected), Ord(Found));
end;

procedure TShopTest.Fails(Code: Integer; Attempt: TAttempt; Which: Integer);
var
  Before, Found: Integer;
begin
  Before := Taken;
  Found := 0;
  try
    Attempt(Which);
  except
    on Error: EWsyError do
    begin
      Found := Error.Code;
      AssertEquals('not_moved', Error.Money);
      AssertTrue('a message', Error.Message <> '');
    end;
  end;
  AssertEquals('the code of ' + IntToStr(Which), Code, Found);
  AssertEquals('money', Before, Taken);
end;

end.
