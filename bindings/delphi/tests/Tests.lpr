{ The tests of Wsy.pas, for Free Pascal.

    Tests [PAGE [SHARE SHARES]]   with this WsyCodePage (0: the one the unit chooses); every SHARES-th from the SHARE-th on

  bindings/delphi/README.md says what has to be in the environment. }
program Tests;

{$APPTYPE CONSOLE}

uses
  {$IFDEF UNIX}cthreads, cwstring,{$ENDIF}
  SysUtils,
  Shop, Runner, Children,
  TestHeader, TestLoading, TestMoney, TestPayments, TestStarted, TestAsking, TestReceipts, TestText, TestLog, TestThreads,
  TestMisuse, TestCrash;

begin
  if IsChild then
    Halt(RunChild);
  LoadForTests;
  WsyTestPage(StrToIntDef(ParamStr(1), 0));
  if not RunTests(StrToIntDef(ParamStr(2), 0), StrToIntDef(ParamStr(3), 1)) then
    Halt(1);
end.
