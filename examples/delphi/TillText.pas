{ The Chinese texts of the small till.

  They are written as numbers, so that every compiler from Delphi 7 to Lazarus reads this file alike, whatever code page
  it takes sources for. In a program of your own write them as they are. }
unit TillText;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

const
  PAID: WideString = #$5DF2#$6536#$6B3E; { paid }
  NOT_PAID: WideString = #$6CA1#$6709#$6536#$6B3E; { not paid }
  REFUNDED: WideString = #$5DF2#$9000#$6B3E; { refunded }
  NOT_REFUNDED: WideString = #$6CA1#$6709#$9000#$6B3E; { not refunded }
  UNKNOWN: WideString = #$7ED3#$679C#$672A#$77E5; { unknown }
  { paid earlier, do not charge again }
  PAID_EARLIER: WideString = #$5DF2#$4ED8#$8FC7#$6B3E#$FF0C#$4E0D#$8981#$518D#$6536#$6B3E;
  DECIDED: WideString = #$5DF2#$7531#$4EBA#$5DE5#$8BA4#$5B9A; { decided by a person }
  VOIDED: WideString = #$5DF2#$64A4#$9500; { voided }
  FIRST_TOLD: WideString = #$9996#$6B21#$6536#$6B3E; { first told }
  DECISION: WideString = #$8BA4#$5B9A#$7ED3#$679C; { decision }
  DECIDED_BY: WideString = #$8BA4#$5B9A#$4EBA; { decided by }
  WHY: WideString = #$7406#$7531; { why }
  BY_A_PERSON: WideString = #$67E5#$4E0D#$6E05#$7684#$7531#$4EBA#$5DE5#$8BA4#$5B9A; { if it stays so, a person decides }
  WRITTEN_DOWN: WideString = #$5DF2#$8BB0#$4E0B; { written down }
  ASKED: WideString = #$5DF2#$6838#$5BF9; { asked }
  DIFFERENCES: WideString = #$5DEE#$5F02; { differences }
  ALARMS_ZH: WideString = #$8B66#$62A5; { alarms }
  HERE: WideString = #$672C#$673A; { here }
  THERE: WideString = #$5E73#$53F0; { there }
  ACKNOWLEDGED: WideString = #$5DF2#$786E#$8BA4; { acknowledged }
  REASON: WideString = #$539F#$56E0; { reason }
  YUAN: WideString = #$91D1#$989D; { amount }
  ORDER: WideString = #$5E73#$53F0#$5355#$53F7; { order of the platform }
  TO_FIND_OUT: WideString = #$67E5#$6E05; { to find out }
  FAILED_ZH: WideString = #$6CA1#$6709#$5B8C#$6210; { failed }
  { careful: paid more than once }
  PAID_TWICE: WideString = #$6CE8#$610F#$FF1A#$8FD9#$7B14#$5355#$6536#$4E86#$4E0D#$6B62#$4E00#$6B21#$6B3E#$FF0C#$8BF7#$9000 +
    #$8FD8#$591A#$6536#$7684;
  DEVICE: WideString = #$8BBE#$5907; { device }
  SHOP: WideString = #$5546#$6237; { shop }
  { offline, the config is so many seconds old }
  OFFLINE: WideString = #$8FDE#$4E0D#$4E0A#$5E73#$53F0#$FF0C#$914D#$7F6E#$662F#$8FD9#$4E48#$591A#$79D2#$524D#$4FDD#$5B58 +
    #$7684;
  PAY_TYPE: WideString = #$652F#$4ED8#$65B9#$5F0F; { pay type }
  ACTIVATED: WideString = #$5DF2#$6FC0#$6D3B; { activated }
  NOT_ACTIVATED: WideString = #$5C1A#$672A#$6FC0#$6D3B; { not activated }
  PLATFORM_TIME: WideString = #$5E73#$53F0#$65F6#$95F4; { time of the platform }
  AHEAD: WideString = #$672C#$673A#$5FEB#$FF08#$79D2#$FF09; { this machine is ahead, in seconds }
  SCAN: WideString = #$8BF7#$626B#$4ED8#$6B3E#$7801; { scan the code }
  REFUNDABLE: WideString = #$53EF#$9000; { refundable }
  NOTHING_OPEN: WideString = #$6CA1#$6709#$672A#$67E5#$6E05#$7684#$5355; { nothing is unresolved }
  OPEN_ZH: WideString = #$672A#$67E5#$6E05; { open }
  { no such command, or wrong words }
  NO_COMMAND: WideString = #$6CA1#$6709#$8FD9#$4E2A#$547D#$4EE4#$FF0C#$6216#$8005#$53C2#$6570#$4E0D#$5BF9;
  { the last run left some open or unfinished }
  LEFT_OPEN: WideString = #$4E0A#$6B21#$6709#$672A#$67E5#$6E05#$6216#$672A#$4E86#$7ED3#$7684#$5355;
  { asking in the background, go on selling }
  IN_BACKGROUND: WideString = #$6B63#$5728#$540E#$53F0#$67E5#$8BE2#$FF0C#$53EF#$4EE5#$7EE7#$7EED#$6536#$6B3E;
  RECOVERED: WideString = #$540E#$53F0#$67E5#$8BE2#$7ED3#$675F; { the asking has ended }
  SETTLED_ZH: WideString = #$67E5#$6E05; { settled }
  NO_RECOVERY: WideString = #$540E#$53F0#$6CA1#$6709#$67E5#$8BE2; { nothing is being asked about }
  { paid, and nobody is known to have seen it: are the goods gone? Then }
  UNFINISHED: WideString = #$5DF2#$6536#$6B3E#$FF0C#$4F46#$4E0D#$80FD#$786E#$8BA4#$6536#$94F6#$5458#$770B#$5230#$8FC7 +
    #$FF1A#$5148#$5F04#$6E05#$5546#$54C1#$662F#$5426#$5DF2#$4EA4#$4ED8#$FF0C#$518D;
  ALARMED: WideString = #$6709#$8B66#$62A5#$FF0C#$8BF7#$5E97#$957F#$5904#$7406; { there are alarms, a person has to see them }
  HELP_ACTIVATE: WideString = #$6FC0#$6D3B#$672C#$673A#$FF0C#$53EA#$9700#$4E00#$6B21; { activate, once }
  HELP_CONFIG: WideString = #$91CD#$65B0#$8BFB#$53D6#$652F#$4ED8#$914D#$7F6E; { read the config }
  HELP_TIME: WideString = #$6838#$5BF9#$65F6#$949F; { compare the clocks }
  HELP_PAY: WideString = #$6536#$6B3E; { charge }
  HELP_REFUND: WideString = #$9000#$6B3E; { refund }
  HELP_VOID: WideString = #$64A4#$9500#$6574#$5355; { void }
  HELP_SETTLE: WideString = #$67E5#$6E05#$4E00#$7B14#$5355; { settle }
  HELP_BILL: WideString = #$8BFB#$53D6#$5E73#$53F0#$8D26#$5355; { read the bill }
  HELP_REPRINT: WideString = #$8865#$6253#$5C0F#$7968; { reprint }
  HELP_UNRESOLVED: WideString = #$672A#$67E5#$6E05#$548C#$672A#$4E86#$7ED3#$7684#$5355; { unresolved and unfinished }
  HELP_WAIT: WideString = #$7B49#$5F85#$540E#$53F0#$67E5#$8BE2; { wait for what is being asked about }
  HELP_DECIDE: WideString = #$4EBA#$5DE5#$8BA4#$5B9A#$67E5#$4E0D#$6E05#$7684#$6536#$6B3E; { a person decides a charge }
  HELP_DECIDE_REFUND: WideString = #$4EBA#$5DE5#$8BA4#$5B9A#$67E5#$4E0D#$6E05#$7684#$9000#$6B3E; { a person decides a refund }
  HELP_RECONCILE: WideString = #$4E0E#$5E73#$53F0#$5BF9#$8D26; { reconcile }
  DAY_CLOSED: WideString = #$5DF2#$65E5#$7ED3; { day closed }
  CLOSED_BY: WideString = #$65E5#$7ED3#$4EBA; { closed by }
  HELP_CLOSE_DAY: WideString = #$65E5#$7ED3; { close the day }
  HELP_ALARMS: WideString = #$8B66#$62A5; { alarms }
  HELP_ACKNOWLEDGE: WideString = #$786E#$8BA4#$8B66#$62A5; { acknowledge an alarm }
  HELP_LEDGER: WideString = #$4ECA#$65E5#$6D41#$6C34; { today's rows }
  HELP_QUIT: WideString = #$9000#$51FA; { quit }

implementation

end.
