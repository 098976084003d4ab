{ A missing or invalid library is reported in words. }
unit TestLoading;

interface

uses
  fpcunit, testregistry;

type
  TLoadingTest = class(TTestCase)
  published
    procedure WithoutTheLibraryTheProgramRunsAndSaysWhatIsMissing;
    procedure AFileThatIsNoLibraryIsRefused;
    procedure WithoutTheLibraryBesideItAClientSaysSo;
    procedure ItIsTheVersionOfTheHeader;
  end;

implementation

uses
  SysUtils, Classes, Children, Wsy;

procedure TLoadingTest.WithoutTheLibraryTheProgramRunsAndSaysWhatIsMissing;
var
  Said: AnsiString;
begin
  Said := Printed(StartChild(['without', 'no such file']));
  AssertTrue(Said, Pos('call WsyLoad first', Said) > 0);
  AssertTrue(Said, Pos('load: ', Said) > 0);
  AssertTrue(Said, Pos('no such file', Said) > 0);
  AssertTrue(Said, Pos('after: ', Said) > 0);
  AssertTrue('it can be loaded then: ' + Said, Pos('version: 0.', Said) > 0);
end;

procedure TLoadingTest.AFileThatIsNoLibraryIsRefused;
var
  Said: AnsiString;
begin
  Said := Printed(StartChild(['without', string(GetEnvironmentVariable('WSY_HEADER'))]));
  AssertTrue(Said, Pos('load: ', Said) > 0);
  AssertTrue(Said, Pos('wsy.h', Said) > 0);
  AssertTrue(Said, Pos('version: 0.', Said) > 0);
end;

procedure TLoadingTest.WithoutTheLibraryBesideItAClientSaysSo;
var
  Said: AnsiString;
begin
  Said := Printed(StartChild(['alone']));
  AssertTrue(Said, Pos('client: ', Said) > 0);
  AssertTrue(Said, Pos({$IFDEF MSWINDOWS}'wsy.dll was not found'{$ELSE}'libwsy.so cannot be loaded'{$ENDIF}, Said) > 0);
end;

procedure TLoadingTest.ItIsTheVersionOfTheHeader;
begin
  AssertEquals(GetEnvironmentVariable('WSY_VERSION'), AnsiString(WsyVersion));
end;

initialization
  RegisterTest(TLoadingTest);

end.
