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
  DETAIL: WideString = #$8BE6#$60C5; { detail }
  YUAN: WideString = #$91D1#$989D; { amount }
  ORDER: WideString = #$5E73#$53F0#$5355#$53F7; { order of the platform }
  TO_FIND_OUT: WideString = #$67E5#$6E05; { to find out }
  FAILED_ZH: WideString = #$6CA1#$6709#$5B8C#$6210; { failed }
  WAS_REFUNDED: WideString = #$6CE8#$610F#$FF1A#$5DF2#$9000#$8FC7#$6B3E; { careful: refunded before }
  { careful: paid before, the goods may be gone }
  WAS_PAID: WideString = #$6CE8#$610F#$FF1A#$8FD9#$7B14#$5355#$4EE5#$524D#$5C31#$5DF2#$6536#$6B3E#$FF0C#$5546#$54C1#$53EF +
    #$80FD#$5DF2#$4EA4#$4ED8;
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
  { the last run left some open, asking }
  LEFT_OPEN: WideString = #$4E0A#$6B21#$6709#$672A#$67E5#$6E05#$7684#$5355#$FF0C#$6B63#$5728#$67E5#$8BE2;
  AFTER_ASKING: WideString = #$67E5#$8BE2#$4E4B#$540E; { after asking }
  NEEDS_PERSON: WideString = #$6709#$9000#$6B3E#$9700#$8981#$4EBA#$5DE5#$6838#$5BF9; { some refunds need a person }
  HELP_ACTIVATE: WideString = #$6FC0#$6D3B#$672C#$673A#$FF0C#$4E00#$751F#$4E00#$6B21; { activate, once }
  HELP_CONFIG: WideString = #$91CD#$65B0#$8BFB#$53D6#$652F#$4ED8#$914D#$7F6E; { read the config }
  HELP_TIME: WideString = #$6838#$5BF9#$65F6#$949F; { compare the clocks }
  HELP_PAY: WideString = #$6536#$6B3E; { charge }
  HELP_REFUND: WideString = #$9000#$6B3E; { refund }
  HELP_VOID: WideString = #$64A4#$9500#$6574#$5355; { void }
  HELP_SETTLE: WideString = #$67E5#$6E05#$4E00#$7B14#$5355; { settle }
  HELP_BILL: WideString = #$8BFB#$53D6#$5E73#$53F0#$8D26#$5355; { read the bill }
  HELP_REPRINT: WideString = #$8865#$6253#$5C0F#$7968; { reprint }
  HELP_UNRESOLVED: WideString = #$672A#$67E5#$6E05#$7684#$5355; { unresolved }
  HELP_LEDGER: WideString = #$4ECA#$65E5#$6D41#$6C34; { today's rows }
  HELP_QUIT: WideString = #$9000#$51FA; { quit }

implementation

end.
