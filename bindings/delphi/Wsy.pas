/// wsy for Delphi 7 to 12 and Free Pascal: a till knows for certain whether a phone payment was taken.
///
/// This one unit, and wsy.dll beside the program (from the folder x86 for a 32-bit program, x64 for a 64-bit one), are
/// all there is. It has two layers, which can be mixed:
///   - the classes TWsyClient, TWsyReply, TWsyPayment and TWsyParams, with exceptions for errors;
///   - the functions of wsy.h under their own names, such as wsy_micropay, after a call of WsyLoad.
/// What each call does, which parameters it takes and which fields its reply has is said in wsy.h: TWsyClient.Micropay is
/// wsy_micropay, and so on.
///
/// MONEY is an Integer in fen (1/100 yuan). TIMES are in ms.
/// TEXT is a string of the program. Where that is Unicode (Delphi 2009 and later, -Mdelphiunicode) the unit translates,
/// and so it does in Free Pascal for Windows, where an AnsiString knows its code page. In Delphi 7 to 2007 an AnsiString
/// is GBK; in Free Pascal for other systems it is UTF-8, or GBK if that is the system's code page; WsyCodePage says it
/// otherwise. A text with a #0 in it is refused, never cut.
/// OWNERSHIP: who calls a function that returns an object frees it, and who creates one. The unit frees nothing of
/// yours; replies and payments stay good when the client is freed.
/// THREADS: any thread may use a TWsyClient, several at once. A TWsyReply that is not being freed may be read by any
/// thread, too. TWsyParams and TWsyPayment are for one thread at a time, but for TWsyPayment.Text and Cancel.
/// ERRORS: an EWsyError means that the call sent nothing that moves money. How a payment ended is no exception: see
/// TWsyReply.Verdict.
unit Wsy;

{$IFDEF FPC}
  {$IFDEF FPC_UNICODESTRINGS}{$MODE DELPHIUNICODE}{$ELSE}{$MODE DELPHI}{$ENDIF}
  { SysUtils is for AnsiStrings in both modes. }
  {$WARN IMPLICIT_STRING_CAST OFF}
  {$WARN IMPLICIT_STRING_CAST_LOSS OFF}
  { A parameter that is not used. }
  {$WARN 5024 OFF}
{$ELSE}
  {$WARN UNSAFE_TYPE OFF}
  {$WARN UNSAFE_CODE OFF}
  {$WARN UNSAFE_CAST OFF}
{$ENDIF}
{$H+}

