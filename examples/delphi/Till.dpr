{ A small till on the wsy library, for Delphi 7 to 12 and Free Pascal. Copy from it what you need.

    Till FOLDER [BASE] [--set NAME=VALUE]...

    FOLDER  this till's data folder: one till, one folder
    BASE    the platform's address, if it is not the default one
    --set   an option of wsy_open, such as --set poll_ms=1000

  The scanner is the keyboard: a scanner in keyboard mode types the code and presses Enter, just like a person. A program
  with a window has a timer in the place of WaitFor, which asks Payment.Poll and shows Payment.Text.

  The Chinese texts of this program are in TillText.pas; what the library says is Chinese already. }
program Till;

{$APPTYPE CONSOLE}
{$IFDEF FPC}
  {$IFDEF FPC_UNICODESTRINGS}{$MODE DELPHIUNICODE}{$ELSE}{$MODE DELPHI}{$ENDIF}
  {$WARN IMPLICIT_STRING_CAST OFF}
  {$WARN IMPLICIT_STRING_CAST_LOSS OFF}
{$ENDIF}

uses
  {$IFDEF UNIX}cthreads, cwstring,{$ENDIF}
  {$IFDEF MSWINDOWS}Windows,{$ENDIF}
  SysUtils,
  Classes,
  Wsy in '..\..\bindings\delphi\Wsy.pas',
  TillText in 'TillText.pas';

type
  { Runs the command of a line; the first word is its name. }
  TRun = procedure(Client: TWsyClient; Words: TStringList);

procedure Labelled(const Name, Text: string);
begin
  if Text <> '' then
    WriteLn('  ', Name, ' ', Text);
end;

{ What happened and what to do next. The field detail is for the log, not for the cashier. }
procedure Explain(Reply: TWsyReply);
begin
  WriteLn('  ', Reply.Explanation);
end;

{ A real till sends Reply.ReceiptBytes to its ESC/POS printer instead, for example with Reply.PrintReceipt. }
procedure PrintReceipt(Reply: TWsyReply);
var
  Lines: TStringList;
  Index: Integer;
begin
  Lines := TStringList.Create;
  try
    Lines.Text := Reply.Text('receipt');
    for Index := 0 to Lines.Count - 1 do
      WriteLn('    | ', Lines[Index]);
  finally
    Lines.Free;
  end;
end;

function Headline(Verdict: TWsyVerdict): string;
begin
  case Verdict of
    wvPaid: Result := PAID + '  PAID';
    wvNotPaid: Result := NOT_PAID + '  NOT PAID';
    wvRefunded: Result := REFUNDED + '  REFUNDED';
    wvNotRefunded: Result := NOT_REFUNDED + '  NOT REFUNDED';
    wvPaidEarlier: Result := PAID_EARLIER + '  PAID EARLIER';
    wvDecided: Result := DECIDED + '  DECIDED';
    wvVoided: Result := VOIDED + '  VOIDED';
  else
    Result := UNKNOWN + '  UNKNOWN';
  end;
end;

{ The only place in this program where goods change hands: a bill gets here once, however often it is queried.
  }
procedure HandOver(Reply: TWsyReply);
begin
  if Reply.Number('paid_attempts') > 1 then
    WriteLn('  ', PAID_TWICE + ' careful: paid more than once, give the rest back');
  PrintReceipt(Reply);
end;

{ Tells the cashier how a call about money ended. }
procedure Tell(Reply: TWsyReply);
begin
  WriteLn('  ========  ', Headline(Reply.Verdict), '  ========');
  Explain(Reply);
  if Reply.Verdict in [wvNotPaid, wvNotRefunded] then
    Labelled(REASON + ' reason:', Reply.Text('reason'));
  if Reply.Verdict = wvRefunded then
    Labelled(YUAN + ' yuan:', Reply.Text('refund'))
  else
    Labelled(YUAN + ' yuan:', Reply.Text('total'));
  Labelled(ORDER + ' order:', Reply.Text('dm_id'));
  if Reply.Verdict = wvPaidEarlier then
    Labelled(FIRST_TOLD + ' first told:', Reply.FirstTold);
  if Reply.Verdict = wvDecided then
  begin
    Labelled(DECISION + ' decision:', Reply.Decision);
    Labelled(DECIDED_BY + ' decided by:', Reply.Text('decided_by'));
    Labelled(WHY + ' why:', Reply.Text('why'));
  end;
  if Reply.Verdict = wvUnknown then
    WriteLn('  ', TO_FIND_OUT + ' to find out: settle NUMBER; ' + BY_A_PERSON + ' if it stays so: decide NUMBER ...');
  if Reply.Verdict = wvPaid then
    HandOver(Reply);
