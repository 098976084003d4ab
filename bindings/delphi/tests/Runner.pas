{ Runs the registered tests and reports the results, with a last line that cargo xtask test reads. }
unit Runner;

interface

{ Runs every Shares-th test, starting at the Share-th. False if one failed, or if there was none. }
function RunTests(Share, Shares: Integer): Boolean;

implementation

uses
  SysUtils, Classes, fpcunit, testregistry;

procedure Collect(Test: TTest; Into: TFPList);
var
  Index: Integer;
begin
  if Test is TTestSuite then
    for Index := 0 to Test.GetChildTestCount - 1 do
      Collect(Test.GetChildTest(Index), Into)
  else
    Into.Add(Test);
end;

procedure TellAll(Kind: string; Failures: TFPList);
var
  Index: Integer;
  Failure: TTestFailure;
begin
  for Index := 0 to Failures.Count - 1 do
  begin
    Failure := TTestFailure(Failures[Index]);
    WriteLn(Kind, ' ', Failure.AsString, ' ', Failure.LocationInfo);
  end;
end;

function RunTests(Share, Shares: Integer): Boolean;
var
  Tests: TFPList;
  Ended: TTestResult;
  Index, Bad: Integer;
begin
  Tests := TFPList.Create;
  Ended := TTestResult.Create;
  try
    Collect(GetTestRegistry, Tests);
    for Index := 0 to Tests.Count - 1 do
      if Index mod Shares = Share then
        TTest(Tests[Index]).Run(Ended);
    TellAll('FAILED', Ended.Failures);
    TellAll('ERROR', Ended.Errors);
    Bad := Ended.NumberOfFailures + Ended.NumberOfErrors + Ended.NumberOfIgnoredTests;
    WriteLn(Ended.RunTests - Bad, ' passed, ', Bad, ' failed');
    Result := (Bad = 0) and (Ended.RunTests > 0);
  finally
    Ended.Free;
    Tests.Free;
  end;
end;

end.