{ WSY_UNICODE: a string of the program is Unicode.
  WSY_TAGS: an AnsiString knows its own code page, which may be another one than the client's. }
{$IFDEF UNICODE}
  {$DEFINE WSY_UNICODE}
{$ELSE}
  {$IFDEF FPC}{$IFDEF MSWINDOWS}{$DEFINE WSY_TAGS}{$ENDIF}{$ENDIF}
{$ENDIF}

interface

uses
  {$IFDEF MSWINDOWS}Windows,{$ELSE}dynlibs,{$ENDIF}
  SysUtils, Classes, SyncObjs;

const
  /// Done. A call about money never returns this.
  WSY_OK = 0;
  /// Paid: the money was taken. The only code of a payment on which goods may be handed over.
  WSY_PAID = 1;
  /// Refunded: the money went back to the customer.
  WSY_REFUNDED = 2;
  /// Not paid: no money was taken.
  WSY_NOT_PAID = -1;
  /// Unknown: the money may have been taken (or given back). The only code of an ended call that means this.
  WSY_UNKNOWN = -2;
  /// Not refunded: no money went back.
  WSY_NOT_REFUNDED = -3;
  /// Still going on: there is no verdict yet. Only from the calls on a wsy_payment, and from single queries.
  WSY_PENDING = -4;
  /// The handle is not valid: null, never opened, closed already, or of another kind.
  WSY_ERR_HANDLE = -101;
  /// An argument is not valid: a required pointer is NULL, or a number is out of range.
  WSY_ERR_ARGUMENT = -102;
  /// A text is not valid in the code page.
  WSY_ERR_TEXT = -103;
  /// The buffer is too small; the text in it was cut. Read again with the needed size.
  WSY_ERR_BUFFER = -104;
  /// The reply has no such field, item or list.
  WSY_ERR_NO_FIELD = -105;
  /// An internal error of the library.
  WSY_ERR_INTERNAL = -106;
  /// This number is being worked on in another thread, or the payment has not ended.
  WSY_ERR_BUSY = -107;
  /// The library cannot be called from inside its own log callback.
  WSY_ERR_IN_CALLBACK = -108;
  /// An option or parameter is not known, or its value is not valid.
  WSY_ERR_OPTIONS = -110;
  /// The data folder cannot be made or written.
  WSY_ERR_FOLDER = -120;
  /// The data folder is in use by another program, or by another client of this one.
  WSY_ERR_FOLDER_IN_USE = -121;
  /// The ledger cannot be read or written.
  WSY_ERR_LEDGER = -122;
  /// The ledger file is damaged, or is no ledger of wsy.
  WSY_ERR_LEDGER_DAMAGED = -123;
  /// The ledger was written by a newer version of the library.
  WSY_ERR_LEDGER_NEWER = -124;
  /// The address of the platform, or of the proxy, is not valid.
  WSY_ERR_BASE = -125;
  /// The CA file cannot be read, or holds no certificate in PEM.
  WSY_ERR_CA_FILE = -126;
  /// The ledger was made on another machine or in another folder: it may be a copy.
  WSY_ERR_LEDGER_COPIED = -127;
  /// The ledger is not the one that was written last: deleted, or an old backup.
  WSY_ERR_LEDGER_RESTORED = -128;
  /// The config names a server that is not allowed.
  WSY_ERR_SERVER_NOT_ALLOWED = -129;
  /// The device is not activated.
  WSY_ERR_NOT_ACTIVATED = -130;
  /// The platform refused the activation code; or the code, device id or key is empty.
  WSY_ERR_ACTIVATION_REFUSED = -131;
  /// The activation was sent and no whole answer came: the code may be used up.
  WSY_ERR_ACTIVATION_LOST = -132;
  /// The platform does not accept this device or its key: activate again.
  WSY_ERR_ACTIVATE_AGAIN = -133;
  /// There is no pay config, neither from the platform nor saved.
  WSY_ERR_NO_CONFIG = -134;
  /// The auth code is not 10 to 32 digits.
  WSY_ERR_AUTH_CODE = -140;
  /// The auth code was used for another bill.
  WSY_ERR_AUTH_CODE_USED = -141;
  /// The amount is not from 1 to 100000000 fen.
  WSY_ERR_AMOUNT = -142;
  /// The pay config does not allow this amount.
  WSY_ERR_AMOUNT_NOT_ALLOWED = -143;
  /// The payment type is not known, or none takes this auth code.
  WSY_ERR_PAY_TYPE = -144;
  /// This device is not licensed to charge.
  WSY_ERR_NOT_LICENSED = -145;
  /// The out_trade_no is not 1 to 64 visible ASCII characters.
  WSY_ERR_OUT_TRADE_NO = -146;
  /// The out_trade_no was used with another amount.
  WSY_ERR_AMOUNT_DIFFERS = -147;
  /// An earlier charge of the bill is not decided, so no second code is charged.
  WSY_ERR_STILL_OPEN = -148;
  /// The bill was paid and then refunded in full.
  WSY_ERR_ALREADY_REFUNDED = -149;
  /// A further parameter has a name or text that cannot be sent.
  WSY_ERR_PARAM = -150;
  /// Neither the ledger nor the platform has such a bill.
  WSY_ERR_NO_BILL = -151;
  /// The bill is not paid, or not decided.
  WSY_ERR_BILL_NOT_PAID = -152;
  /// The out_refund_no is not 1 to 64 visible ASCII characters, or begins with void-, which the library keeps.
  WSY_ERR_OUT_REFUND_NO = -153;
  /// The out_refund_no was used for another bill or amount.
  WSY_ERR_REFUND_DIFFERS = -154;
  /// Another refund of the bill is not decided.
  WSY_ERR_REFUND_OPEN = -155;
  /// The refund is larger than what can still be refunded.
  WSY_ERR_REFUND_TOO_MUCH = -156;
  /// The platform cannot be reached; nothing was sent.
  WSY_ERR_NOT_SENT = -160;
  /// The platform gave no whole answer to a question; no money moved.
  WSY_ERR_NO_ANSWER = -161;
  /// The answer to a question is not in the platform's form; no money moved.
  WSY_ERR_BAD_ANSWER = -162;
  /// The platform refused a question, or the first reading of a bill; no money moved.
  WSY_ERR_REFUSED = -163;
  /// The platform has no such receipt; the reply holds the ledger's, if there is one.
  WSY_ERR_NO_RECEIPT = -164;
  /// Cancelled before anything was sent.
  WSY_ERR_CANCELLED = -165;
  /// There is no such alarm, or it was acknowledged already.
  WSY_ERR_NO_ALARM = -166;
  /// No font has all characters of the receipt.
  WSY_ERR_NO_FONT = -167;
  /// The picture of the receipt cannot be made or written.
  WSY_ERR_PICTURE = -168;
  /// There is no such printer; nothing was printed.
  WSY_ERR_NO_PRINTER = -170;
  /// The printer takes nothing: off, not connected, open, or busy for too long.
  WSY_ERR_PRINTER_OFFLINE = -171;
  /// The printer says that it has no paper.
  WSY_ERR_NO_PAPER = -172;
  /// The receipt was not printed to its end.
  WSY_ERR_NOT_PRINTED = -173;
  /// The code page of UTF-8 text.
  WSY_UTF8 = 65001;
  /// The code page of GBK text.
  WSY_GBK = 936;
  /// Sentences in Chinese.
  WSY_ZH = 0;
  /// Sentences in English.
  WSY_EN = 1;

type
  /// <summary>How a call about money ended. A variable that was not set is wvUnknown.</summary>
  TWsyVerdict = (
    /// The money may have been taken (or given back). Hand over nothing, charge nothing; Settle finds out.
    wvUnknown,
    /// The money was taken: hand over the goods.
    wvPaid,
    /// No money was taken, and none will be.
    wvNotPaid,
    /// The money went back to the customer.
    wvRefunded,
    /// No money went back.
    wvNotRefunded,
    /// There is no verdict yet.
    wvPending,
    /// There is no verdict: the call was not about money, or ended in an error.
    wvNone);

  /// <summary>How grave a line of the log is.</summary>
  TWsyLogLevel = (wlInfo, wlWarning, wlError);

  /// <summary>Takes a line of the log. It comes on the thread that works, mostly one of the library's own: do not touch
  /// forms, do not wait for the main thread (Synchronize), return soon. Calls of the library from here fail with
  /// WSY_ERR_IN_CALLBACK. What it raises is dropped.</summary>
  TWsyLogEvent = procedure(Sender: TObject; Level: TWsyLogLevel; const Line: string) of object;

  /// <summary>Bytes for the printer.</summary>
  TWsyBytes = array of Byte;

  TWsyOpaque = record end;
  /// <summary>The handles of wsy.h.</summary>
  wsy_client = ^TWsyOpaqueClient;
  TWsyOpaqueClient = type TWsyOpaque;
  wsy_params = ^TWsyOpaqueParams;
  TWsyOpaqueParams = type TWsyOpaque;
  wsy_payment = ^TWsyOpaquePayment;
  TWsyOpaquePayment = type TWsyOpaque;
  wsy_reply = ^TWsyOpaqueReply;
  TWsyOpaqueReply = type TWsyOpaque;
  pwsy_client = ^wsy_client;
  pwsy_params = ^wsy_params;
  pwsy_payment = ^wsy_payment;
  pwsy_reply = ^wsy_reply;

  /// <summary>Takes a line of the log, see wsy.h. level is 1 to 3.</summary>
  wsy_log_callback = procedure(user: Pointer; level: Integer; line: PAnsiChar); cdecl;

  /// <summary>Text as it crosses to the library.</summary>
  {$IFDEF UNICODE}
  TWsyNative = RawByteString;
  {$ELSE}
  {$IFDEF FPC}TWsyNative = RawByteString;{$ELSE}TWsyNative = AnsiString;{$ENDIF}
  {$ENDIF}

  /// <summary>What a call found out, as named fields. Never changes. Free it.</summary>
  TWsyReply = class
  private
    FHandle: wsy_reply;
    FCodePage: Integer;
    function GetCode: Integer;
    function GetVerdict: TWsyVerdict;
    function GetRecorded: Boolean;
    function GetSentence(Index: Integer): string;
    function InLanguage(const Name: string): string;
  public
    /// <summary>Takes over a handle that a flat function gave. CodePage is that of the client it came from.</summary>
    constructor Create(AHandle: wsy_reply; ACodePage: Integer);
    destructor Destroy; override;

    /// <summary>Whether there is such a field.</summary>
    function Has(const Name: string): Boolean;
    /// <summary>A field as text; '' if there is no such field.</summary>
    function Text(const Name: string): string;
    /// <summary>A field as a whole number, such as total_fen; Default if there is no such field, or it is no
    /// number.</summary>
    function Int(const Name: string; Default: Integer = 0): Integer;
    /// <summary>A field in fen, such as total_fen, as an amount in yuan; 0 if there is none.</summary>
    function Yuan(const Name: string): Currency;

    /// <summary>How many items a list has, such as 'charge'; 0 if there is no such list.</summary>
    function Count(const List: string): Integer;
    /// <summary>A field of an item of a list (from 0 on) as text; '' if there is none.</summary>
    function ItemText(const List: string; Index: Integer; const Name: string): string;
    /// <summary>A field of an item of a list (from 0 on) as a whole number; Default if there is none.</summary>
    function ItemInt(const List: string; Index: Integer; const Name: string; Default: Integer = 0): Integer;

    /// <summary>The name of the field at an index, from 0 on; '' past the last one.</summary>
    function FieldName(Index: Integer): string;

    /// <summary>The receipt for an ESC/POS printer, in GBK with escapes; send it as it is. Empty if there is
    /// none.</summary>
    function ReceiptBytes: TWsyBytes;
    /// <summary>Writes ReceiptBytes into a stream, such as a file stream on LPT1 or COM1. To send them to a printer by its
    /// name: TWsyClient.PrintReceipt.</summary>
    procedure PrintReceipt(Stream: TStream);
    /// <summary>The receipt as text in the columns of a paper of 58 mm (32 columns) or 80 mm (48 columns); '' if there is
    /// none. Lines end with #10.</summary>
    function ReceiptText(WidthMm: Integer = 58): string;
    /// <summary>The receipt as a picture (PNG), as it comes out of a printer; empty if there is none. Font is a file (.ttf,
    /// .otf, .ttc), or '' for a font of the system.</summary>
    function ReceiptPng(WidthMm: Integer = 58; const Font: string = ''): TWsyBytes;
    /// <summary>The same picture into a file, which is overwritten if it is there. Without a receipt it raises EWsyError
    /// (WSY_ERR_NO_FIELD).</summary>
    procedure ReceiptPngFile(const Path: string; WidthMm: Integer = 58; const Font: string = '');

    /// <summary>The number that the call returned.</summary>
    property Code: Integer read GetCode;
    /// <summary>How the call ended. Compare with wvPaid, and with nothing else, before goods are handed
    /// over.</summary>
    property Verdict: TWsyVerdict read GetVerdict;
    /// <summary>True: this was on record before the call, which charged nobody. The goods may be gone.</summary>
    property Recorded: Boolean read GetRecorded;
    /// <summary>What happened, and what to do next, in the language of WsyLanguage.</summary>
    property Message: string index 0 read GetSentence;
    property Advice: string index 1 read GetSentence;
    /// <summary>Both in one text.</summary>
    property Explanation: string index 2 read GetSentence;

    property Handle: wsy_reply read FHandle;
  end;

  /// <summary>A call failed, and sent nothing that moves money. Its message says what happened and what to do, in the
  /// language of WsyLanguage.</summary>
  EWsyError = class(Exception)
  private
    FCode: Integer;
    FMoney: string;
    FAdvice: string;
    FReply: TWsyReply;
  public
    /// <summary>Takes over the reply, which may be nil.</summary>
    constructor CreateCode(ACode: Integer; AReply: TWsyReply = nil);
    destructor Destroy; override;
    /// <summary>One of WSY_ERR_... .</summary>
    property Code: Integer read FCode;
    /// <summary>'not_moved', or what the reply says.</summary>
    property Money: string read FMoney;
    /// <summary>What to do next; '' if the message says it.</summary>
    property Advice: string read FAdvice;
    /// <summary>What the call found out all the same, such as refundable_fen, or the ledger's receipt after
    /// WSY_ERR_NO_RECEIPT. nil if there is none. Freed with the exception.</summary>
    property Reply: TWsyReply read FReply;
  end;

  /// <summary>wsy.dll is not there, or cannot be used.</summary>
  EWsyLibrary = class(Exception);

  /// <summary>The handle of a payment was not valid: a mistake of the program, such as a payment that was freed with
  /// wsy_payment_free. This is about the call alone: the money MAY have been taken. Find out with
  /// TWsyClient.Settle.</summary>
  EWsyHandle = class(Exception);

  /// <summary>A list of named values, for options and parameters. A call copies it.</summary>
  TWsyParams = class
  private
    FHandle: wsy_params;
    FCodePage: Integer;
  public
    constructor Create;
    destructor Destroy; override;
    /// <summary>Sets a value; a second one for the same name replaces the first. Which names there are is said in wsy.h
    /// at each call.</summary>
    procedure Put(const Name, Value: string); overload;
    procedure Put(const Name: string; Value: Integer); overload;
    property Handle: wsy_params read FHandle;
  end;

  /// <summary>A payment, refund or reconciliation that was started. Freeing it does not undo it: it goes on by itself
  /// and is written down.</summary>
  TWsyPayment = class
  private
    FHandle: wsy_payment;
    FCodePage: Integer;
    FReply: TWsyReply;
    function Took(Code: Integer; Handle: wsy_reply): TWsyVerdict;
  public
    /// <summary>Takes over a handle that a flat function gave. CodePage is that of the client it came from.</summary>
    constructor Create(AHandle: wsy_payment; ACodePage: Integer);
    destructor Destroy; override;
    /// <summary>wvPending while it goes on, then the verdict (wvNone for a reconciliation). Raises EWsyError if it ended
    /// in an error. Does not wait.</summary>
    function Poll: TWsyVerdict;
    /// <summary>As Poll, after waiting for at most so long. A program with one thread calls it with about 100
    /// ms.</summary>
    function Wait(TimeoutMs: Integer): TWsyVerdict;
    /// <summary>A short text for the cashier, in the language of WsyLanguage. It is no verdict.</summary>
    function Text: string;
    /// <summary>Stops waiting. It does not undo the payment: what may have been taken ends as wvUnknown. Go on with Poll
    /// or Wait.</summary>
    procedure Cancel;
    /// <summary>Undoes the charge, whether it goes on or has ended: what turns out to be paid is refunded. It is then
    /// pending again; go on with Poll or Wait. Reply is gone.</summary>
    procedure Void;
    /// <summary>What is known, once it has ended; nil before, and if it ended in an error. Belongs to the
    /// payment.</summary>
    property Reply: TWsyReply read FReply;
    property Handle: wsy_payment read FHandle;
  end;

  /// <summary>A till on its data folder. Create it when the program starts, and free it before it ends. Each call raises
  /// EWsyError for an error, and otherwise returns a reply, never nil, that the caller frees. Where a text may be left
  /// out, '' leaves it out; where a list may, nil.</summary>
  TWsyClient = class
  private
    FHandle: wsy_client;
    FCodePage: Integer;
    FOpened: TWsyReply;
    FOnLog: TWsyLogEvent;
    FLogLock: TCriticalSection;
    FListening: Boolean;
    function Answer(Code: Integer; Handle: wsy_reply): TWsyReply;
    function Started(Code: Integer; Handle: wsy_payment; Reply: wsy_reply): TWsyPayment;
    procedure SetOnLog(const Value: TWsyLogEvent);
    procedure Listen;
    procedure Log(Level: Integer; Line: PAnsiChar);
  public
    /// <summary>Opens the till's own folder: one till, one folder, on a local disk. Blocks for at most connect_ms and
    /// twice answer_ms. Options are said at wsy_open. Next look at Opened.</summary>
    constructor Create(const Folder: string; Options: TWsyParams = nil);
    /// <summary>Closes the till. Waits for calls in other threads, which end as wvUnknown if they are not
    /// decided.</summary>
    destructor Destroy; override;
    /// <summary>Closes the till before it is freed. Calls fail with WSY_ERR_HANDLE from then on.</summary>
    procedure Close;

    /// <summary>Once in the till's life, with a code from the back office.</summary>
    function Activate(const InitKey: string; const HostId: string = ''): TWsyReply;
    /// <summary>Takes a device id and key that came by hand.</summary>
    function SetDevice(const DeviceId, Key: string): TWsyReply;
    /// <summary>The pay config; with Refresh it is read from the platform now.</summary>
    function Config(Refresh: Boolean = False): TWsyReply;
    /// <summary>The platform's clock.</summary>
    function Time: TWsyReply;

    /// <summary>Charges the customer and waits for the verdict: wvPaid, wvNotPaid or wvUnknown. OutTradeNo is your own
    /// number of the bill: one number, one charge. See also TWsyReply.Recorded.</summary>
    function Micropay(const OutTradeNo, AuthCode: string; TotalFen: Integer; Params: TWsyParams = nil): TWsyReply;
    /// <summary>Gives money back and waits for the verdict: wvRefunded, wvNotRefunded or wvUnknown. OutRefundNo is your
    /// own number of the refund, sent at most once. The bill is named by OutTradeNo, or by the platform's DmId if it was
    /// charged elsewhere.</summary>
    function Refund(const OutRefundNo, OutTradeNo, DmId: string; RefundFen: Integer;
      Params: TWsyParams = nil): TWsyReply;
    /// <summary>Undoes a bill: wvRefunded, wvNotPaid, wvNotRefunded or wvUnknown. May be repeated; refunds once.</summary>
    function Void(const OutTradeNo: string; Params: TWsyParams = nil): TWsyReply;
    /// <summary>Finds out what became of a bill; never charges.</summary>
    function Settle(const OutTradeNo: string; Params: TWsyParams = nil): TWsyReply;
    /// <summary>Settles all that a crash or a power cut left open. Call it after each start.</summary>
    function Recover(Params: TWsyParams = nil): TWsyReply;

    /// <summary>Starts what Micropay does and returns at once. The caller frees the payment.</summary>
    function MicropayStart(const OutTradeNo, AuthCode: string; TotalFen: Integer;
      Params: TWsyParams = nil): TWsyPayment;
    /// <summary>Starts what Refund does and returns at once. The caller frees the payment.</summary>
    function RefundStart(const OutRefundNo, OutTradeNo, DmId: string; RefundFen: Integer;
      Params: TWsyParams = nil): TWsyPayment;
    /// <summary>Starts what Reconcile does and returns at once. The caller frees the payment.</summary>
    function ReconcileStart(const Date: string = ''): TWsyPayment;

    /// <summary>Asks the platform once about an auth code. To settle a bill use Settle.</summary>
    function QueryAuthCode(const AuthCode: string; TotalFen: Integer; Params: TWsyParams = nil): TWsyReply;
    /// <summary>Asks the platform once about one of its orders.</summary>
    function QueryOrder(const DmId: string; TotalFen: Integer; Params: TWsyParams = nil): TWsyReply;
    /// <summary>Reads a bill with all its lines from the platform.</summary>
    function ReadBill(const OutTradeNo, DmId: string; Params: TWsyParams = nil): TWsyReply;
    /// <summary>Asks the platform for a receipt once more. If it has none, the EWsyError (WSY_ERR_NO_RECEIPT) has the
    /// ledger's in its Reply.</summary>
    function Reprint(const OutTradeNo: string; const DmId: string = ''): TWsyReply;

    /// <summary>A bill of this till from the ledger. No verdict: read its state.</summary>
    function Find(const OutTradeNo: string): TWsyReply;
    /// <summary>A refund of this till from the ledger. No verdict: read its state.</summary>
    function FindRefund(const OutRefundNo: string): TWsyReply;
    /// <summary>The receipt of a paid bill from the ledger; nothing is sent. Params: copy, kind.</summary>
    function FindReceipt(const OutTradeNo: string; Params: TWsyParams = nil): TWsyReply;
    /// <summary>The receipt of a refund that was made, from the ledger; nothing is sent. Params: copy.</summary>
    function FindRefundReceipt(const OutRefundNo: string; Params: TWsyParams = nil): TWsyReply;
    /// <summary>All charges and refunds of a day, such as '2026-11-22'; '' for today.</summary>
    function Day(const Date: string = ''): TWsyReply;
    /// <summary>All charges and refunds that are not decided or need a person.</summary>
    function Unresolved: TWsyReply;
    /// <summary>Compares a day of the ledger with the platform; '' for today.</summary>
    function Reconcile(const Date: string = ''): TWsyReply;
    /// <summary>The alarms that nobody has acknowledged.</summary>
    function Alarms: TWsyReply;
    /// <summary>Acknowledges an alarm. By is who, such as the cashier's name.</summary>
    function Acknowledge(AlarmId: Integer; const By: string): TWsyReply;

    /// <summary>Prints the receipt of a reply; no payment waits for it. Printer is 'tcp:192.168.1.50', 'queue:NAME' of
    /// Windows, or 'device:COM3'. TimeoutMs is 100 to 120000, or 0 for 10000.</summary>
    function PrintReceipt(Receipt: TWsyReply; const Printer: string; TimeoutMs: Integer = 0): TWsyReply;
    /// <summary>Prints bytes as they are, such as a till's own bill, or a kick for the cash drawer:
    /// PrintBytes([27, 112, 0, 25, 250], 'tcp:192.168.1.50').</summary>
    function PrintBytes(const Bytes: array of Byte; const Printer: string; TimeoutMs: Integer = 0): TWsyReply;

    /// <summary>The reply of the opening: open_charges, open_refunds, conflicts, alarms, device_id ('' until activated).
    /// Belongs to the client.</summary>
    property Opened: TWsyReply read FOpened;
    /// <summary>Each line of the log, besides the file wsy.log. Once this is set to nil (or to another method), the old
    /// method is not running and will not be called any more.</summary>
    property OnLog: TWsyLogEvent read FOnLog write SetOnLog;
    /// <summary>WSY_UTF8 or WSY_GBK.</summary>
    property CodePage: Integer read FCodePage;
    property Handle: wsy_client read FHandle;
  end;

var
  /// <summary>The language of TWsyReply.Message, EWsyError.Message and the like: WSY_ZH or WSY_EN.</summary>
  WsyLanguage: Integer = WSY_ZH;

{$IFNDEF WSY_UNICODE}
  /// <summary>What the AnsiStrings of this program hold: WSY_GBK or WSY_UTF8; 0 for what is said at the head of this unit.
  /// Set it before the first object is created; each keeps the one it was created with. Free Pascal for Windows does not
  /// need it.</summary>
  WsyCodePage: Integer = 0;
{$ENDIF}

/// <summary>Loads the library, once. The classes do this by themselves; who calls the flat functions calls it first.
/// Without a name it is wsy.dll (libwsy.so) beside the program, or where the system looks for it. Raises EWsyLibrary with
/// the reason. The library is never unloaded.</summary>
procedure WsyLoad(const FileName: string = '');

/// <summary>The library's version, such as '0.1.0'.</summary>
function WsyVersion: string;

/// <summary>What a code means and what to do, in the language of WsyLanguage.</summary>
function WsyCodeText(Code: Integer): string;

/// <summary>The verdict that a flat function returned.</summary>
function WsyVerdict(Code: Integer): TWsyVerdict;

/// <summary>An amount in yuan as it is typed, such as '12.50', in fen. Raises EWsyError (WSY_ERR_AMOUNT).</summary>
function WsyYuanToFen(const Yuan: string): Integer;

/// <summary>As WsyYuanToFen, but False for what is no amount.</summary>
function WsyTryYuanToFen(const Yuan: string; out Fen: Integer): Boolean;

/// <summary>An amount in fen as yuan with two places, such as '12.50'.</summary>
function WsyFenToYuan(Fen: Integer): string;

/// <summary>An amount in yuan in fen, exactly. Raises EWsyError (WSY_ERR_AMOUNT) if it has fractions of a fen or is too
/// large.</summary>
function WsyCurrencyToFen(Yuan: Currency): Integer;

/// <summary>An amount in fen in yuan, exactly.</summary>
function WsyFenToCurrency(Fen: Integer): Currency;

{ The functions of wsy.h, after WsyLoad. Before it each of them raises EWsyLibrary. }

var
  wsy_open: function(folder: PAnsiChar; code_page: Integer; options: wsy_params; client: pwsy_client;
    reply: pwsy_reply): Integer; cdecl;
  wsy_close: function(client: wsy_client): Integer; cdecl;
  wsy_on_log: function(client: wsy_client; callback: wsy_log_callback; user: Pointer): Integer; cdecl;
  wsy_activate: function(client: wsy_client; initkey, hostid: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_set_device: function(client: wsy_client; device_id, key: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_config: function(client: wsy_client; refresh: Integer; reply: pwsy_reply): Integer; cdecl;
  wsy_time: function(client: wsy_client; reply: pwsy_reply): Integer; cdecl;
  wsy_version: function(buffer: PAnsiChar; size: Integer; needed: PInteger): Integer; cdecl;
  wsy_params_new: function(code_page: Integer; params: pwsy_params): Integer; cdecl;
  wsy_params_set: function(params: wsy_params; name, value: PAnsiChar): Integer; cdecl;
  wsy_params_free: function(params: wsy_params): Integer; cdecl;
  wsy_micropay: function(client: wsy_client; out_trade_no, auth_code: PAnsiChar; total_fen: Integer;
    params: wsy_params; reply: pwsy_reply): Integer; cdecl;
  wsy_refund: function(client: wsy_client; out_refund_no, out_trade_no, dm_id: PAnsiChar; refund_fen: Integer;
    params: wsy_params; reply: pwsy_reply): Integer; cdecl;
  wsy_void: function(client: wsy_client; out_trade_no: PAnsiChar; params: wsy_params;
    reply: pwsy_reply): Integer; cdecl;
  wsy_settle: function(client: wsy_client; out_trade_no: PAnsiChar; params: wsy_params;
    reply: pwsy_reply): Integer; cdecl;
  wsy_recover: function(client: wsy_client; params: wsy_params; reply: pwsy_reply): Integer; cdecl;
  wsy_micropay_start: function(client: wsy_client; out_trade_no, auth_code: PAnsiChar; total_fen: Integer;
    params: wsy_params; payment: pwsy_payment; reply: pwsy_reply): Integer; cdecl;
  wsy_refund_start: function(client: wsy_client; out_refund_no, out_trade_no, dm_id: PAnsiChar; refund_fen: Integer;
    params: wsy_params; payment: pwsy_payment; reply: pwsy_reply): Integer; cdecl;
  wsy_payment_poll: function(payment: wsy_payment; reply: pwsy_reply): Integer; cdecl;
  wsy_payment_wait: function(payment: wsy_payment; timeout_ms: Integer; reply: pwsy_reply): Integer; cdecl;
  wsy_payment_text: function(payment: wsy_payment; language: Integer; buffer: PAnsiChar; size: Integer;
    needed: PInteger): Integer; cdecl;
  wsy_payment_cancel: function(payment: wsy_payment): Integer; cdecl;
  wsy_payment_void: function(payment: wsy_payment): Integer; cdecl;
  wsy_payment_free: function(payment: wsy_payment): Integer; cdecl;
  wsy_query_auth_code: function(client: wsy_client; auth_code: PAnsiChar; total_fen: Integer; params: wsy_params;
    reply: pwsy_reply): Integer; cdecl;
  wsy_query_order: function(client: wsy_client; dm_id: PAnsiChar; total_fen: Integer; params: wsy_params;
    reply: pwsy_reply): Integer; cdecl;
  wsy_read_bill: function(client: wsy_client; out_trade_no, dm_id: PAnsiChar; params: wsy_params;
    reply: pwsy_reply): Integer; cdecl;
  wsy_reprint: function(client: wsy_client; out_trade_no, dm_id: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_find: function(client: wsy_client; out_trade_no: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_find_refund: function(client: wsy_client; out_refund_no: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_find_receipt: function(client: wsy_client; out_trade_no: PAnsiChar; params: wsy_params;
    reply: pwsy_reply): Integer; cdecl;
  wsy_find_refund_receipt: function(client: wsy_client; out_refund_no: PAnsiChar; params: wsy_params;
    reply: pwsy_reply): Integer; cdecl;
  wsy_print_receipt: function(client: wsy_client; receipt: wsy_reply; printer: PAnsiChar; timeout_ms: Integer;
    reply: pwsy_reply): Integer; cdecl;
  wsy_print_bytes: function(client: wsy_client; bytes: PAnsiChar; size: Integer; printer: PAnsiChar;
    timeout_ms: Integer; reply: pwsy_reply): Integer; cdecl;
  wsy_day: function(client: wsy_client; day: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_unresolved: function(client: wsy_client; reply: pwsy_reply): Integer; cdecl;
  wsy_reconcile: function(client: wsy_client; day: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_reconcile_start: function(client: wsy_client; day: PAnsiChar; payment: pwsy_payment;
    reply: pwsy_reply): Integer; cdecl;
  wsy_alarms: function(client: wsy_client; reply: pwsy_reply): Integer; cdecl;
  wsy_acknowledge: function(client: wsy_client; alarm_id: Integer; by: PAnsiChar; reply: pwsy_reply): Integer; cdecl;
  wsy_reply_code: function(reply: wsy_reply): Integer; cdecl;
  wsy_reply_text: function(reply: wsy_reply; name, buffer: PAnsiChar; size: Integer;
    needed: PInteger): Integer; cdecl;
  wsy_reply_int: function(reply: wsy_reply; name: PAnsiChar; value: PInteger): Integer; cdecl;
  wsy_reply_name: function(reply: wsy_reply; index: Integer; buffer: PAnsiChar; size: Integer;
    needed: PInteger): Integer; cdecl;
  wsy_reply_count: function(reply: wsy_reply; list: PAnsiChar; count: PInteger): Integer; cdecl;
  wsy_reply_item_text: function(reply: wsy_reply; list: PAnsiChar; index: Integer; name, buffer: PAnsiChar;
    size: Integer; needed: PInteger): Integer; cdecl;
  wsy_reply_item_int: function(reply: wsy_reply; list: PAnsiChar; index: Integer; name: PAnsiChar;
    value: PInteger): Integer; cdecl;
  wsy_reply_receipt_bytes: function(reply: wsy_reply; buffer: PAnsiChar; size: Integer;
    needed: PInteger): Integer; cdecl;
  wsy_reply_receipt_text: function(reply: wsy_reply; width_mm: Integer; buffer: PAnsiChar; size: Integer;
    needed: PInteger): Integer; cdecl;
  wsy_reply_receipt_png: function(reply: wsy_reply; width_mm: Integer; font, buffer: PAnsiChar; size: Integer;
    needed: PInteger): Integer; cdecl;
  wsy_reply_receipt_png_file: function(reply: wsy_reply; width_mm: Integer; font, path: PAnsiChar): Integer; cdecl;
  wsy_reply_free: function(reply: wsy_reply): Integer; cdecl;
  wsy_code_text: function(code, language, code_page: Integer; buffer: PAnsiChar; size: Integer;
    needed: PInteger): Integer; cdecl;
  wsy_yuan_to_fen: function(yuan: PAnsiChar; fen: PInteger): Integer; cdecl;
  wsy_fen_to_yuan: function(fen: Integer; buffer: PAnsiChar; size: Integer; needed: PInteger): Integer; cdecl;

implementation

const
  {$IFDEF MSWINDOWS}
  LIBRARY_NAME = 'wsy.dll';
  {$ELSE}
  LIBRARY_NAME = 'libwsy.so';
  {$ENDIF}

  { The English of each follows it. A source in ASCII is read alike by all compilers. All but the last follow the name of
    the library. }
  {$IFDEF MSWINDOWS}
  NOT_FOUND_ZH: WideString =
    ' '#$6CA1#$6709#$627E#$5230#$FF1A#$8BF7#$628A#$5B83#$653E#$5728#$7A0B#$5E8F#$65C1#$8FB9#$FF0C'32 '#$4F4D#$7A0B +
    #$5E8F#$7528' x86 '#$6587#$4EF6#$5939#$91CC#$7684#$FF0C'64 '#$4F4D#$7528' x64 '#$91CC#$7684#$3002;
  NOT_FOUND_EN =
    ' was not found: put it beside the program, the one of the folder x86 for a 32-bit program, of x64 for a ' +
    '64-bit one.';
  WRONG_BITS_ZH: WideString =
    ' '#$4E0E#$672C#$7A0B#$5E8F#$7684#$4F4D#$6570#$4E0D#$540C#$FF1A'32 '#$4F4D#$7A0B#$5E8F#$7528' x86 '#$6587 +
    #$4EF6#$5939#$91CC#$7684#$FF0C'64 '#$4F4D#$7528' x64 '#$91CC#$7684#$3002;
  WRONG_BITS_EN =
    ' is not for this kind of program: a 32-bit program needs the one of the folder x86, a 64-bit program the ' +
    'one of x64.';
  {$ENDIF}
  NOT_LOADED_ZH: WideString =
    ' '#$65E0#$6CD5#$88C5#$5165#$FF1A;
  NOT_LOADED_EN = ' cannot be loaded: ';
  TOO_OLD_ZH: WideString =
    ' '#$6BD4' Wsy.pas '#$65E7#$FF0C#$8BF7#$7528#$540C#$4E00#$7248#$672C#$7684#$3002;
  TOO_OLD_EN = ' is older than Wsy.pas: take both from one package.';
  LOAD_FIRST_ZH: WideString =
    ' '#$8FD8#$6CA1#$6709#$88C5#$5165#$FF1A#$8BF7#$5148#$8C03#$7528' WsyLoad'#$3002;
  LOAD_FIRST_EN = ' is not loaded yet: call WsyLoad first.';
  LOST_ZH: WideString =
    #$8FD9#$7B14#$4ED8#$6B3E#$7684#$53E5#$67C4#$5DF2#$5931#$6548#$FF0C#$7ED3#$679C#$4E0D#$660E#$FF1A#$6B3E#$9879 +
    #$53EF#$80FD#$5DF2#$6536#$3002#$8BF7#$7528' Settle '#$67E5#$6E05#$3002;
  LOST_EN = 'The handle of this payment is not valid. The money may have been taken: find out with Settle.';

type
  {$IFDEF MSWINDOWS}
  TLibrary = HMODULE;
  {$ELSE}
  TLibrary = TLibHandle;
  {$ENDIF}

var
  Lib: TLibrary = 0;
  Lacking: string;
  LoadLock: TCriticalSection;

{ The code page of texts that cross from now on. }
function CurrentCodePage: Integer;
begin
  {$IFDEF WSY_UNICODE}
  Result := WSY_UTF8;
  {$ELSE}
  Result := WsyCodePage;
  {$IFDEF FPC}
  if (Result = 0) and (DefaultSystemCodePage <> WSY_GBK) then
    Result := WSY_UTF8;
  {$ENDIF}
  if Result = 0 then
    Result := WSY_GBK;
  {$ENDIF}
end;

{ A text of the program as the library takes it. One that cannot be told as it is is refused: half a surrogate pair, a
  character that the code page lacks, and a #0, at which the library would take the text to end. }
function ToNative(const Text: string; CodePage: Integer): TWsyNative;
{$IFDEF WSY_TAGS}
var
  Back: TWsyNative;
{$ENDIF}
begin
  if Pos(#0, Text) > 0 then
    raise EWsyError.CreateCode(WSY_ERR_TEXT);
  {$IFDEF WSY_UNICODE}
  Result := UTF8Encode(Text);
  if UTF8ToString(Result) <> Text then
    raise EWsyError.CreateCode(WSY_ERR_TEXT);
  {$ELSE}
  Result := Text;
  {$IFDEF WSY_TAGS}
  SetCodePage(Result, CodePage, True);
  Back := Result;
  SetCodePage(Back, StringCodePage(Text), True);
  if Back <> Text then
    raise EWsyError.CreateCode(WSY_ERR_TEXT);
  {$ENDIF}
  {$ENDIF}
end;

{ A text of the library as the program has it. }
function FromNative(const Text: TWsyNative; CodePage: Integer): string;
{$IFDEF WSY_TAGS}
var
  Tagged: TWsyNative;
{$ENDIF}
begin
  {$IFDEF WSY_UNICODE}
  Result := UTF8ToString(Text);
  {$ELSE}
  {$IFDEF WSY_TAGS}
  Tagged := Text;
  SetCodePage(Tagged, CodePage, False);
  SetCodePage(Tagged, DefaultSystemCodePage, True);
  Result := Tagged;
  {$ELSE}
  Result := Text;
  {$ENDIF}
  {$ENDIF}
end;

{ nil for a text that is left out. }
function Optional(const Text: TWsyNative): PAnsiChar;
begin
  if Text = '' then
    Result := nil
  else
    Result := PAnsiChar(Text);
end;

{ A sentence of this unit about a file, in both languages. }
function Sentence(const FileName: string; const Zh: WideString; const En: string): string;
begin
  {$IFDEF UNIX}
  {$IFNDEF WSY_UNICODE}
  if CurrentCodePage = WSY_UTF8 then
    Result := UTF8Encode(Zh)
  else
  {$ENDIF}
  {$ENDIF}
    Result := string(Zh);
  Result := FileName + Result + ' ' + FileName + En;
end;

function NewBuffer: TWsyNative;
begin
  Result := '';
  SetLength(Result, 256);
end;

{ Whether the text did not fit and the call is to be made again, with the larger buffer. }
function Grows(var Buffer: TWsyNative; Code, Needed: Integer): Boolean;
begin
  Result := (Code = WSY_ERR_BUFFER) and (Needed > Length(Buffer));
  if Result then
    SetLength(Buffer, Needed);
end;

{ The text in a buffer; '' for a field that is not there. }
function Taken(const Buffer: TWsyNative; Code, Needed, CodePage: Integer): string;
begin
  case Code of
    WSY_OK:
      Result := FromNative(Copy(Buffer, 1, Needed - 1), CodePage);
    WSY_ERR_NO_FIELD:
      Result := '';
  else
    raise EWsyError.CreateCode(Code);
  end;
end;

procedure Check(Code: Integer);
begin
  if Code <> WSY_OK then
    raise EWsyError.CreateCode(Code);
end;

{ A whole number that may not be there. }
function NumberOr(Default, Code, Value: Integer): Integer;
begin
  if Code = WSY_ERR_NO_FIELD then
    Result := Default
  else
  begin
    Check(Code);
    Result := Value;
  end;
end;

{ Stands in for every function that is not there. It has no parameters, and does not need any: of a cdecl function, the
  caller takes them off the stack. }
function NotThere: Integer; cdecl;
begin
  Result := 0;
  if Result = 0 then
    raise EWsyLibrary.Create(Sentence(LIBRARY_NAME, LOAD_FIRST_ZH, LOAD_FIRST_EN));
end;

function Entry(const Name: AnsiString): Pointer;
begin
  Result := nil;
  if Lib <> 0 then
    {$IFDEF MSWINDOWS}
    Result := GetProcAddress(Lib, PAnsiChar(Name));
    {$ELSE}
    Result := GetProcedureAddress(Lib, Name);
    {$ENDIF}
  if Result = nil then
  begin
    Lacking := string(Name);
    Result := @NotThere;
  end;
end;

procedure FindAll;
begin
  Lacking := '';
  @wsy_open := Entry('wsy_open');
  @wsy_close := Entry('wsy_close');
  @wsy_on_log := Entry('wsy_on_log');
  @wsy_activate := Entry('wsy_activate');
  @wsy_set_device := Entry('wsy_set_device');
  @wsy_config := Entry('wsy_config');
  @wsy_time := Entry('wsy_time');
  @wsy_version := Entry('wsy_version');
  @wsy_params_new := Entry('wsy_params_new');
  @wsy_params_set := Entry('wsy_params_set');
  @wsy_params_free := Entry('wsy_params_free');
  @wsy_micropay := Entry('wsy_micropay');
  @wsy_refund := Entry('wsy_refund');
  @wsy_void := Entry('wsy_void');
  @wsy_settle := Entry('wsy_settle');
  @wsy_recover := Entry('wsy_recover');
  @wsy_micropay_start := Entry('wsy_micropay_start');
  @wsy_refund_start := Entry('wsy_refund_start');
  @wsy_payment_poll := Entry('wsy_payment_poll');
  @wsy_payment_wait := Entry('wsy_payment_wait');
  @wsy_payment_text := Entry('wsy_payment_text');
  @wsy_payment_cancel := Entry('wsy_payment_cancel');
  @wsy_payment_void := Entry('wsy_payment_void');
  @wsy_payment_free := Entry('wsy_payment_free');
  @wsy_query_auth_code := Entry('wsy_query_auth_code');
  @wsy_query_order := Entry('wsy_query_order');
  @wsy_read_bill := Entry('wsy_read_bill');
  @wsy_reprint := Entry('wsy_reprint');
  @wsy_find := Entry('wsy_find');
  @wsy_find_refund := Entry('wsy_find_refund');
  @wsy_find_receipt := Entry('wsy_find_receipt');
  @wsy_find_refund_receipt := Entry('wsy_find_refund_receipt');
  @wsy_print_receipt := Entry('wsy_print_receipt');
  @wsy_print_bytes := Entry('wsy_print_bytes');
  @wsy_day := Entry('wsy_day');
  @wsy_unresolved := Entry('wsy_unresolved');
  @wsy_reconcile := Entry('wsy_reconcile');
  @wsy_reconcile_start := Entry('wsy_reconcile_start');
  @wsy_alarms := Entry('wsy_alarms');
  @wsy_acknowledge := Entry('wsy_acknowledge');
  @wsy_reply_code := Entry('wsy_reply_code');
  @wsy_reply_text := Entry('wsy_reply_text');
  @wsy_reply_int := Entry('wsy_reply_int');
  @wsy_reply_name := Entry('wsy_reply_name');
  @wsy_reply_count := Entry('wsy_reply_count');
  @wsy_reply_item_text := Entry('wsy_reply_item_text');
  @wsy_reply_item_int := Entry('wsy_reply_item_int');
  @wsy_reply_receipt_bytes := Entry('wsy_reply_receipt_bytes');
  @wsy_reply_receipt_text := Entry('wsy_reply_receipt_text');
  @wsy_reply_receipt_png := Entry('wsy_reply_receipt_png');
  @wsy_reply_receipt_png_file := Entry('wsy_reply_receipt_png_file');
  @wsy_reply_free := Entry('wsy_reply_free');
  @wsy_code_text := Entry('wsy_code_text');
  @wsy_yuan_to_fen := Entry('wsy_yuan_to_fen');
  @wsy_fen_to_yuan := Entry('wsy_fen_to_yuan');
end;

{$IFDEF MSWINDOWS}
{ Without a message box of the system's. }
function Open(const FileName: string): TLibrary;
var
  Mode, Error: DWORD;
begin
  Mode := SetErrorMode(SEM_FAILCRITICALERRORS or SEM_NOOPENFILEERRORBOX);
  {$IFDEF WSY_UNICODE}
  Result := LoadLibraryW(PWideChar(FileName));
  {$ELSE}
  Result := LoadLibraryA(PAnsiChar(FileName));
  {$ENDIF}
  Error := GetLastError;
  SetErrorMode(Mode);
  SetLastError(Error);
end;

function WhyNot(const FileName: string): string;
var
  Error: DWORD;
begin
  Error := GetLastError;
  case Error of
    ERROR_MOD_NOT_FOUND, ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND:
      Result := Sentence(FileName, NOT_FOUND_ZH, NOT_FOUND_EN);
    ERROR_BAD_EXE_FORMAT:
      Result := Sentence(FileName, WRONG_BITS_ZH, WRONG_BITS_EN);
  else
    Result := Sentence(FileName, NOT_LOADED_ZH, NOT_LOADED_EN) + SysErrorMessage(Error);
  end;
end;
{$ELSE}
function Open(const FileName: string): TLibrary;
begin
  Result := LoadLibrary(FileName);
end;

function WhyNot(const FileName: string): string;
begin
  Result := Sentence(FileName, NOT_LOADED_ZH, NOT_LOADED_EN) + string(GetLoadErrorStr);
end;
{$ENDIF}

{ The library beside the program, else where the system looks for it. }
function Place: string;
begin
  Result := ExtractFilePath(ParamStr(0)) + LIBRARY_NAME;
  if not FileExists(Result) then
    Result := LIBRARY_NAME;
end;

procedure LoadFrom(const FileName: string);
begin
  Lib := Open(FileName);
  if Lib = 0 then
    raise EWsyLibrary.Create(WhyNot(FileName));
  FindAll;
  if Lacking <> '' then
  begin
    Lib := 0;
    FindAll;
    raise EWsyLibrary.Create(Sentence(FileName, TOO_OLD_ZH, TOO_OLD_EN));
  end;
end;

procedure WsyLoad(const FileName: string);
begin
  LoadLock.Enter;
  try
    if Lib <> 0 then
      Exit;
    if FileName = '' then
      LoadFrom(Place)
    else
      LoadFrom(FileName);
  finally
    LoadLock.Leave;
  end;
end;

function WsyVersion: string;
var
  Buffer: TWsyNative;
  Code, Needed: Integer;
begin
  WsyLoad;
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Code := wsy_version(PAnsiChar(Buffer), Length(Buffer), @Needed);
  until not Grows(Buffer, Code, Needed);
  Result := Taken(Buffer, Code, Needed, CurrentCodePage);
end;

function WsyCodeText(Code: Integer): string;
var
  Buffer: TWsyNative;
  CodePage, Told, Needed: Integer;
begin
  WsyLoad;
  CodePage := CurrentCodePage;
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Told := wsy_code_text(Code, WsyLanguage, CodePage, PAnsiChar(Buffer), Length(Buffer), @Needed);
  until not Grows(Buffer, Told, Needed);
  if Told = WSY_OK then
    Result := Taken(Buffer, Told, Needed, CodePage)
  else
    { A number that is not the library's, or a WsyLanguage that is no language: no second error for it. }
    Result := IntToStr(Code);
end;

function WsyVerdict(Code: Integer): TWsyVerdict;
begin
  case Code of
    WSY_PAID: Result := wvPaid;
    WSY_NOT_PAID: Result := wvNotPaid;
    WSY_UNKNOWN: Result := wvUnknown;
    WSY_REFUNDED: Result := wvRefunded;
    WSY_NOT_REFUNDED: Result := wvNotRefunded;
    WSY_PENDING: Result := wvPending;
  else
    Result := wvNone;
  end;
end;

function WsyTryYuanToFen(const Yuan: string; out Fen: Integer): Boolean;
var
  YuanText: TWsyNative;
  Code: Integer;
begin
  WsyLoad;
  YuanText := ToNative(Yuan, CurrentCodePage);
  Fen := 0;
  Code := wsy_yuan_to_fen(PAnsiChar(YuanText), @Fen);
  Result := Code = WSY_OK;
end;

function WsyYuanToFen(const Yuan: string): Integer;
begin
  if not WsyTryYuanToFen(Yuan, Result) then
    raise EWsyError.CreateCode(WSY_ERR_AMOUNT);
end;

function WsyFenToYuan(Fen: Integer): string;
var
  Buffer: TWsyNative;
  Code, Needed: Integer;
begin
  WsyLoad;
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Code := wsy_fen_to_yuan(Fen, PAnsiChar(Buffer), Length(Buffer), @Needed);
  until not Grows(Buffer, Code, Needed);
  Result := Taken(Buffer, Code, Needed, CurrentCodePage);
end;

{ A Currency is a whole number of 1/10000. Multiplying it would go through the floating-point unit. }

function WsyCurrencyToFen(Yuan: Currency): Integer;
var
  Parts: Int64;
begin
  Parts := PInt64(@Yuan)^;
  if (Parts mod 100 <> 0) or (Parts div 100 > High(Integer)) or (Parts div 100 < -High(Integer)) then
    raise EWsyError.CreateCode(WSY_ERR_AMOUNT);
  Result := Integer(Parts div 100);
end;

function WsyFenToCurrency(Fen: Integer): Currency;
begin
  PInt64(@Result)^ := Int64(Fen) * 100;
end;

constructor EWsyError.CreateCode(ACode: Integer; AReply: TWsyReply);
begin
  FCode := ACode;
  FReply := AReply;
  FMoney := 'not_moved';
  if AReply = nil then
    inherited Create(WsyCodeText(ACode))
  else
  begin
    FMoney := AReply.Text('money');
    FAdvice := AReply.Advice;
    inherited Create(AReply.Explanation);
  end;
end;

destructor EWsyError.Destroy;
begin
  FReply.Free;
  inherited Destroy;
end;

constructor TWsyReply.Create(AHandle: wsy_reply; ACodePage: Integer);
begin
  inherited Create;
  FHandle := AHandle;
  FCodePage := ACodePage;
end;

destructor TWsyReply.Destroy;
begin
  if FHandle <> nil then
    wsy_reply_free(FHandle);
  inherited Destroy;
end;

function TWsyReply.GetCode: Integer;
begin
  Result := wsy_reply_code(FHandle);
end;

function TWsyReply.GetVerdict: TWsyVerdict;
begin
  Result := WsyVerdict(Code);
end;

function TWsyReply.GetRecorded: Boolean;
begin
  Result := Int('recorded') = 1;
end;

function TWsyReply.InLanguage(const Name: string): string;
begin
  if WsyLanguage = WSY_EN then
    Result := Text(Name + '_en')
  else
    Result := Text(Name + '_zh');
end;

function TWsyReply.GetSentence(Index: Integer): string;
begin
  case Index of
    0: Result := InLanguage('message');
    1: Result := InLanguage('advice');
  else
    Result := Trim(InLanguage('message') + ' ' + InLanguage('advice'));
  end;
end;

function TWsyReply.Has(const Name: string): Boolean;
var
  NameText: TWsyNative;
  Code: Integer;
begin
  NameText := ToNative(Name, FCodePage);
  Code := wsy_reply_text(FHandle, PAnsiChar(NameText), nil, 0, nil);
  Result := Code <> WSY_ERR_NO_FIELD;
  if Result and (Code <> WSY_ERR_BUFFER) then
    Check(Code);
end;

function TWsyReply.Text(const Name: string): string;
var
  Field, Buffer: TWsyNative;
  Code, Needed: Integer;
begin
  Field := ToNative(Name, FCodePage);
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Code := wsy_reply_text(FHandle, PAnsiChar(Field), PAnsiChar(Buffer), Length(Buffer), @Needed);
  until not Grows(Buffer, Code, Needed);
  Result := Taken(Buffer, Code, Needed, FCodePage);
end;

function TWsyReply.Int(const Name: string; Default: Integer): Integer;
var
  NameText: TWsyNative;
  Code, Value: Integer;
begin
  NameText := ToNative(Name, FCodePage);
  Value := 0;
  Code := wsy_reply_int(FHandle, PAnsiChar(NameText), @Value);
  Result := NumberOr(Default, Code, Value);
end;

function TWsyReply.Yuan(const Name: string): Currency;
begin
  Result := WsyFenToCurrency(Int(Name));
end;

function TWsyReply.Count(const List: string): Integer;
var
  ListText: TWsyNative;
  Code, Value: Integer;
begin
  ListText := ToNative(List, FCodePage);
  Value := 0;
  Code := wsy_reply_count(FHandle, PAnsiChar(ListText), @Value);
  Result := NumberOr(0, Code, Value);
end;

function TWsyReply.ItemText(const List: string; Index: Integer; const Name: string): string;
var
  Items, Field, Buffer: TWsyNative;
  Code, Needed: Integer;
begin
  Items := ToNative(List, FCodePage);
  Field := ToNative(Name, FCodePage);
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Code := wsy_reply_item_text(FHandle, PAnsiChar(Items), Index, PAnsiChar(Field), PAnsiChar(Buffer), Length(Buffer),
      @Needed);
  until not Grows(Buffer, Code, Needed);
  Result := Taken(Buffer, Code, Needed, FCodePage);
end;

function TWsyReply.ItemInt(const List: string; Index: Integer; const Name: string; Default: Integer): Integer;
var
  Items, Field: TWsyNative;
  Code, Value: Integer;
begin
  Items := ToNative(List, FCodePage);
  Field := ToNative(Name, FCodePage);
  Value := 0;
  Code := wsy_reply_item_int(FHandle, PAnsiChar(Items), Index, PAnsiChar(Field), @Value);
  Result := NumberOr(Default, Code, Value);
end;

function TWsyReply.FieldName(Index: Integer): string;
var
  Buffer: TWsyNative;
  Code, Needed: Integer;
begin
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Code := wsy_reply_name(FHandle, Index, PAnsiChar(Buffer), Length(Buffer), @Needed);
  until not Grows(Buffer, Code, Needed);
  Result := Taken(Buffer, Code, Needed, FCodePage);
end;

function TWsyReply.ReceiptBytes: TWsyBytes;
var
  Code, Needed: Integer;
begin
  Needed := 0;
  Result := nil;
  Code := wsy_reply_receipt_bytes(FHandle, nil, 0, @Needed);
  if Code = WSY_ERR_BUFFER then
  begin
    SetLength(Result, Needed);
    Code := wsy_reply_receipt_bytes(FHandle, PAnsiChar(@Result[0]), Needed, @Needed);
  end;
  if Code <> WSY_ERR_NO_FIELD then
    Check(Code);
end;

procedure TWsyReply.PrintReceipt(Stream: TStream);
var
  Bytes: TWsyBytes;
begin
  Bytes := ReceiptBytes;
  if Length(Bytes) > 0 then
    Stream.WriteBuffer(Bytes[0], Length(Bytes));
end;

function TWsyReply.ReceiptText(WidthMm: Integer): string;
var
  Buffer: TWsyNative;
  Code, Needed: Integer;
begin
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Code := wsy_reply_receipt_text(FHandle, WidthMm, PAnsiChar(Buffer), Length(Buffer), @Needed);
  until not Grows(Buffer, Code, Needed);
  Result := Taken(Buffer, Code, Needed, FCodePage);
end;

function TWsyReply.ReceiptPng(WidthMm: Integer; const Font: string): TWsyBytes;
const
  { Most fit at once; a larger one is drawn a second time. }
  FIRST_SIZE = 65536;
var
  FontText: TWsyNative;
  Code, Needed: Integer;
begin
  FontText := ToNative(Font, FCodePage);
  Result := nil;
  Needed := FIRST_SIZE;
  repeat
    SetLength(Result, Needed);
    Code := wsy_reply_receipt_png(FHandle, WidthMm, Optional(FontText), PAnsiChar(@Result[0]), Length(Result), @Needed);
  until (Code <> WSY_ERR_BUFFER) or (Needed <= Length(Result));
  if Code = WSY_ERR_NO_FIELD then
    Needed := 0
  else
    Check(Code);
  SetLength(Result, Needed);
end;

procedure TWsyReply.ReceiptPngFile(const Path: string; WidthMm: Integer; const Font: string);
var
  PathText, FontText: TWsyNative;
begin
  PathText := ToNative(Path, FCodePage);
  FontText := ToNative(Font, FCodePage);
  Check(wsy_reply_receipt_png_file(FHandle, WidthMm, Optional(FontText), PAnsiChar(PathText)));
end;

constructor TWsyParams.Create;
begin
  inherited Create;
  WsyLoad;
  FCodePage := CurrentCodePage;
  Check(wsy_params_new(FCodePage, @FHandle));
end;

destructor TWsyParams.Destroy;
begin
  if FHandle <> nil then
    wsy_params_free(FHandle);
  inherited Destroy;
end;

procedure TWsyParams.Put(const Name, Value: string);
var
  NameText, ValueText: TWsyNative;
begin
  NameText := ToNative(Name, FCodePage);
  ValueText := ToNative(Value, FCodePage);
  Check(wsy_params_set(FHandle, PAnsiChar(NameText), PAnsiChar(ValueText)));
end;

procedure TWsyParams.Put(const Name: string; Value: Integer);
begin
  Put(Name, IntToStr(Value));
end;

function HandleOf(Params: TWsyParams): wsy_params; overload;
begin
  if Params = nil then
    Result := nil
  else
    Result := Params.Handle;
end;

function HandleOf(Reply: TWsyReply): wsy_reply; overload;
begin
  if Reply = nil then
    Result := nil
  else
    Result := Reply.Handle;
end;

constructor TWsyPayment.Create(AHandle: wsy_payment; ACodePage: Integer);
begin
  inherited Create;
  FHandle := AHandle;
  FCodePage := ACodePage;
end;

destructor TWsyPayment.Destroy;
begin
  FReply.Free;
  if FHandle <> nil then
    wsy_payment_free(FHandle);
  inherited Destroy;
end;

function TWsyPayment.Took(Code: Integer; Handle: wsy_reply): TWsyVerdict;
var
  Found: TWsyReply;
begin
  Result := WsyVerdict(Code);
  if Result = wvPending then
    Exit;
  if Handle = nil then
    raise EWsyHandle.Create(Sentence('', LOST_ZH, LOST_EN));
  Found := TWsyReply.Create(Handle, FCodePage);
  if (Code < WSY_OK) and (Result = wvNone) then
    raise EWsyError.CreateCode(Code, Found);
  { The reply of an earlier look says the same, and may be in use. }
  if FReply = nil then
    FReply := Found
  else
    Found.Free;
end;

function TWsyPayment.Poll: TWsyVerdict;
var
  Found: wsy_reply;
  Code: Integer;
begin
  Found := nil;
  Code := wsy_payment_poll(FHandle, @Found);
  Result := Took(Code, Found);
end;

function TWsyPayment.Wait(TimeoutMs: Integer): TWsyVerdict;
const
  LONGEST = 3600000;
var
  Found: wsy_reply;
  Code: Integer;
begin
  if TimeoutMs < 0 then
    TimeoutMs := 0;
  if TimeoutMs > LONGEST then
    TimeoutMs := LONGEST;
  Found := nil;
  Code := wsy_payment_wait(FHandle, TimeoutMs, @Found);
  Result := Took(Code, Found);
end;

function TWsyPayment.Text: string;
var
  Buffer: TWsyNative;
  Code, Needed: Integer;
begin
  Needed := 0;
  Buffer := NewBuffer;
  repeat
    Code := wsy_payment_text(FHandle, WsyLanguage, PAnsiChar(Buffer), Length(Buffer), @Needed);
  until not Grows(Buffer, Code, Needed);
  Result := Taken(Buffer, Code, Needed, FCodePage);
end;

procedure TWsyPayment.Cancel;
begin
  Check(wsy_payment_cancel(FHandle));
end;

procedure TWsyPayment.Void;
begin
  Check(wsy_payment_void(FHandle));
  FreeAndNil(FReply);
end;

{ The library's own threads call this. Nothing that is raised may get out of it. }
procedure TakeLine(user: Pointer; level: Integer; line: PAnsiChar); cdecl;
begin
  try
    TWsyClient(user).Log(level, line);
  except
  end;
end;

{$IFDEF FPC}
function Nothing(Parameter: Pointer): PtrInt;
begin
  Result := 0;
end;
{$ENDIF}

{ The program will run on threads that it did not begin: its memory manager and thread variables have to know. }
procedure ExpectThreads;
begin
  {$IFDEF FPC}
  WaitForThreadTerminate(BeginThread(Nothing), 0);
  {$ELSE}
  IsMultiThread := True;
  {$ENDIF}
end;

constructor TWsyClient.Create(const Folder: string; Options: TWsyParams);
var
  FolderText: TWsyNative;
  Client: wsy_client;
  Found: wsy_reply;
  Code: Integer;
begin
  inherited Create;
  WsyLoad;
  FCodePage := CurrentCodePage;
  FolderText := ToNative(Folder, FCodePage);
  FLogLock := TCriticalSection.Create;
  Client := nil;
  Found := nil;
  Code := wsy_open(PAnsiChar(FolderText), FCodePage, HandleOf(Options), @Client, @Found);
  FHandle := Client;
  FOpened := Answer(Code, Found);
end;

destructor TWsyClient.Destroy;
begin
  Close;
  FOpened.Free;
  FLogLock.Free;
  inherited Destroy;
end;

procedure TWsyClient.Close;
var
  Code: Integer;
begin
  if FHandle = nil then
    Exit;
  Code := wsy_close(FHandle);
  { A client that a flat function has closed is closed. }
  if Code <> WSY_ERR_HANDLE then
    Check(Code);
  FHandle := nil;
end;

function TWsyClient.Answer(Code: Integer; Handle: wsy_reply): TWsyReply;
begin
  Result := nil;
  if Handle <> nil then
    Result := TWsyReply.Create(Handle, FCodePage);
  if (Code < WSY_OK) and (WsyVerdict(Code) = wvNone) then
    raise EWsyError.CreateCode(Code, Result);
end;

function TWsyClient.Started(Code: Integer; Handle: wsy_payment; Reply: wsy_reply): TWsyPayment;
var
  Found: TWsyReply;
begin
  Found := nil;
  if Reply <> nil then
    Found := TWsyReply.Create(Reply, FCodePage);
  if Handle = nil then
    raise EWsyError.CreateCode(Code, Found);
  Found.Free;
  Result := TWsyPayment.Create(Handle, FCodePage);
end;

procedure TWsyClient.SetOnLog(const Value: TWsyLogEvent);
begin
  FLogLock.Enter;
  try
    FOnLog := Value;
  finally
    FLogLock.Leave;
  end;
  if Assigned(Value) then
    Listen;
end;

{ From the first event on the library tells its lines until the client is closed: a line on its way then never meets an
  object that is gone. }
procedure TWsyClient.Listen;
begin
  if FListening then
    Exit;
  ExpectThreads;
  Check(wsy_on_log(FHandle, TakeLine, Self));
  FListening := True;
end;

procedure TWsyClient.Log(Level: Integer; Line: PAnsiChar);
const
  LEVELS: array[1..3] of TWsyLogLevel = (wlInfo, wlWarning, wlError);
begin
  if (Level < Low(LEVELS)) or (Level > High(LEVELS)) then
    Level := High(LEVELS);
  FLogLock.Enter;
  try
    if Assigned(FOnLog) then
      FOnLog(Self, LEVELS[Level], FromNative(Line, FCodePage));
  finally
    FLogLock.Leave;
  end;
end;

function TWsyClient.Activate(const InitKey, HostId: string): TWsyReply;
var
  InitKeyText, HostIdText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  InitKeyText := ToNative(InitKey, FCodePage);
  HostIdText := ToNative(HostId, FCodePage);
  Found := nil;
  Code := wsy_activate(FHandle, PAnsiChar(InitKeyText), Optional(HostIdText), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.SetDevice(const DeviceId, Key: string): TWsyReply;
var
  DeviceIdText, KeyText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  DeviceIdText := ToNative(DeviceId, FCodePage);
  KeyText := ToNative(Key, FCodePage);
  Found := nil;
  Code := wsy_set_device(FHandle, PAnsiChar(DeviceIdText), PAnsiChar(KeyText),
    @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Config(Refresh: Boolean): TWsyReply;
var
  Found: wsy_reply;
  Code: Integer;
begin
  Found := nil;
  Code := wsy_config(FHandle, Ord(Refresh), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Time: TWsyReply;
var
  Found: wsy_reply;
  Code: Integer;
begin
  Found := nil;
  Code := wsy_time(FHandle, @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Micropay(const OutTradeNo, AuthCode: string; TotalFen: Integer; Params: TWsyParams): TWsyReply;
var
  OutTradeNoText, AuthCodeText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  AuthCodeText := ToNative(AuthCode, FCodePage);
  Found := nil;
  Code := wsy_micropay(FHandle, PAnsiChar(OutTradeNoText), PAnsiChar(AuthCodeText),
    TotalFen, HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Refund(const OutRefundNo, OutTradeNo, DmId: string; RefundFen: Integer;
  Params: TWsyParams): TWsyReply;
var
  OutRefundNoText, OutTradeNoText, DmIdText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutRefundNoText := ToNative(OutRefundNo, FCodePage);
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  DmIdText := ToNative(DmId, FCodePage);
  Found := nil;
  Code := wsy_refund(FHandle, PAnsiChar(OutRefundNoText), Optional(OutTradeNoText),
    Optional(DmIdText), RefundFen, HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Void(const OutTradeNo: string; Params: TWsyParams): TWsyReply;
var
  OutTradeNoText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  Found := nil;
  Code := wsy_void(FHandle, PAnsiChar(OutTradeNoText), HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Settle(const OutTradeNo: string; Params: TWsyParams): TWsyReply;
var
  OutTradeNoText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  Found := nil;
  Code := wsy_settle(FHandle, PAnsiChar(OutTradeNoText), HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Recover(Params: TWsyParams): TWsyReply;
var
  Found: wsy_reply;
  Code: Integer;
begin
  Found := nil;
  Code := wsy_recover(FHandle, HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.MicropayStart(const OutTradeNo, AuthCode: string; TotalFen: Integer;
  Params: TWsyParams): TWsyPayment;
var
  OutTradeNoText, AuthCodeText: TWsyNative;
  Payment: wsy_payment;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  AuthCodeText := ToNative(AuthCode, FCodePage);
  Payment := nil;
  Found := nil;
  Code := wsy_micropay_start(FHandle, PAnsiChar(OutTradeNoText),
    PAnsiChar(AuthCodeText), TotalFen, HandleOf(Params), @Payment, @Found);
  Result := Started(Code, Payment, Found);
end;

function TWsyClient.RefundStart(const OutRefundNo, OutTradeNo, DmId: string; RefundFen: Integer;
  Params: TWsyParams): TWsyPayment;
var
  OutRefundNoText, OutTradeNoText, DmIdText: TWsyNative;
  Payment: wsy_payment;
  Found: wsy_reply;
  Code: Integer;
begin
  OutRefundNoText := ToNative(OutRefundNo, FCodePage);
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  DmIdText := ToNative(DmId, FCodePage);
  Payment := nil;
  Found := nil;
  Code := wsy_refund_start(FHandle, PAnsiChar(OutRefundNoText),
    Optional(OutTradeNoText), Optional(DmIdText), RefundFen, HandleOf(Params),
    @Payment, @Found);
  Result := Started(Code, Payment, Found);
end;

function TWsyClient.ReconcileStart(const Date: string): TWsyPayment;
var
  DateText: TWsyNative;
  Payment: wsy_payment;
  Found: wsy_reply;
  Code: Integer;
begin
  DateText := ToNative(Date, FCodePage);
  Payment := nil;
  Found := nil;
  Code := wsy_reconcile_start(FHandle, Optional(DateText), @Payment, @Found);
  Result := Started(Code, Payment, Found);
end;

function TWsyClient.QueryAuthCode(const AuthCode: string; TotalFen: Integer; Params: TWsyParams): TWsyReply;
var
  AuthCodeText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  AuthCodeText := ToNative(AuthCode, FCodePage);
  Found := nil;
  Code := wsy_query_auth_code(FHandle, PAnsiChar(AuthCodeText), TotalFen, HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.QueryOrder(const DmId: string; TotalFen: Integer; Params: TWsyParams): TWsyReply;
var
  DmIdText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  DmIdText := ToNative(DmId, FCodePage);
  Found := nil;
  Code := wsy_query_order(FHandle, PAnsiChar(DmIdText), TotalFen, HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.ReadBill(const OutTradeNo, DmId: string; Params: TWsyParams): TWsyReply;
var
  OutTradeNoText, DmIdText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  DmIdText := ToNative(DmId, FCodePage);
  Found := nil;
  Code := wsy_read_bill(FHandle, Optional(OutTradeNoText), Optional(DmIdText),
    HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Reprint(const OutTradeNo, DmId: string): TWsyReply;
var
  OutTradeNoText, DmIdText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  DmIdText := ToNative(DmId, FCodePage);
  Found := nil;
  Code := wsy_reprint(FHandle, Optional(OutTradeNoText), Optional(DmIdText), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Find(const OutTradeNo: string): TWsyReply;
var
  OutTradeNoText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  Found := nil;
  Code := wsy_find(FHandle, PAnsiChar(OutTradeNoText), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.FindRefund(const OutRefundNo: string): TWsyReply;
var
  OutRefundNoText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutRefundNoText := ToNative(OutRefundNo, FCodePage);
  Found := nil;
  Code := wsy_find_refund(FHandle, PAnsiChar(OutRefundNoText), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.FindReceipt(const OutTradeNo: string; Params: TWsyParams): TWsyReply;
var
  OutTradeNoText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutTradeNoText := ToNative(OutTradeNo, FCodePage);
  Found := nil;
  Code := wsy_find_receipt(FHandle, PAnsiChar(OutTradeNoText), HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.FindRefundReceipt(const OutRefundNo: string; Params: TWsyParams): TWsyReply;
var
  OutRefundNoText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  OutRefundNoText := ToNative(OutRefundNo, FCodePage);
  Found := nil;
  Code := wsy_find_refund_receipt(FHandle, PAnsiChar(OutRefundNoText), HandleOf(Params), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.PrintReceipt(Receipt: TWsyReply; const Printer: string; TimeoutMs: Integer): TWsyReply;
var
  PrinterText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  PrinterText := ToNative(Printer, FCodePage);
  Found := nil;
  Code := wsy_print_receipt(FHandle, HandleOf(Receipt), PAnsiChar(PrinterText), TimeoutMs, @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.PrintBytes(const Bytes: array of Byte; const Printer: string; TimeoutMs: Integer): TWsyReply;
var
  PrinterText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  PrinterText := ToNative(Printer, FCodePage);
  Found := nil;
  Code := wsy_print_bytes(FHandle, PAnsiChar(@Bytes), Length(Bytes), PAnsiChar(PrinterText), TimeoutMs, @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Day(const Date: string): TWsyReply;
var
  DateText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  DateText := ToNative(Date, FCodePage);
  Found := nil;
  Code := wsy_day(FHandle, Optional(DateText), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Unresolved: TWsyReply;
var
  Found: wsy_reply;
  Code: Integer;
begin
  Found := nil;
  Code := wsy_unresolved(FHandle, @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Reconcile(const Date: string): TWsyReply;
var
  DateText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  DateText := ToNative(Date, FCodePage);
  Found := nil;
  Code := wsy_reconcile(FHandle, Optional(DateText), @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Alarms: TWsyReply;
var
  Found: wsy_reply;
  Code: Integer;
begin
  Found := nil;
  Code := wsy_alarms(FHandle, @Found);
  Result := Answer(Code, Found);
end;

function TWsyClient.Acknowledge(AlarmId: Integer; const By: string): TWsyReply;
var
  ByText: TWsyNative;
  Found: wsy_reply;
  Code: Integer;
begin
  ByText := ToNative(By, FCodePage);
  Found := nil;
  Code := wsy_acknowledge(FHandle, AlarmId, PAnsiChar(ByText), @Found);
  Result := Answer(Code, Found);
end;

initialization
  LoadLock := TCriticalSection.Create;
  FindAll;

finalization
  LoadLock.Free;

end.