end;

{ An error means that nothing was sent that moves money. }
procedure Failed(Error: EWsyError);
begin
  WriteLn('  --  ', FAILED_ZH + ' FAILED (', Error.Code, ')  --');
  WriteLn('  ', Error.Message);
  if Error.Reply = nil then
    Exit;
  { A receipt that the platform no longer has may be in the ledger. }
  PrintReceipt(Error.Reply);
end;

procedure PrintItems(Reply: TWsyReply; const List, Kind, Number, Amount: string);
var
  Index: Integer;
begin
  for Index := 0 to Reply.Count(List) - 1 do
    WriteLn(Format('  %-8s%-18s%-18s%10s  %-14s%s', [Kind, Reply.ItemText(List, Index, Number),
      Reply.ItemText(List, Index, 'dm_id'), Reply.ItemText(List, Index, Amount), Reply.ItemText(List, Index, 'state'),
      Reply.ItemText(List, Index, 'started')]));
end;

{ One line for each charge and refund. }
procedure PrintRows(Reply: TWsyReply);
begin
  PrintItems(Reply, 'charge', 'charge', 'out_trade_no', 'total');
  PrintItems(Reply, 'refund', 'refund', 'out_refund_no', 'refund');
end;

{ Bills that are paid but may never have been reported as paid: the goods may or may not have been handed
  over. }
procedure PrintUnfinished(Reply: TWsyReply);
begin
  if Reply.Count('unfinished') = 0 then
    Exit;
  WriteLn('  ', UNFINISHED + ' settle NUMBER');
  WriteLn('  paid, and nobody is known to have seen it: are the goods gone? Then: settle NUMBER');
  PrintItems(Reply, 'unfinished', 'charge', 'out_trade_no', 'total');
end;

{ What the ledger has, what the platform has, and what it means. }
procedure PrintDifferences(Reply: TWsyReply; const List: string);
var
  Index: Integer;
begin
  for Index := 0 to Reply.Count(List) - 1 do
  begin
    WriteLn('  ', Reply.ItemText(List, Index, 'id'), '  ', Reply.ItemText(List, Index, 'out_trade_no'), '  ',
      HERE + ' here ', Reply.ItemText(List, Index, 'here'), '  ', THERE + ' there ',
      Reply.ItemText(List, Index, 'there'));
    WriteLn('  ', Reply.ItemText(List, Index, 'message_zh'));
    WriteLn('  ', Reply.ItemText(List, Index, 'message_en'));
  end;
end;

procedure ShowConfig(Reply: TWsyReply);
var
  Index: Integer;
begin
  Labelled(DEVICE + ' device:', Reply.Text('device_id'));
  Labelled(SHOP + ' shop:', Reply.Text('client_name'));
  if Reply.Text('config_source') = 'file' then
    Labelled(OFFLINE + ' offline, the config was saved so many seconds ago:', Reply.Text('config_age_s'));
  for Index := 0 to Reply.Count('dm_code') - 1 do
    Labelled(PAY_TYPE + ' pay type:',
      Reply.ItemText('dm_code', Index, 'code') + '  ' + Reply.ItemText('dm_code', Index, 'name'));
end;

var
  Interrupted: Boolean = False;

{$IFDEF MSWINDOWS}
{ Ctrl-C stops waiting. It cannot undo the payment: a charge that may have been made ends as unknown. }
function OnInterrupt(Event: DWORD): BOOL; stdcall;
begin
  Interrupted := True;
  Result := Event = CTRL_C_EVENT;
