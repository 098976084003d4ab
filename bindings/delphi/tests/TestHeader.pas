{ Compares Wsy.pas with wsy.h: nothing may be missing. The declarations are generated, so they are not
  compared. WSY_HEADER and WSY_UNIT name the two. }
unit TestHeader;

{ The whole header is searched many times, so it is kept in AnsiStrings, which need no conversion. }
{$MODE DELPHI}

interface

uses
  fpcunit, testregistry;

type
  THeaderTest = class(TTestCase)
  published
    procedure EveryFunctionIsUsedByTheClasses;
  end;

implementation

uses
  SysUtils, Classes;

function ReadAll(const Variable: string): AnsiString;
var
  Bytes: TFileStream;
begin
  Bytes := TFileStream.Create(GetEnvironmentVariable(Variable), fmOpenRead or fmShareDenyWrite);
  try
    SetLength(Result, Bytes.Size);
    Bytes.ReadBuffer(Result[1], Length(Result));
  finally
    Bytes.Free;
  end;
  Result := StringReplace(Result, #13, '', [rfReplaceAll]);
end;

{ The text with each run of blanks and line ends as one blank. }
function Flat(const Text: AnsiString): AnsiString;
begin
  Result := StringReplace(Text, #10, ' ', [rfReplaceAll]);
  while Pos('  ', Result) > 0 do
    Result := StringReplace(Result, '  ', ' ', [rfReplaceAll]);
end;

{ The header without its comments. }
function Header: AnsiString;
var
  Start, Stop: Integer;
begin
  Result := ReadAll('WSY_HEADER');
  Start := Pos('/*', Result);
  while Start > 0 do
  begin
    Stop := Pos('*/', Result);
    Delete(Result, Start, Stop + 2 - Start);
    Start := Pos('/*', Result);
  end;
end;

{ The functions of the header. }
function Functions: TStringList;
var
  Text: AnsiString;
  Start: Integer;
begin
  Result := TStringList.Create;
  Text := Flat(Header);
  Start := Pos('int32_t wsy_', Text);
  while Start > 0 do
  begin
    Delete(Text, 1, Start + 7);
    Result.Add(Copy(Text, 1, Pos('(', Text) - 1));
    Start := Pos('int32_t wsy_', Text);
  end;
end;

procedure THeaderTest.EveryFunctionIsUsedByTheClasses;
var
  Expected: TStringList;
  UnitText, Name: AnsiString;
  Index: Integer;
begin
  UnitText := Flat(ReadAll('WSY_UNIT'));
  Expected := Functions;
  try
    AssertTrue('there are functions', Expected.Count >= 55);
    for Index := 0 to Expected.Count - 1 do
    begin
      Name := Expected[Index];
      AssertTrue('not used: ' + Name, (Pos(' ' + Name + '(', UnitText) > 0) or (Pos('(' + Name + '(', UnitText) > 0));
    end;
  finally
    Expected.Free;
  end;
end;

initialization
  RegisterTest(THeaderTest);

end.
