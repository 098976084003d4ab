{ The log event. }
unit TestLog;

interface

uses
  Classes, SyncObjs, testregistry, Shop, Wsy;

type
  TLogTest = class(TShopTest)
  private
    FLock: TCriticalSection;
    FLines, FOthers: TStringList;
    FThreads: array of TThreadID;
    FSender: TObject;
    FCaught: Integer;
    procedure Note(Sender: TObject; Level: TWsyLogLevel; const Line: string);
    procedure NoteElsewhere(Sender: TObject; Level: TWsyLogLevel; const Line: string);
    procedure CallBack(Sender: TObject; Level: TWsyLogLevel; const Line: string);
    function Said: string;
  protected
    procedure SetUp; override;
    procedure TearDown; override;
  published
    procedure EachLineAlsoFromOtherThreads;
    procedure ReplacedAndTakenAway;
    procedure WhatItRaisesIsDroppedAndTheLibraryCannotBeCalled;
    procedure InTheCodePage;
  end;

implementation

uses
  SysUtils;

procedure TLogTest.SetUp;
begin
  inherited SetUp;
  FLock := TCriticalSection.Create;
  FLines := TStringList.Create;
  FOthers := TStringList.Create;
  FThreads := nil;
  FCaught := 0;
end;

procedure TLogTest.TearDown;
begin
  inherited TearDown;
  FOthers.Free;
  FLines.Free;
  FLock.Free;
end;

procedure TLogTest.Note(Sender: TObject; Level: TWsyLogLevel; const Line: string);
var
  Index: Integer;
begin
  FLock.Enter;
  try
    FSender := Sender;
    FLines.Add(Line);
    for Index := 0 to High(FThreads) do
      if FThreads[Index] = GetCurrentThreadId then
        Exit;
    SetLength(FThreads, Length(FThreads) + 1);
    FThreads[High(FThreads)] := GetCurrentThreadId;
  finally
    FLock.Leave;
  end;
end;

procedure TLogTest.NoteElsewhere(Sender: TObject; Level: TWsyLogLevel; const Line: string);
begin
  FOthers.Add(Line);
end;

procedure TLogTest.CallBack(Sender: TObject; Level: TWsyLogLevel; const Line: string);
begin
  try
    TWsyClient(Sender).Find('B1').Free;
  except
    on Error: EWsyError do
      if Error.Code = WSY_ERR_IN_CALLBACK then
        Inc(FCaught);
  end;
  raise Exception.Create('out of the log event');
end;

function TLogTest.Said: string;
begin
  FLock.Enter;
  try
    Result := FLines.Text;
  finally
    FLock.Leave;
  end;
end;

procedure TLogTest.EachLineAlsoFromOtherThreads;
var
  Payment: TWsyPayment;
begin
  Till.OnLog := Note;
  Sell('B1', 100);
  Payment := Keep(Till.MicropayStart('B2', Customer, 100));
  while Payment.Wait(200) = wvPending do;
  AssertTrue(Said, Pos('B1', Said) > 0);
  AssertTrue(Said, Pos('B2', Said) > 0);
  AssertTrue('threads', Length(FThreads) > 1);
  AssertTrue('the sender', FSender = Till);
end;

procedure TLogTest.ReplacedAndTakenAway;
begin
  Till.OnLog := Note;
  Till.OnLog := NoteElsewhere;
  Sell('B1', 100);
  AssertEquals('', Said);
  AssertTrue(FOthers.Count > 0);
  Till.OnLog := nil;
  FOthers.Clear;
  Sell('B2', 100);
  AssertEquals(0, FOthers.Count);
end;

procedure TLogTest.WhatItRaisesIsDroppedAndTheLibraryCannotBeCalled;
begin
  Till.OnLog := CallBack;
  Sell('B1', 100);
  AssertTrue(FCaught > 0);
  AssertEquals(100, Taken);
end;

procedure TLogTest.InTheCodePage;
begin
  Till.OnLog := Note;
  Keep(Till.Micropay('B1', Customer('declines', ',"reason":"\u9650\u989d"'), 100));
  { 限额 }
  AssertTrue(Said, Pos(Words(#$9650#$989D), Said) > 0);
end;

initialization
  RegisterTest(TLogTest);

end.