end;
{$ENDIF}

{ Waits for the verdict a fifth of a second at a time, and shows it. }
procedure WaitFor(Payment: TWsyPayment);
var
  Text, Shown: string;
begin
  try
    Shown := '';
    Interrupted := False;
    repeat
      Text := Payment.Text;
      if Text <> Shown then
        WriteLn('  ', Text);
      Flush(Output);
      Shown := Text;
      if Interrupted then
        Payment.Cancel;
    until Payment.Wait(200) <> wvPending;
    Tell(Payment.Reply);
  finally
    Payment.Free;
  end;
end;

procedure Activate(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Activate(Words[1]);
  try
    WriteLn('  ', ACTIVATED + ' ACTIVATED');
    ShowConfig(Reply);
  finally
    Reply.Free;
  end;
end;

procedure Config(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Config(True);
  try
    ShowConfig(Reply);
  finally
    Reply.Free;
  end;
end;

procedure PlatformTime(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Time;
  try
    Labelled(PLATFORM_TIME + ' platform:', Reply.Text('time'));
    Labelled(AHEAD + ' this machine is ahead by seconds:', Reply.Text('ahead_s'));
  finally
    Reply.Free;
  end;
end;

procedure Pay(Client: TWsyClient; Words: TStringList);
var
  AuthCode: string;
  Fen: Integer;
begin
  { Never compute money as Double; Currency is fine, see WsyCurrencyToFen. }
  Fen := WsyYuanToFen(Words[2]);
  if Words.Count > 3 then
    AuthCode := Words[3]
  else
  begin
    Write(SCAN + ' scan: ');
    Flush(Output);
    ReadLn(AuthCode);
  end;
  { Words[1] is the shop's own number of this bill. If this program dies during the call, calling again with
    the same number continues where it stopped: it is never charged twice. }
  WaitFor(Client.MicropayStart(Words[1], Trim(AuthCode), Fen));
end;

procedure Refund(Client: TWsyClient; Words: TStringList);
begin
  WaitFor(Client.RefundStart(Words[1], Words[2], '', WsyYuanToFen(Words[3])));
end;

procedure UndoBill(Client: TWsyClient; Words: TStringList);
begin
  WaitFor(Client.VoidStart(Words[1]));
end;

procedure Settle(Client: TWsyClient; Words: TStringList);
begin
  WaitFor(Client.SettleStart(Words[1]));
end;

{ Records what a person has found out, in the back office or on the customer's phone, about a bill that stays
  unknown. }
procedure Decide(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Decide(Words[1], Words[2], Words[3], Words[4]);
  try
    Labelled(WRITTEN_DOWN + ' written down:', Reply.Text('state'));
  finally
    Reply.Free;
  end;
end;

procedure DecideRefund(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.DecideRefund(Words[1], Words[2], Words[3], Words[4]);
  try
    Labelled(WRITTEN_DOWN + ' written down:', Reply.Text('state'));
  finally
    Reply.Free;
  end;
end;

procedure Bill(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
  Index: Integer;
begin
  Reply := Client.ReadBill(Words[1], '');
  try
    Labelled(ORDER + ' order:', Reply.Text('dm_id'));
    Labelled(PAID + ' paid:', WsyFenToYuan(Reply.Number('pay_total_fen')));
    Labelled(REFUNDED + ' refunded:', WsyFenToYuan(Reply.Number('refunded_fen')));
    Labelled(REFUNDABLE + ' refundable:', WsyFenToYuan(Reply.Number('refundable_fen')));
    for Index := 0 to Reply.Count('pay') - 1 do
      WriteLn('  ', Reply.ItemText('pay', Index, 'pay_total'), '  ', Reply.ItemText('pay', Index, 'pay_time'), '  ',
        Reply.ItemText('pay', Index, 'pay_name'));
  finally
    Reply.Free;
  end;
end;

procedure Reprint(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Reprint(Words[1]);
  try
    PrintReceipt(Reply);
  finally
    Reply.Free;
  end;
end;

procedure Unresolved(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Unresolved;
  try
    if Reply.Number('open') = 0 then
      WriteLn('  ', NOTHING_OPEN + ' nothing is unresolved');
    PrintRows(Reply);
    PrintUnfinished(Reply);
  finally
    Reply.Free;
  end;
end;

var
  { Payments that the last run left open are queried in the background, while the shop goes on selling. }
  Recovery: TWsyPayment = nil;

{ Checks whether it has ended, waiting at most this long, and shows the result. }
procedure LookAtRecovery(TimeoutMs: Integer);
begin
  if (Recovery = nil) or (Recovery.Wait(TimeoutMs) = wvPending) then
    Exit;
  WriteLn('  ', RECOVERED + ' recovered: ' + SETTLED_ZH + ' settled ', Recovery.Reply.Number('settled'), ', ',
    OPEN_ZH + ' open ', Recovery.Reply.Number('open'));
  PrintRows(Recovery.Reply);
  PrintUnfinished(Recovery.Reply);
  FreeAndNil(Recovery);
end;

{ Shows the progress. }
procedure WaitForRecovery(Client: TWsyClient; Words: TStringList);
var
  Text, Shown: string;
begin
  if Recovery = nil then
    WriteLn('  ', NO_RECOVERY + ' nothing is being asked about');
  Shown := '';
  while Recovery <> nil do
  begin
    Text := Recovery.Text;
    if Text <> Shown then
      WriteLn('  ', Text);
    Flush(Output);
    Shown := Text;
    LookAtRecovery(200);
  end;
end;

procedure Ledger(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Day;
  try
    PrintRows(Reply);
    Labelled(PAID + ' paid:', WsyFenToYuan(Reply.Number('paid_fen')));
    Labelled(REFUNDED + ' refunded:', WsyFenToYuan(Reply.Number('refunded_fen')));
    Labelled(OPEN_ZH + ' open:', Reply.Text('open'));
  finally
    Reply.Free;
  end;
end;

procedure Reconcile(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Reconcile;
  try
    WriteLn('  ', ASKED + ' asked ', Reply.Number('asked'), ', ', DIFFERENCES + ' differences ',
      Reply.Number('differences'));
    PrintDifferences(Reply, 'difference');
  finally
    Reply.Free;
  end;
end;

{ Closes the till's day: its totals are final, and later outcomes count for the next day. }
procedure CloseDay(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.CloseDay(Words[1]);
  try
    Labelled(DAY_CLOSED + ' day closed:', Reply.Text('closed'));
    Labelled(CLOSED_BY + ' closed by:', Reply.Text('closed_by'));
    Labelled(PAID + ' paid:', WsyFenToYuan(Reply.Number('paid_fen')));
    Labelled(REFUNDED + ' refunded:', WsyFenToYuan(Reply.Number('refunded_fen')));
    Labelled(OPEN_ZH + ' open:', Reply.Text('open'));
  finally
    Reply.Free;
  end;
end;

procedure Alarms(Client: TWsyClient; Words: TStringList);
var
  Reply: TWsyReply;
begin
  Reply := Client.Alarms;
  try
    WriteLn('  ', ALARMS_ZH + ' alarms: ', Reply.Number('alarms'));
    PrintDifferences(Reply, 'alarm');
  finally
    Reply.Free;
  end;
end;

procedure Acknowledge(Client: TWsyClient; Words: TStringList);
begin
  Client.Acknowledge(StrToIntDef(Words[1], 0), Words[2]).Free;
  WriteLn('  ', ACKNOWLEDGED + ' acknowledged');
end;

procedure Help(Client: TWsyClient; Words: TStringList);
begin
  WriteLn('  activate CODE                ', HELP_ACTIVATE + ' only once');
  WriteLn('  config                       ', HELP_CONFIG + ' read the pay config');
  WriteLn('  time                         ', HELP_TIME + ' compare the clocks');
  WriteLn('  pay NUMBER YUAN [AUTHCODE]   ', HELP_PAY + ' charge a customer');
  WriteLn('  refund REFUNDNO NUMBER YUAN  ', HELP_REFUND + ' give money back');
  WriteLn('  void NUMBER                  ', HELP_VOID + ' undo a bill, paid or not');
  WriteLn('  settle NUMBER                ', HELP_SETTLE + ' find out what became of a bill');
  WriteLn('  decide NUMBER paid|not_paid|keep WHO WHY');
  WriteLn('                               ', HELP_DECIDE + ' a person''s word on a charge');
  WriteLn('  decide_refund REFUNDNO refunded|not_refunded|keep WHO WHY');
  WriteLn('                               ', HELP_DECIDE_REFUND + ' the same on a refund');
  WriteLn('  bill NUMBER                  ', HELP_BILL + ' read the platform''s bill');
  WriteLn('  reprint NUMBER               ', HELP_REPRINT + ' the receipt once more');
  WriteLn('  unresolved                   ', HELP_UNRESOLVED + ' what is not decided or finished');
  WriteLn('  wait                         ', HELP_WAIT + ' wait for what is being asked about');
  WriteLn('  ledger                       ', HELP_LEDGER + ' today''s rows');
  WriteLn('  reconcile                    ', HELP_RECONCILE + ' compare today with the platform');
  WriteLn('  close_day WHO                ', HELP_CLOSE_DAY + ' close the day');
  WriteLn('  alarms                       ', HELP_ALARMS + ' verdicts that turned out to be wrong');
  WriteLn('  acknowledge ID WHO           ', HELP_ACKNOWLEDGE + ' a person has seen to it');
  WriteLn('  quit                         ', HELP_QUIT + ' end the program');
end;

type
  TCommand = record
    Name: string;
    { How many words follow. }
    Least, Most: Integer;
    Run: TRun;
  end;

const
  COMMANDS: array[0..18] of TCommand = (
    (Name: 'activate'; Least: 1; Most: 1; Run: Activate),
    (Name: 'config'; Least: 0; Most: 0; Run: Config),
    (Name: 'time'; Least: 0; Most: 0; Run: PlatformTime),
    (Name: 'pay'; Least: 2; Most: 3; Run: Pay),
    (Name: 'refund'; Least: 3; Most: 3; Run: Refund),
    (Name: 'void'; Least: 1; Most: 1; Run: UndoBill),
    (Name: 'settle'; Least: 1; Most: 1; Run: Settle),
    (Name: 'decide'; Least: 4; Most: 4; Run: Decide),
    (Name: 'decide_refund'; Least: 4; Most: 4; Run: DecideRefund),
    (Name: 'bill'; Least: 1; Most: 1; Run: Bill),
    (Name: 'reprint'; Least: 1; Most: 1; Run: Reprint),
    (Name: 'unresolved'; Least: 0; Most: 0; Run: Unresolved),
    (Name: 'wait'; Least: 0; Most: 0; Run: WaitForRecovery),
    (Name: 'ledger'; Least: 0; Most: 0; Run: Ledger),
    (Name: 'reconcile'; Least: 0; Most: 0; Run: Reconcile),
    (Name: 'close_day'; Least: 1; Most: 1; Run: CloseDay),
    (Name: 'alarms'; Least: 0; Most: 0; Run: Alarms),
    (Name: 'acknowledge'; Least: 2; Most: 2; Run: Acknowledge),
    (Name: 'help'; Least: 0; Most: 0; Run: Help));

procedure RunCommand(Client: TWsyClient; Words: TStringList);
var
  Index: Integer;
begin
  for Index := Low(COMMANDS) to High(COMMANDS) do
    if (COMMANDS[Index].Name = Words[0]) and (Words.Count > COMMANDS[Index].Least) and
      (Words.Count - 1 <= COMMANDS[Index].Most) then
    begin
      COMMANDS[Index].Run(Client, Words);
      Exit;
    end;
  WriteLn('  ', NO_COMMAND + ' no such command, or other words behind it:');
  Help(Client, Words);
end;

{ Before the first payment: shows what the last run left open or unfinished, and starts to settle it. }
procedure Greet(Client: TWsyClient);
var
  Open: Integer;
begin
  if Client.Opened.Text('device_id') = '' then
    WriteLn('  ', NOT_ACTIVATED + ' not activated yet: activate CODE')
  else
    ShowConfig(Client.Opened);
  Open := Client.Opened.Number('open_charges') + Client.Opened.Number('open_refunds');
  if Open + Client.Opened.Number('conflicts') + Client.Opened.Number('unfinished') > 0 then
  begin
    WriteLn('  ', LEFT_OPEN + ' the last run left these open or unfinished:');
    Unresolved(Client, nil);
  end;
  if Open > 0 then
  begin
    Recovery := Client.RecoverStart;
    WriteLn('  ', IN_BACKGROUND + ' asking about them in the background, go on selling');
  end;
  if Client.Opened.Number('alarms') > 0 then
    WriteLn('  ', ALARMED + ' verdicts turned out to be wrong, a person has to see them: alarms');
end;

{ An error in the background ends only the background work. }
procedure Glance;
begin
  try
    LookAtRecovery(0);
  except
    on Error: EWsyError do
    begin
      FreeAndNil(Recovery);
      Failed(Error);
    end;
  end;
end;

{ Runs one line from the keyboard. An error ends the line, not the program. }
procedure Serve(Client: TWsyClient; Words: TStringList);
begin
  try
    RunCommand(Client, Words);
  except
    on Error: EWsyError do
      Failed(Error);
    { An error in the program; the message says that the money may have been taken. }
    on Error: EWsyHandle do
      WriteLn('  ', Error.Message);
  end;
end;

procedure ServeAll(Client: TWsyClient);
var
  Line: string;
  Words: TStringList;
begin
  Words := TStringList.Create;
  try
    Words.Delimiter := ' ';
    repeat
      Glance;
      Write('till> ');
      Flush(Output);
      if Eof(Input) then
        Exit;
      ReadLn(Line);
      Words.DelimitedText := Trim(Line);
      if (Words.Count > 0) and (Words[0] <> 'quit') then
        Serve(Client, Words);
    until (Words.Count > 0) and (Words[0] = 'quit');
  finally
    Words.Free;
  end;
end;

{ The options of the command line; the caller frees them. '' for Folder if the command line is wrong. }
function ReadArguments(out Folder: string): TWsyParams;
var
  Index, Split: Integer;
begin
  Folder := ParamStr(1);
  Result := TWsyParams.Create;
  Index := 2;
  if (ParamCount >= 2) and (Copy(ParamStr(2), 1, 2) <> '--') then
  begin
    Result.Put('base', ParamStr(2));
    Inc(Index);
  end;
  while Index <= ParamCount do
  begin
    Split := Pos('=', ParamStr(Index + 1));
    if (ParamStr(Index) <> '--set') or (Split = 0) then
    begin
      Folder := '';
      Exit;
    end;
    Result.Put(Copy(ParamStr(Index + 1), 1, Split - 1), Copy(ParamStr(Index + 1), Split + 1, MaxInt));
    Inc(Index, 2);
  end;
end;

procedure Main;
var
  Folder: string;
  Options: TWsyParams;
  Client: TWsyClient;
begin
  Client := nil;
  Options := ReadArguments(Folder);
  try
    if Folder = '' then
    begin
      WriteLn('usage: Till FOLDER [BASE] [--set NAME=VALUE]...');
      ExitCode := 2;
      Exit;
    end;
    Client := TWsyClient.Create(Folder, Options);
    Greet(Client);
    ServeAll(Client);
  finally
    { The next start continues where it stopped. }
    Recovery.Free;
    Client.Free;
    Options.Free;
  end;
end;

begin
  {$IFDEF MSWINDOWS}
  SetConsoleCtrlHandler(@OnInterrupt, True);
  {$ENDIF}
  try
    Main;
  except
    on Error: EWsyError do
    begin
      Failed(Error);
      ExitCode := 1;
    end;
    { Such as a missing wsy.dll. }
    on Error: Exception do
    begin
      WriteLn(Error.Message);
      ExitCode := 1;
    end;
  end;
end.
