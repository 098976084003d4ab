{ Wsy.pas against wsy.h: nothing is missing, nothing is declared otherwise. WSY_HEADER and WSY_UNIT name the two. }
unit TestHeader;

{ The whole header is searched many times: as AnsiStrings, which the functions for that take without translating it. }
{$MODE DELPHI}

interface

uses
  fpcunit, testregistry;

type
  THeaderTest = class(TTestCase)
  published
    procedure EveryFunctionIsDeclaredAsInTheHeader;
    procedure EveryFunctionIsFound;
    procedure EveryFunctionIsUsedByTheClasses;
    procedure EveryNumberIsAConstant;
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

{ The type in Pascal of a parameter in C, and its name behind it: "const char *name". }
function PascalOf(const Parameter: AnsiString; out Name: AnsiString): AnsiString;
var
  Kind: AnsiString;
  Split: Integer;
begin
  Split := Length(Parameter);
  while Parameter[Split] in ['a'..'z', '0'..'9', '_'] do
    Dec(Split);
  Name := Copy(Parameter, Split + 1, MaxInt);
  Kind := Copy(Parameter, 1, Split);
  Kind := StringReplace(StringReplace(Kind, 'const ', '', []), ' ', '', [rfReplaceAll]);
  if Kind = 'int32_t' then
    Result := 'Integer'
  else if Kind = 'int32_t*' then
    Result := 'PInteger'
  else if Kind = 'char*' then
    Result := 'PAnsiChar'
  else if Kind = 'void*' then
    Result := 'Pointer'
  else if Kind = 'wsy_log_callback' then
    Result := Kind
  else if Copy(Kind, Length(Kind) - 1, 2) = '**' then
    Result := 'p' + Copy(Kind, 1, Length(Kind) - 2)
  else
    Result := Copy(Kind, 1, Length(Kind) - 1);
end;

{ The declaration in Pascal of a function in C: neighbours of one type share it. }
function Declaration(const Name, Parameters: AnsiString): AnsiString;
var
  Rest, Part, Kind, Before, Parameter: AnsiString;
  Comma: Integer;
begin
  Result := Name + ': function(';
  Rest := Parameters + ',';
  Before := '';
  while Rest <> '' do
  begin
    Comma := Pos(',', Rest);
    Part := Trim(Copy(Rest, 1, Comma - 1));
    Delete(Rest, 1, Comma);
    Kind := PascalOf(Part, Parameter);
    if Kind = Before then
      Result := Result + ', ' + Parameter
    else if Before = '' then
      Result := Result + Parameter
    else
      Result := Result + ': ' + Before + '; ' + Parameter;
    Before := Kind;
  end;
  Result := Result + ': ' + Before + '): Integer; cdecl;';
end;

{ The functions of the header, as Pascal declares them. }
function Declarations: TStringList;
var
  Text, Name: AnsiString;
  Start, Open, Close: Integer;
begin
  Result := TStringList.Create;
  Text := Flat(Header);
  Start := Pos('int32_t wsy_', Text);
  while Start > 0 do
  begin
    Delete(Text, 1, Start + 7);
    Open := Pos('(', Text);
    Close := Pos(')', Text);
    Name := Copy(Text, 1, Open - 1);
    Result.Add(Declaration(Name, Copy(Text, Open + 1, Close - Open - 1)));
    Start := Pos('int32_t wsy_', Text);
  end;
end;

function NameOf(const Declaration: AnsiString): AnsiString;
begin
  Result := Copy(Declaration, 1, Pos(':', Declaration) - 1);
end;

procedure THeaderTest.EveryFunctionIsDeclaredAsInTheHeader;
var
  Expected: TStringList;
  UnitText: AnsiString;
  Index: Integer;
begin
  UnitText := Flat(ReadAll('WSY_UNIT'));
  Expected := Declarations;
  try
    AssertTrue('there are functions', Expected.Count >= 55);
    for Index := 0 to Expected.Count - 1 do
      AssertTrue('not declared: ' + Expected[Index], Pos(' ' + Expected[Index], UnitText) > 0);
    for Index := 0 to Expected.Count - 1 do
      Delete(UnitText, Pos(Expected[Index], UnitText), Length(Expected[Index]));
    AssertEquals('a function too many', 0, Pos(': function(', UnitText));
  finally
    Expected.Free;
  end;
end;

procedure THeaderTest.EveryFunctionIsFound;
var
  Expected: TStringList;
  UnitText, Name: AnsiString;
  Index: Integer;
begin
  UnitText := Flat(ReadAll('WSY_UNIT'));
  Expected := Declarations;
  try
    for Index := 0 to Expected.Count - 1 do
    begin
      Name := NameOf(Expected[Index]);
      AssertTrue('not found: ' + Name, Pos('@' + Name + ' := Entry(''' + Name + ''');', UnitText) > 0);
    end;
  finally
    Expected.Free;
  end;
end;

procedure THeaderTest.EveryFunctionIsUsedByTheClasses;
var
  Expected: TStringList;
  UnitText, Name: AnsiString;
  Index: Integer;
begin
  UnitText := Flat(ReadAll('WSY_UNIT'));
  Expected := Declarations;
  try
    for Index := 0 to Expected.Count - 1 do
    begin
      Name := NameOf(Expected[Index]);
      AssertTrue('not used: ' + Name, (Pos(' ' + Name + '(', UnitText) > 0) or (Pos('(' + Name + '(', UnitText) > 0));
    end;
  finally
    Expected.Free;
  end;
end;

procedure THeaderTest.EveryNumberIsAConstant;
var
  Lines: TStringList;
  UnitText, Name, Value: AnsiString;
  Index, Split, Numbers: Integer;
begin
  UnitText := ReadAll('WSY_UNIT');
  Numbers := 0;
  Lines := TStringList.Create;
  try
    Lines.Text := Header;
    for Index := 0 to Lines.Count - 1 do
      if (Copy(Lines[Index], 1, 12) = '#define WSY_') and (Lines[Index] <> '#define WSY_H') then
      begin
        Name := Copy(Lines[Index], 9, MaxInt);
        Split := Pos(' ', Name);
        Value := StringReplace(StringReplace(Copy(Name, Split + 1, MaxInt), '(', '', []), ')', '', []);
        Name := Copy(Name, 1, Split - 1);
        AssertTrue('not a constant: ' + Name, Pos(#10'  ' + Name + ' = ' + Value + ';'#10, UnitText) > 0);
        Inc(Numbers);
      end;
    AssertTrue('there are numbers', Numbers >= 65);
  finally
    Lines.Free;
  end;
end;

initialization
  RegisterTest(THeaderTest);

end.
