{ This program again, as another process: to be killed, or to see what happens without the library.
  }
unit Children;

interface

uses
  Classes, process;

function IsChild: Boolean;
{ Runs the child's task; returns its exit code. }
function RunChild: Integer;

{ Starts this program as a child with these arguments. The caller ends and frees it. }
function StartChild(const Words: array of string): TProcess;
{ Kills it. }
procedure Kill(Child: TProcess);
{ Waits until it exits, and returns its output. }
function Printed(Child: TProcess): AnsiString;

implementation

uses
  SysUtils, Wsy, Shop;

const
  MARK = 'child';

function IsChild: Boolean;
begin
  Result := ParamStr(1) = MARK;
end;

{ Moves money on the till of a test, until it is killed: charge PAGE HOME AUTHCODE, or refund PAGE HOME. }
function MoveMoney: Integer;
var
  Params: TWsyParams;
  Till: TWsyClient;
begin
  LoadForTests;
  WsyTestPage(StrToInt(ParamStr(3)));
  Params := Options;
  Till := TWsyClient.Create(FolderIn(ParamStr(4)), Params);
  if ParamStr(2) = 'charge' then
    Till.Micropay('B1', ParamStr(5), 100)
  else
    Till.Refund('R1', 'B1', '', 40);
  Result := 0;
end;

{ Calls a flat function before the library is loaded, then loads the file in the third argument. }
function WithoutLibrary: Integer;
begin
  try
    wsy_open(nil, 0, nil, nil, nil);
  except
    on Error: EWsyLibrary do
      WriteLn('flat: ', Error.Message);
  end;
  try
    WsyLoad(ParamStr(3));
  except
    on Error: EWsyLibrary do
      WriteLn('load: ', Error.Message);
  end;
  try
    wsy_close(nil);
  except
    on Error: EWsyLibrary do
      WriteLn('after: ', Error.Message);
  end;
  LoadForTests;
  WriteLn('version: ', WsyVersion);
  Result := 0;
end;

{ Creates a client where the library is not beside the program. }
function WithoutFile: Integer;
begin
  try
    TWsyClient.Create('nowhere').Free;
  except
    on Error: EWsyLibrary do
      WriteLn('client: ', Error.Message);
  end;
  Result := 0;
end;

function RunChild: Integer;
begin
  if ParamStr(2) = 'without' then
    Result := WithoutLibrary
  else if ParamStr(2) = 'alone' then
    Result := WithoutFile
  else
    Result := MoveMoney;
end;

function StartChild(const Words: array of string): TProcess;
var
  Index: Integer;
begin
  Result := TProcess.Create(nil);
  Result.Executable := AnsiString(ParamStr(0));
  Result.Parameters.Add(MARK);
  for Index := Low(Words) to High(Words) do
    Result.Parameters.Add(AnsiString(Words[Index]));
  Result.Options := [poUsePipes, poStderrToOutPut];
  Result.Execute;
end;

procedure Kill(Child: TProcess);
begin
  Child.Terminate(9);
  Child.WaitOnExit;
  Child.Free;
end;

function Printed(Child: TProcess): AnsiString;
var
  Part: array[0..1023] of Byte;
  Got, Before: Integer;
begin
  Result := '';
  repeat
    Got := Child.Output.Read(Part, SizeOf(Part));
    if Got > 0 then
    begin
      Before := Length(Result);
      SetLength(Result, Before + Got);
      Move(Part, Result[Before + 1], Got);
    end;
  until Got <= 0;
  Child.WaitOnExit;
  Child.Free;
end;

end.
