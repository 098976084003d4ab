/*
 * wsy: a till knows for certain whether a phone payment was taken.
 *
 * Generated from src/capi; cargo xtask tables writes it again.
 *
 * HOW IT WORKS
 *   wsy_open         opens the till's data folder: its ledger, its device key, its config, its log.
 *   wsy_activate     once in a till's life, with a code from the back office.
 *   wsy_recover_start  after each start: settles what a crash or a power cut left open, while the till goes on selling.
 *   wsy_micropay     charges a customer and waits for the verdict.
 *   wsy_refund       gives money back; wsy_void undoes a bill.
 *   wsy_unresolved   what is not decided, and sales that nobody is known to have finished; a person ends it with
 *                    wsy_decide.
 *   wsy_close_day    fixes the day's totals; wsy_reconcile compares it with the platform.
 *   wsy_close        before the program ends.
 *
 * IN SHORT (examples/c/till.c is the whole of it)
 *   wsy_client *till;
 *   wsy_payment *recovery = NULL;
 *   wsy_reply *reply;
 *   char text[256];
 *   if (wsy_open("C:/till/wsy", WSY_GBK, NULL, &till, NULL) != WSY_OK) stop();
 *   wsy_activate(till, "24901320180424", NULL, NULL);                          -- only once
 *   wsy_recover_start(till, NULL, &recovery, NULL);                             -- and go on selling
 *   if (wsy_micropay(till, "B20261122-0001", scanned, 1250, NULL, &reply) == WSY_PAID) hand_over();
 *   wsy_reply_text(reply, "message_zh", text, sizeof text, NULL);               -- what to show
 *   wsy_reply_free(reply);
 *   wsy_payment_free(recovery);
 *   wsy_close(till);
 *
 * VERDICTS
 *   A call about money ends in paid, not paid or unknown, or in an error, and an error guarantees that it sent
 *   nothing that moves money.
 *     WSY_PAID (1)      the money was taken: hand over the goods. The only positive code of a payment, returned once
 *                       for a bill.
 *     WSY_NOT_PAID (-1) no money was taken. Charge again with a new auth code, or take cash.
 *     WSY_UNKNOWN (-2)  the money may have been taken. Do not hand over goods; do not charge again; wsy_settle finds
 *                       out.
 *     WSY_PAID_EARLIER (-5) paid, and reported so before; nobody was charged now. Do not hand over goods again.
 *     WSY_DECIDED (-6)  a person has decided it (wsy_decide); the reply says how.
 *     WSY_VOIDED (-7)   the bill was undone with wsy_payment_void: the customer has the money.
 *     below -100        an error: nothing was sent. wsy_code_text says what to do.
 *     From wsy_payment_poll and wsy_payment_wait, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT and WSY_ERR_IN_CALLBACK are
 *     about that call alone.
 *   Zero is never the code of a call about money. A program that hands over goods on "== WSY_PAID", and on nothing
 *   else, never hands them out unpaid, nor twice. That is the whole rule: no field has to be looked at.
 *
 * NUMBERS
 *   out_trade_no is your number of a bill. Charged once under one number: calling again with the same number and
 *   amount returns what is on record, or goes on asking; it never charges twice. The same for out_refund_no.
 *
 * HANDLES
 *   Every wsy_... * is made by this library and freed by the caller, with the function that its type names. A handle
 *   that is stale, forged, of another kind or freed twice is WSY_ERR_HANDLE, never a crash. NULL is not a handle.
 *
 * TEXT
 *   NUL-terminated, in UTF-8 or GBK as chosen for each client and each wsy_params. In: copied, and checked. Out: into
 *   your buffer, see wsy_reply_text.
 *
 * MONEY
 *   int32_t in fen (1/100 yuan). wsy_yuan_to_fen and wsy_fen_to_yuan translate.
 *
 * REPLIES
 *   A call that takes a wsy_reply ** sets it to NULL and then, if its handles and texts were good, to a reply with
 *   named fields, also when the call failed; free it with wsy_reply_free. A payment that was started gives its reply
 *   when it has ended. Every function takes NULL for a reply and says WSY_ERR_HANDLE. Make the call in one statement
 *   and read its reply in the next: C does not say which argument of one statement is looked at first.
 *
 * HOW LONG A CALL TAKES
 *   One exchange with the platform takes at most connect_ms and twice answer_ms, however slowly its answer trickles
 *   in. The calls that wait for a verdict end after deadline_ms and what their last exchange takes, which is then 1 s
 *   at most. Each call says its limit. A busy machine or a slow disk comes on top. Calls that say no limit read the
 *   ledger or the reply alone, and every wsy_..._start returns at once.
 *
 * THREADS
 *   Every function may be called from any thread, several at once. Times are in ms of a monotonic clock; no verdict
 *   depends on the wall clock.
 */

#ifndef WSY_H
#define WSY_H

#include <stdint.h>

/*
 * Done. A call about money never returns this.
 */
#define WSY_OK 0

/*
 * Paid: the money was taken. The only code of a payment on which goods may be handed over.
 */
#define WSY_PAID 1

/*
 * Refunded: the money went back to the customer.
 */
#define WSY_REFUNDED 2

/*
 * Not paid: no money was taken.
 */
#define WSY_NOT_PAID (-1)

/*
 * Unknown: the money may have been taken (or given back). No other code of an ended call means this.
 */
#define WSY_UNKNOWN (-2)

/*
 * Not refunded: no money went back.
 */
#define WSY_NOT_REFUNDED (-3)

/*
 * Still in progress, no verdict yet. Only from the calls on a wsy_payment and those that start one.
 */
#define WSY_PENDING (-4)

/*
 * Paid before, as reported or with an earlier code: this call charged nobody. Do not hand over goods.
 */
#define WSY_PAID_EARLIER (-5)

/*
 * A person has decided this bill or refund; the reply says how. Nothing was sent.
 */
#define WSY_DECIDED (-6)

/*
 * The payment was voided: the money went back. Only from calls on a wsy_payment after wsy_payment_void.
 */
#define WSY_VOIDED (-7)

/*
 * The handle is not valid: null, never opened, already closed, or of the wrong kind.
 */
#define WSY_ERR_HANDLE (-101)

/*
 * An argument is not valid: a required pointer is NULL, or a number is out of range.
 */
#define WSY_ERR_ARGUMENT (-102)

/*
 * A text is not valid in the code page.
 */
#define WSY_ERR_TEXT (-103)

/*
 * The buffer is too small; the text was truncated. Read again with the needed size.
 */
#define WSY_ERR_BUFFER (-104)

/*
 * The reply has no such field, item or list.
 */
#define WSY_ERR_NO_FIELD (-105)

/*
 * An internal error of the library.
 */
#define WSY_ERR_INTERNAL (-106)

/*
 * Another thread is working on this number, or the payment has not ended.
 */
#define WSY_ERR_BUSY (-107)

/*
 * The library cannot be called from inside its own log callback.
 */
#define WSY_ERR_IN_CALLBACK (-108)

/*
 * An option or parameter is not known, or its value is not valid.
 */
#define WSY_ERR_OPTIONS (-110)

/*
 * The data folder cannot be created or written.
 */
#define WSY_ERR_FOLDER (-120)

/*
 * The data folder is in use by another program, or by another client of this one.
 */
#define WSY_ERR_FOLDER_IN_USE (-121)

/*
 * The ledger cannot be read or written.
 */
#define WSY_ERR_LEDGER (-122)

/*
 * The ledger file is damaged, or is not a wsy ledger.
 */
#define WSY_ERR_LEDGER_DAMAGED (-123)

/*
 * The ledger was written by a newer version of the library.
 */
#define WSY_ERR_LEDGER_NEWER (-124)

/*
 * The address of the platform, or of the proxy, is not valid.
 */
#define WSY_ERR_BASE (-125)

/*
 * The CA file cannot be read, or holds no certificate in PEM.
 */
#define WSY_ERR_CA_FILE (-126)

/*
 * The ledger was made on another machine or in another folder: it may be a copy.
 */
#define WSY_ERR_LEDGER_COPIED (-127)

/*
 * The ledger is not the one that was written last: deleted, or an old backup.
 */
#define WSY_ERR_LEDGER_RESTORED (-128)

/*
 * The config names a server that is not allowed, or the order was charged at one that no longer is.
 */
#define WSY_ERR_SERVER_NOT_ALLOWED (-129)

/*
 * The device is not activated.
 */
#define WSY_ERR_NOT_ACTIVATED (-130)

/*
 * The platform refused the activation code; or the code, device id or key is empty.
 */
#define WSY_ERR_ACTIVATION_REFUSED (-131)

/*
 * The activation was sent, but no complete response came: the code may be used up.
 */
#define WSY_ERR_ACTIVATION_LOST (-132)

/*
 * The platform does not accept this device or its key: activate again.
 */
#define WSY_ERR_ACTIVATE_AGAIN (-133)

/*
 * There is no pay config: neither one from the platform nor a saved one.
 */
#define WSY_ERR_NO_CONFIG (-134)

/*
 * Another client of this program is activated as the same device.
 */
#define WSY_ERR_DEVICE_IN_USE (-135)

/*
 * The auth code is not 10 to 32 digits.
 */
#define WSY_ERR_AUTH_CODE (-140)

/*
 * The auth code was used for another bill.
 */
#define WSY_ERR_AUTH_CODE_USED (-141)

/*
 * The amount is not between 1 and 100000000 fen.
 */
#define WSY_ERR_AMOUNT (-142)

/*
 * The pay config does not allow this amount.
 */
#define WSY_ERR_AMOUNT_NOT_ALLOWED (-143)

/*
 * The payment type is not known, or none takes this auth code.
 */
#define WSY_ERR_PAY_TYPE (-144)

/*
 * This device is not licensed to charge.
 */
#define WSY_ERR_NOT_LICENSED (-145)

/*
 * The out_trade_no is not 1 to 64 visible ASCII characters.
 */
#define WSY_ERR_OUT_TRADE_NO (-146)

/*
 * The out_trade_no was used with another amount.
 */
#define WSY_ERR_AMOUNT_DIFFERS (-147)

/*
 * An earlier charge of the bill has no verdict yet, so no second code is charged.
 */
#define WSY_ERR_STILL_OPEN (-148)

/*
 * The bill was paid and then refunded in full.
 */
#define WSY_ERR_ALREADY_REFUNDED (-149)

/*
 * An extra parameter has a name or value that cannot be sent.
 */
#define WSY_ERR_PARAM (-150)

/*
 * Neither the ledger nor the platform has such a bill.
 */
#define WSY_ERR_NO_BILL (-151)

/*
 * The bill is not paid, or has no verdict yet.
 */
#define WSY_ERR_BILL_NOT_PAID (-152)

/*
 * The out_refund_no is not 1 to 64 visible ASCII characters, or begins with void-, which is reserved.
 */
#define WSY_ERR_OUT_REFUND_NO (-153)

/*
 * The out_refund_no was used for another bill or amount.
 */
#define WSY_ERR_REFUND_DIFFERS (-154)

/*
 * Another refund of the bill has no verdict yet.
 */
#define WSY_ERR_REFUND_OPEN (-155)

/*
 * The refund is larger than what can still be refunded.
 */
#define WSY_ERR_REFUND_TOO_MUCH (-156)

/*
 * There is nothing to decide: the bill or refund is already decided, or not known to be open.
 */
#define WSY_ERR_NOT_OPEN (-157)

/*
 * A person can decide a bill or refund only after its quiet time.
 */
#define WSY_ERR_TOO_EARLY (-158)

/*
 * The day lies in the future and cannot be closed.
 */
#define WSY_ERR_DAY_NOT_OVER (-159)

/*
 * The platform cannot be reached; nothing was sent.
 */
#define WSY_ERR_NOT_SENT (-160)

/*
 * The platform gave no complete response to a query; no money moved.
 */
#define WSY_ERR_NO_ANSWER (-161)

/*
 * The response to a query is not in the platform's format; no money moved.
 */
#define WSY_ERR_BAD_ANSWER (-162)

/*
 * The platform refused a query, or the first read of a bill; no money moved.
 */
#define WSY_ERR_REFUSED (-163)

/*
 * The platform has no such receipt; the reply holds the ledger's, if there is one.
 */
#define WSY_ERR_NO_RECEIPT (-164)

/*
 * Cancelled before anything was sent.
 */
#define WSY_ERR_CANCELLED (-165)

/*
 * There is no such alarm, or it is already acknowledged.
 */
#define WSY_ERR_NO_ALARM (-166)

/*
 * No font has all the characters of the receipt.
 */
#define WSY_ERR_NO_FONT (-167)

/*
 * The picture of the receipt cannot be drawn or written.
 */
#define WSY_ERR_PICTURE (-168)

/*
 * The bill lacks a refund that is known here, or shows a different one; nothing was sent.
 */
#define WSY_ERR_BILL_LACKS_REFUND (-169)

/*
 * There is no such printer; nothing was printed.
 */
#define WSY_ERR_NO_PRINTER (-170)

/*
 * The printer accepts no data: off, not connected, open, or busy for too long.
 */
#define WSY_ERR_PRINTER_OFFLINE (-171)

/*
 * The printer is out of paper.
 */
#define WSY_ERR_NO_PAPER (-172)

/*
 * The receipt was not printed completely.
 */
#define WSY_ERR_NOT_PRINTED (-173)

/*
 * Neither an order number that the config's cancelregex matches, nor a transaction of this till.
 */
#define WSY_ERR_DM_ID (-174)

/*
 * The code page of UTF-8 text.
 */
#define WSY_UTF8 65001

/*
 * The code page of GBK text.
 */
#define WSY_GBK 936

/*
 * Sentences in Chinese.
 */
#define WSY_ZH 0

/*
 * Sentences in English.
 */
#define WSY_EN 1

/*
 * A till on its data folder. Opened by wsy_open, closed by wsy_close. Any thread may use it, several at
 * once.
 */
typedef struct wsy_client wsy_client;

/*
 * A list of named values. Made by wsy_params_new, given to calls, freed by wsy_params_free. A call copies
 * what it needs, so a list can be used again, changed or freed as soon as the call has returned.
 */
typedef struct wsy_params wsy_params;

/*
 * Something that was started with one of the wsy_..._start calls: a payment, a refund, a recovery, a print
 * and so on. Any thread may use it, several at once. Freed by wsy_payment_free, which does not undo it.
 */
typedef struct wsy_payment wsy_payment;

/*
 * What a call found out. Every call that takes a wsy_reply ** gives one, also when it fails; the caller
 * frees it with wsy_reply_free. It never changes, so its fields can be read again and from any thread. Where
 * there is none, since a handle or an argument was wrong, the pointer becomes NULL; only a call from inside
 * the log callback leaves it alone.
 *
 * Every reply has these fields:
 *   code          the number that the call returned
 *   money         "moved", "not_moved" or "may_have_moved"; "decided" where a person said so (WSY_DECIDED)
 *   message_zh    for the cashier: what happened and whether money may have moved, in Chinese; where the
 *                 call leaves something to be done, how much
 *   message_en    the same in English
 *   advice_zh     for the cashier: what to do next, in Chinese
 *   advice_en     the same in English
 *   hint_zh       for the programmer: which call, field or option comes next, in Chinese
 *   hint_en       the same in English
 *   detail        for the programmer's log, not for the cashier: the reason as the platform, the network or
 *                 the disk gave it, or in the library's own words, which are English; may be empty
 * The others are named at each call.
 */
typedef struct wsy_reply wsy_reply;

/*
 * Takes each line of the log: user is the pointer given to wsy_on_log, level is 1 (info), 2 (warning) or 3
 * (error), line is text in the client's code page, valid during the call only. Called on the thread that
 * works, also on the library's own threads of started payments. It must not call the library (it would get
 * WSY_ERR_IN_CALLBACK), must return soon, and must not let an exception out.
 */
typedef void (*wsy_log_callback)(void *user, int32_t level, const char *line);

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/*
 * Opens a till on its data folder and reads the pay config from the platform, or from the file saved earlier
 * if the platform cannot be reached. A refusal of this device, or a server that is not allowed, is
 * remembered over restarts until a config is good again: config_refusal and hint_en say so, and nothing is
 * charged. Call wsy_recover_start next, after each wsy_open.
 *
 * folder:    the data folder, in the code page; made if it is not there. It holds ledger.db, device.key,
 *            config.xml and wsy.log. One process at a time; keep it on a local disk and never copy it to a
 *            second till.
 * code_page: WSY_UTF8 or WSY_GBK: the code page of every text in and out of this client.
 * options:   NULL, or a list of named values; the caller keeps it:
 *   base            the platform's address; http://dct.semoor.cn by default (section 1 of the document)
 *   ver             this program's version as the platform is told it; not empty, and without control
 *                   characters
 *   poll_ms         between two questions about a payment, 50 to 60000; 5000
 *   deadline_ms     after which a payment that is not decided is reported as unknown, 1 to 3600000; 120000
 *   quiet_ms        how long after an exchange has ended "not found" is not believed, 100 to 3600000; 60000;
 *                   twice as long after a crash, or where the answer was lost behind a proxy.
 *                   Less than 60000 is for tests: a customer's code can be charged for about a minute.
 *   refund_quiet_ms the same for a refund, 100 to 86400000; 15 times quiet_ms
 *   final_sentences sentences of the platform, one a line, that mean "declined for good"
 *   absent_sentences  sentences of the platform, one a line, that mean "no such order"
 *   device_sentences  sentences of the platform, one a line, that refuse a request because of the device,
 *                   its key or its sign, as the document's 设备密钥错误 does. All three are compared whole,
 *                   and never override a sentence that speaks for the payment, of
 *                   trouble, of an earlier use or of a refusal
 *   first_query_ms  before the first question after a lost answer, 10 to 60000; 1000
 *   connect_ms      for looking the platform's name up and connecting, 100 to 120000; 10000
 *   answer_ms       for the answer of one request to begin, and again for it to end, 100 to 300000; 30000
 *   ca_file         a file of certificates in PEM that are trusted instead of the built-in ones
 *   proxy           http://host:port, no SOCKS; the environment's proxy is never used
 *   micropay_method, query_method, refund_method, read_method, time_method
 *                   GET or POST: how each of these calls is sent, for a platform that takes one only; POST,
 *                   and GET for the time. With GET the auth code and the goods detail stand in the address,
 *                   which proxies and servers log, may repeat on their own, and may not take beyond 8 KB:
 *                   choose it only where POST is answered with 405
 *   https_only      1: refuse every address that is not https; 0
 *   allowed_hosts   hosts, separated by commas, that the config's server may name besides the host of base
 *                   and those below it
 *   qrcode, qrcode_logo, qrcode_image
 *                   picture files for these placeholders of the config's templates, see wsy_find_receipt;
 *                   read when a template is filled that has them
 *   refresh_config  0: do not read the config from the platform now; 1
 *   keep_server     1: go on charging at the server of the last config where the platform names one that is
 *                   not allowed; 0
 *   accept_ledger   1: take a ledger that is a copy or a backup for this till's own, once a person has
 *                   decided so; 0
 *                   What the document leaves open (wsyctl first-contact says which of these a platform
 *                   needs):
 *   sign_case       upper or lower: the hexadecimal digits of the signs of payment calls; upper
 *   query_pay_type  paytype, pay_type or none: what queries call the payment type; paytype
 *   reprint_number  bare or whole: whether a reprint names 2032288236 or dm2032288236; bare
 *   gs1_list        appendix or section: a list of bar codes is written as in the document's appendix, or as
 *                   in its section 3.1; appendix
 *   missing_end_tags  1: answers without </dm> are whole, of every call; 0: those of reading a bill alone
 * client:    receives the client; untouched on an error. The caller closes it with wsy_close.
 * reply:     NULL, or receives a reply with open_charges, open_refunds (how many are not decided),
 *            unfinished (how many sales a person has to see to, see wsy_unresolved), conflicts (how
 *            many refunds need a person), alarms (how many nobody has acknowledged), device_id (empty until
 *            activated), and the fields of wsy_config.
 *
 * Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK; WSY_ERR_ARGUMENT,
 * WSY_ERR_TEXT, WSY_ERR_HANDLE (options), WSY_ERR_OPTIONS, WSY_ERR_BASE, WSY_ERR_CA_FILE, WSY_ERR_FOLDER,
 * WSY_ERR_FOLDER_IN_USE, WSY_ERR_LEDGER, WSY_ERR_LEDGER_DAMAGED, WSY_ERR_LEDGER_NEWER,
 * WSY_ERR_LEDGER_COPIED, WSY_ERR_LEDGER_RESTORED or WSY_ERR_DEVICE_IN_USE. Each device belongs to one
 * folder: two folders with one device would not know which auth codes the other has charged. A program that
 * opens both is refused; two programs or machines cannot know of each other.
 *
 * Pointers:
 * folder is NULL or a NUL-terminated string; client and reply are NULL or point to a pointer.
 */
int32_t wsy_open(const char *folder,
                 int32_t code_page,
                 const wsy_params *options,
                 wsy_client **client,
                 wsy_reply **reply);

/*
 * Closes a client. Calls that are going on in other threads, and payments that were started, are ended as
 * soon as they can be: what is not decided by then comes back as WSY_UNKNOWN there and stays open in the
 * ledger for the next start. Waits for them, then releases the data folder. Its wsy_payment and wsy_reply
 * handles stay valid; a payment that has ended as WSY_PAID and was not polled by then says WSY_UNKNOWN, and
 * wsy_settle tells it once the folder is open again.
 *
 * Threads: any, but not from the log callback. Blocks for at most 2 s; for connect_ms besides where a
 * connection is being opened, and for as long as a print that goes on may still take. Returns WSY_OK, or
 * WSY_ERR_HANDLE for an unknown or closed client.
 */
int32_t wsy_close(wsy_client *client);

/*
 * Sets the callback that takes each line of the log, besides the file wsy.log in the data folder.
 *
 * callback: NULL for none.
 * user:     given to the callback as it is; has to stay valid until the callback is taken away or the client
 *           closed.
 *
 * Threads: any; a line that is on its way may still arrive at the old callback. Returns WSY_OK or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * callback is NULL or a function that keeps to what wsy_log_callback says.
 */
int32_t wsy_on_log(wsy_client *client,
                   wsy_log_callback callback,
                   void *user);

/*
 * Activates this till with a one-time code from the back office (section 1). Device id and key are on disk,
 * the key readable by this user only, when this returns WSY_OK; then the config is read.
 *
 * initkey: the activation code.
 * hostid:  what the platform is to know this machine by, not empty, such as <host cpu="..." mac="..." />;
 *          it is sent in Base64, as the document asks, whatever it looks like. NULL for that form, with the
 *          name of this machine's processor and the hardware address of a network card: in Windows of an
 *          Ethernet card, else one for Wi-Fi, none that is known to be virtual; in Linux of a card with a
 *          device behind it, so not of lo, bridges, docker, veth or tunnels. Without such a card, mac is the
 *          computer's name (Windows) or /etc/machine-id (Linux).
 * params:  NULL, or a list: hostid_base64 (1: hostid is Base64 already, and is sent as it is).
 * reply:   NULL, or receives a reply with the fields of wsy_config, and info if the platform refused.
 *
 * Threads: any. Blocks for at most twice connect_ms and four times answer_ms: the activation, and the config
 * after it. Returns WSY_OK; WSY_ERR_ACTIVATION_REFUSED (the code was not used up);
 * WSY_ERR_ACTIVATION_LOST (it may be); WSY_ERR_DEVICE_IN_USE (another client of this program is the device
 * that the code was for: it is kept for the next wsy_open of this folder, after that client is closed);
 * WSY_ERR_OPTIONS (hostid is empty, or is not Base64 although params says so), WSY_ERR_NOT_SENT,
 * WSY_ERR_FOLDER, WSY_ERR_BUSY, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
 *
 * Pointers:
 * initkey and hostid are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_activate(wsy_client *client,
                     const char *initkey,
                     const char *hostid,
                     const wsy_params *params,
                     wsy_reply **reply);

/*
 * Takes a device id and key that came from the back office by hand (remark 1 of the document), keeps them
 * like wsy_activate does, and reads the config.
 *
 * Threads: any. Blocks like wsy_open. Returns WSY_OK; WSY_ERR_ACTIVATION_REFUSED (one of them is empty or
 * has a blank), WSY_ERR_DEVICE_IN_USE (another client of this program is this device; nothing is changed),
 * WSY_ERR_FOLDER, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
 *
 * Pointers:
 * device_id and key are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_set_device(wsy_client *client,
                       const char *device_id,
                       const char *key,
                       wsy_reply **reply);

/*
 * The pay config (section 2).
 *
 * refresh: 0 for the one in use, with nothing sent; 1 to read it from the platform now, as the document asks
 *          after changes in the back office.
 * reply:   NULL, or receives a reply with device_id; config_source: "platform", "file" (the platform could
 *          not be reached) or "none"; config_refusal: "device" if the platform does not take this device or
 *          its key, "server" if it has moved to a server that is not allowed: nothing is charged then, until
 *          a config is good again; empty otherwise; config_refusal_info: the platform's sentence, or that
 *          server; config_age_s and config_time (Beijing): how old it is; every attribute of the answer
 *          under its own name, such as server, client_name, license_micropay, payremind_template; and the
 *          list "dm_code" of payment types with type, code, name, coderegex and cancelregex.
 *
 * Threads: any. With refresh 1 blocks like wsy_open. Returns WSY_OK; with refresh 0 WSY_ERR_NO_CONFIG; with
 * refresh 1 WSY_ERR_NOT_ACTIVATED, WSY_ERR_ACTIVATE_AGAIN, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_REFUSED,
 * WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER or WSY_ERR_BAD_ANSWER (also where it is the config of another device),
 * and the config in use stays; WSY_ERR_HANDLE, WSY_ERR_ARGUMENT.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_config(wsy_client *client,
                   int32_t refresh,
                   wsy_reply **reply);

/*
 * The platform's clock (section 3). A till whose clock is wrong prints wrong receipts; no verdict depends on
 * it.
 *
 * reply: NULL, or receives a reply with time (14 digits, Beijing) and ahead_s (how many seconds this machine
 *        is ahead of the platform; negative if it is behind).
 *
 * Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK, WSY_ERR_NOT_ACTIVATED,
 * WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER, WSY_ERR_BAD_ANSWER or WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_time(wsy_client *client,
                 wsy_reply **reply);

/*
 * The library's version, such as "0.1.0". buffer, size, needed: see wsy_reply_text; always ASCII.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (size negative).
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_version(char *buffer, int32_t size, int32_t *needed);

/*
 * Makes an empty list of named values.
 *
 * code_page: WSY_UTF8 or WSY_GBK, for the texts that will be set.
 * params: receives the list; the caller frees it with wsy_params_free.
 *
 * Threads: any. Returns WSY_OK or WSY_ERR_ARGUMENT (params is NULL, or another code page).
 *
 * Pointers:
 * params is NULL or points to a pointer.
 */
int32_t wsy_params_new(int32_t code_page, wsy_params **params);

/*
 * Sets a named value; a second value for the same name replaces the first. Which names there are is said at
 * wsy_open, wsy_micropay, wsy_refund and the others that take a list. Whether a value is good is said by the
 * call that gets it.
 *
 * name, value: text in the list's code page; copied. An empty value is a value.
 *
 * Threads: any, also on one list at once. Returns WSY_OK, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT (NULL) or
 * WSY_ERR_TEXT.
 *
 * Pointers:
 * name and value are NULL or NUL-terminated strings.
 */
int32_t wsy_params_set(wsy_params *params,
                       const char *name,
                       const char *value);

/*
 * Frees a list of named values.
 *
 * Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed list.
 */
int32_t wsy_params_free(wsy_params *params);

/*
 * Charges the customer and waits for the verdict (section 3.1): writes the intent to the ledger, sends the
 * payment once, asks on while the customer types a password or after a lost answer, and writes the outcome
 * down before it returns.
 *
 * out_trade_no: your number of the bill, 1 to 64 visible ASCII characters, kept for ever: the same number
 *               with the same amount is charged at most once. Called again, it returns what is on record, or
 *               goes on asking about what is open. After WSY_NOT_PAID it can be charged again with a new
 *               code.
 * auth_code:    the code from the customer's phone, as the scanner gives it.
 * total_fen:    the amount in fen (1/100 yuan), 1 to 100000000.
 * params:       NULL, or a list of named values; the caller keeps it:
 *   paytype      a code of the config's dm_code, whose coderegex has to take the auth code; by default the
 *                one that does
 *   any_code     1: with paytype, whatever its coderegex says
 *   info         a mark of yours for the goods detail; "GS" for form 2 of the document
 *   infoaddo     the goods detail, sent byte for byte, with CRLF line ends
 *   gs1          bar codes separated by commas: makes info and infoaddo of form 2
 *   noremind     1: ask the platform for no receipt; one comes all the same if it has to be asked what
 *                became of it
 *   tableno, table, staff
 *                for the placeholders {tableno}, {table} and {staff} of the config's templates: kept with
 *                the charge for its receipts (wsy_find_receipt), and not sent. One name for the table is
 *                enough; staff is operator_id if not given
 *   deadline_ms  instead of the client's, 1 to 3600000
 *   insist       "may_charge_twice": charge a new code although an earlier charge of this bill is not
 *                decided
 *   any other    is signed and sent as it is, such as operator_id (which names the cashier and is kept in
 *                the ledger) or dic_amount
 * reply:        NULL, or receives a reply with the fields of a charge, see wsy_find.
 *
 * Threads: any; blocks until the verdict, at the latest 3 s after deadline_ms. Where no config is known yet,
 * reading it comes before: connect_ms and twice answer_ms. To show progress meanwhile, use
 * wsy_micropay_start. Returns
 *   WSY_PAID      the money was taken: this amount, this order. Hand over the goods. It is returned once for
 *                 a bill, also where an earlier call took the money and nobody was told. With paid_late = 1
 *                 it was reported as not paid before: if the customer has paid in another way since, refund
 *                 this payment, and do not hand over the goods twice.
 *   WSY_PAID_EARLIER  the bill was paid and reported as paid before (first_told says when), or it was paid
 *                 with another code. This call charged nobody. Do not hand over the goods again. An empty
 *                 first_told says that nobody has been told of that payment yet: see the list unfinished of
 *                 wsy_unresolved, and call wsy_settle.
 *   WSY_NOT_PAID  no money was taken, and will not be.
 *   WSY_UNKNOWN   it may have been taken, by this charge or by an earlier one of the bill. Do not hand over
 *                 goods; do not charge again. wsy_settle or wsy_recover finds out.
 *   WSY_DECIDED   a person decided what became of the bill (wsy_decide), and this call charged nobody.
 * or an error, after which nothing was sent: WSY_ERR_NOT_SENT, WSY_ERR_AUTH_CODE, WSY_ERR_AUTH_CODE_USED,
 * WSY_ERR_AMOUNT, WSY_ERR_AMOUNT_NOT_ALLOWED, WSY_ERR_AMOUNT_DIFFERS, WSY_ERR_OUT_TRADE_NO,
 * WSY_ERR_STILL_OPEN, WSY_ERR_ALREADY_REFUNDED, WSY_ERR_REFUND_OPEN, WSY_ERR_PAY_TYPE, WSY_ERR_NOT_LICENSED,
 * WSY_ERR_NOT_ACTIVATED, WSY_ERR_ACTIVATE_AGAIN, WSY_ERR_NO_CONFIG, WSY_ERR_PARAM, WSY_ERR_OPTIONS,
 * WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT, WSY_ERR_HANDLE.
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_micropay(wsy_client *client,
                     const char *out_trade_no,
                     const char *auth_code,
                     int32_t total_fen,
                     const wsy_params *params,
                     wsy_reply **reply);

/*
 * Refunds a part or all of a bill and waits for the verdict (section 3.3): reads the bill, writes the intent
 * to the ledger, sends the refund once, and reads the bill again as the only proof. The platform has no way
 * to ask about a refund, and no key that would keep it from refunding twice.
 *
 * out_refund_no: your number of the refund, 1 to 64 visible ASCII characters, not beginning with void-, kept
 *                for ever: sent at most once. Called again with the same bill and amount, it returns what is
 *                on record, or goes on reading.
 * out_trade_no:  the bill, if it is of this till; else NULL.
 * dm_id:         the platform's order; NULL to take that of out_trade_no. If both are given they have to
 *                belong together. It may be written as people type it: with its "dm" or without, as receipts
 *                print it, in capitals, with blanks around it; or be the channel's transaction (pay_id), as
 *                customers' receipts show it, of a payment of this till. An order of this till is always
 *                taken; any other number has to fit a cancelregex of the config, else it is WSY_ERR_DM_ID.
 *                While no config is known, or it has a cancelregex that is empty or cannot be read here,
 *                none is refused for its form.
 * refund_fen:    the amount in fen, 1 to 100000000.
 * params:        NULL, or a list: deadline_ms; paytype, a code of the config's dm_code, which is sent only
 *                if it is given, as in the document's sample (section 3.3); any_number (1: dm_id is taken as
 *                it is, whatever cancelregex says); and any further parameters, which are signed and sent.
 * reply:         NULL, or receives a reply with the fields of a refund, see wsy_find_refund; and the lists
 *                "answer" and "paylist" and canvas, see wsy_find: what the platform answered to the refund
 *                itself, such as type_id and total.
 *
 * Threads: any; blocks until the verdict, at the latest 5 s after deadline_ms. Returns
 *   WSY_REFUNDED      the bill shows the refund.
 *   WSY_NOT_REFUNDED  the bill does not show it, and will not. To try again, use a new number. A refund that
 *                     the platform has accepted never ends so; one that it neither accepted nor declined for
 *                     good does after refund_quiet_ms.
 *   WSY_UNKNOWN       it may have been made. Call again with the same number, or wsy_recover. If the reply's
 *                     state is "conflict", the bill cannot tell (another refund of the same amount); a
 *                     person has to look.
 *   WSY_DECIDED       a person decided what became of it (wsy_decide_refund).
 * or an error, after which no refund was sent: WSY_ERR_NOT_SENT, WSY_ERR_OUT_REFUND_NO, WSY_ERR_AMOUNT,
 * WSY_ERR_DM_ID, WSY_ERR_REFUND_TOO_MUCH (see refundable_fen; where all that was charged has been refunded
 * elsewhere, the bill counts as refunded from then on), WSY_ERR_REFUND_DIFFERS, WSY_ERR_REFUND_OPEN,
 * WSY_ERR_NO_BILL, WSY_ERR_BILL_LACKS_REFUND (the bill does not show a refund that is known here),
 * WSY_ERR_BILL_NOT_PAID (also where dm_id is of a bill of this till that is open), WSY_ERR_NO_ANSWER,
 * WSY_ERR_REFUSED, WSY_ERR_NOT_ACTIVATED, WSY_ERR_PAY_TYPE (paytype), WSY_ERR_PARAM, WSY_ERR_OPTIONS,
 * WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT, WSY_ERR_HANDLE,
 * WSY_ERR_SERVER_NOT_ALLOWED (the order was charged at a server that is not allowed any more).
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_refund(wsy_client *client,
                   const char *out_refund_no,
                   const char *out_trade_no,
                   const char *dm_id,
                   int32_t refund_fen,
                   const wsy_params *params,
                   wsy_reply **reply);

/*
 * Undoes a bill of this till: settles it, and refunds what is left of every order of it that turns out to be
 * paid. May be repeated until it is decided; it refunds once. That the bill is to be undone is on record
 * until it is or a person decides otherwise (wsy_decide, wsy_decide_refund), also over a power cut and after
 * WSY_NOT_REFUNDED: meanwhile wsy_micropay and wsy_settle return WSY_ERR_REFUND_OPEN for it, and
 * wsy_unresolved lists it.
 *
 * params: NULL, or a list with deadline_ms: the time for settling, and again for refunding.
 * reply:  NULL, or receives a reply with the fields of the refund (wsy_find_refund), or of the charge
 *         (wsy_find) where there was nothing to refund.
 *
 * Threads: any; blocks until the verdict, at the latest 5 s after twice deadline_ms. Returns
 *   WSY_REFUNDED      the bill was paid, and the money of all its orders went back.
 *   WSY_NOT_PAID      the bill was not paid; there is nothing to undo.
 *   WSY_NOT_REFUNDED  the bill was paid, and the platform did not refund it: the money is still taken. The
 *                     bill is still to be undone, and wsy_unresolved lists it: call again, which tries
 *                     another refund, or wsy_decide with "keep" or "paid" to leave it as it is.
 *   WSY_UNKNOWN       not decided; call again later.
 *   WSY_DECIDED       a person decided what became of the bill; nothing is undone.
 * or an error of wsy_settle or wsy_refund, after which no refund was sent: where one order of several was
 * refunded and another could not be, that is WSY_UNKNOWN with the refund that was made.
 * WSY_ERR_ALREADY_REFUNDED: nothing is left to refund.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_void(wsy_client *client,
                 const char *out_trade_no,
                 const wsy_params *params,
                 wsy_reply **reply);

/*
 * Starts what wsy_void does and returns at once; poll or wait for the verdict, and show wsy_payment_text
 * meanwhile. The wish to undo the bill is on record when this returns; a cancel only stops the waiting.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The rest is as for wsy_void.
 *
 * Threads: any. Returns WSY_PENDING (started) or an error of wsy_void, after which nothing was sent.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; payment and reply are NULL or point to a pointer.
 */
int32_t wsy_void_start(wsy_client *client,
                       const char *out_trade_no,
                       const wsy_params *params,
                       wsy_payment **payment,
                       wsy_reply **reply);

/*
 * Finds out what became of a bill of this till, by asking the platform and never by charging. A bill that is
 * decided already is told from the ledger with nothing sent.
 *
 * params: NULL, or a list with deadline_ms.
 * reply:  NULL, or receives a reply with the fields of a charge, see wsy_find.
 *
 * Threads: any; blocks until the verdict, at the latest 3 s after deadline_ms. Returns WSY_PAID,
 * WSY_PAID_EARLIER, WSY_NOT_PAID, WSY_UNKNOWN or WSY_DECIDED as wsy_micropay (see there about paid_late); or
 * WSY_ERR_NO_BILL, WSY_ERR_ALREADY_REFUNDED (paid, and then refunded in full by this till, or elsewhere as
 * wsy_refund or wsy_void found), WSY_ERR_REFUND_OPEN (a refund or a void of it is not decided),
 * WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT,
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_settle(wsy_client *client,
                   const char *out_trade_no,
                   const wsy_params *params,
                   wsy_reply **reply);

/*
 * Starts what wsy_settle does and returns at once; poll or wait for the verdict, and show wsy_payment_text
 * meanwhile. A cancel only stops the waiting. wsy_payment_void undoes the bill, as it does for a charge.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The rest is as for wsy_settle.
 *
 * Threads: any. Returns WSY_PENDING (started, or on record already: the verdict comes from wsy_payment_poll)
 * or an error of wsy_settle.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; payment and reply are NULL or point to a pointer.
 */
int32_t wsy_settle_start(wsy_client *client,
                         const char *out_trade_no,
                         const wsy_params *params,
                         wsy_payment **payment,
                         wsy_reply **reply);

/*
 * Settles every charge and refund that is open, such as after a crash or a power cut. It sends questions
 * only, never a charge or a refund, and may be repeated. A charge that was cut short by a crash needs twice
 * quiet_ms and a little more; the time is summed over calls and starts. A till that opens its shop does not
 * wait so long: it calls wsy_recover_start. It does not finish a wsy_void that was cut short, which sends a
 * refund: wsy_unresolved lists that bill, and wsy_void ends it.
 *
 * params: NULL, or a list with deadline_ms: the time for all of them together.
 * reply:  NULL, or receives a reply with the lists "charge" and "refund" (the fields of wsy_find and
 *         wsy_find_refund) of all that was open, as it stands now; settled and open: how many of them are
 *         decided and are not; and the list "unfinished" (see wsy_unresolved), with its count.
 *
 * Threads: any; blocks until all are decided, at the latest 3 s after deadline_ms. Returns WSY_OK (also if
 * some are still open: see open), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_recover(wsy_client *client,
                    const wsy_params *params,
                    wsy_reply **reply);

/*
 * Starts what wsy_recover does and returns at once, so that a bill that takes its time to settle does not
 * hold up the shop: call it after each wsy_open, and go on selling. wsy_payment_text shows how far it is,
 * wsy_payment_poll and wsy_payment_wait give the reply of wsy_recover once it has ended. A cancel ends it
 * with what is settled by then.
 *
 * While it works on a bill, wsy_micropay, wsy_settle and wsy_void of that very bill return WSY_ERR_BUSY, and
 * so does wsy_refund of that order; all other bills are charged and refunded as ever.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The rest is as for wsy_recover.
 *
 * Threads: any. Returns WSY_PENDING (started) or an error of wsy_recover.
 *
 * Pointers:
 * payment and reply are NULL or point to a pointer.
 */
int32_t wsy_recover_start(wsy_client *client,
                          const wsy_params *params,
                          wsy_payment **payment,
                          wsy_reply **reply);

/*
 * Starts what wsy_micropay does and returns at once. Poll or wait for the verdict; show wsy_payment_text
 * meanwhile.
 *
 * payment: receives the payment; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The rest is as for wsy_micropay.
 *
 * Threads: any. Checks everything that wsy_micropay checks before it sends (on the library's thread where no
 * config is known yet), and then goes on on a thread of the library, which ends with the payment. Returns
 * WSY_PENDING (started, or on record already: the verdict comes from wsy_payment_poll), or an error of
 * wsy_micropay, after which nothing was sent.
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; payment and reply are NULL or point to a pointer.
 */
int32_t wsy_micropay_start(wsy_client *client,
                           const char *out_trade_no,
                           const char *auth_code,
                           int32_t total_fen,
                           const wsy_params *params,
                           wsy_payment **payment,
                           wsy_reply **reply);

/*
 * Starts what wsy_refund does and returns at once; otherwise as wsy_micropay_start. Such a payment cannot be
 * voided.
 *
 * Pointers:
 * As for wsy_micropay_start.
 */
int32_t wsy_refund_start(wsy_client *client,
                         const char *out_refund_no,
                         const char *out_trade_no,
                         const char *dm_id,
                         int32_t refund_fen,
                         const wsy_params *params,
                         wsy_payment **payment,
                         wsy_reply **reply);

/*
 * Asks whether what was started has ended, without waiting. May be repeated; the answer stays the same once
 * there is one. A charge or settling that ended as WSY_PAID says WSY_UNKNOWN instead where the first poll
 * comes after its client was closed, or after the bill was voided or refunded, or is about to be, or was
 * decided by a person: then wsy_settle tells how it stands.
 *
 * reply: NULL, or receives the reply of the call that was started (of wsy_micropay for wsy_micropay_start;
 *        of wsy_void after wsy_payment_void) once it has ended, and NULL before.
 *
 * Threads: any. Returns WSY_PENDING while it goes on, then what that call would have returned; or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_payment_poll(wsy_payment *payment,
                         wsy_reply **reply);

/*
 * Waits until what was started has ended, but not longer than timeout_ms; a program with one thread calls it
 * with a short time between two looks at its screen.
 *
 * timeout_ms: 0 to 3600000.
 * The rest is as for wsy_payment_poll; besides WSY_ERR_ARGUMENT.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_payment_wait(wsy_payment *payment,
                         int32_t timeout_ms,
                         wsy_reply **reply);

/*
 * A short text for the cashier, such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒", with what the
 * platform said last, cut to 40 characters, or "正在查清上次未完成的单，3/30，还剩 25 秒". Changes while the
 * work goes on.
 *
 * language: WSY_ZH or WSY_EN.
 * buffer, size, needed: see wsy_reply_text.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE. The text is no verdict.
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_payment_text(const wsy_payment *payment,
                         int32_t language,
                         char *buffer,
                         int32_t size,
                         int32_t *needed);

/*
 * Stops waiting for what was started. It does not undo anything: what was not sent is not sent any more
 * (WSY_ERR_CANCELLED), what may have been taken comes back as WSY_UNKNOWN and stays open in the ledger. To
 * undo, use wsy_payment_void. A recovery ends with what it has settled by then. A void, also one that
 * wsy_payment_void began, stops as well; that the bill is to be undone stays on record, wsy_unresolved lists
 * it, and wsy_void or wsy_payment_void goes on with it. A cancelled print ends at once as
 * WSY_ERR_PRINTER_OFFLINE, and the receipt may still come out.
 *
 * Threads: any. Returns at once: WSY_OK (also when it has ended already) or WSY_ERR_HANDLE. Then poll or
 * wait on: it ends after the exchange that is on its way.
 */
int32_t wsy_payment_cancel(wsy_payment *payment);

/*
 * Undoes a bill whose charge or settling was started (wsy_micropay_start, wsy_settle_start), whether that
 * goes on or has ended: the bill is settled, and refunded if it turns out to be paid. The payment is then
 * pending again, and ends like wsy_void, but with WSY_VOIDED in the place of WSY_REFUNDED: of a charge,
 * nothing but WSY_PAID is positive. wsy_payment_cancel after this stops the waiting for it: it ends as
 * WSY_UNKNOWN where it has not undone the bill by then, which stays to be undone. That the bill is to be
 * undone is on record when this returns, or nothing of it is charged: a charge that was not sent yet is not
 * sent any more.
 *
 * Threads: any. Returns at once: WSY_OK, WSY_ERR_ARGUMENT (anything else that was started), WSY_ERR_LEDGER
 * (the bill is not undone), WSY_ERR_HANDLE (also when the client is closed).
 */
int32_t wsy_payment_void(wsy_payment *payment);

/*
 * Frees what was started. If it has not ended, it goes on by itself and its outcome is written down; it is
 * not undone. A thread that waits for it waits on, and gets its end.
 *
 * Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed payment.
 */
int32_t wsy_payment_free(wsy_payment *payment);

/*
 * Asks the platform once what it says about the payment of an auth code (section 3.2.1); the ledger is not
 * written. The answer is for looking, and no verdict: goods are handed over on the word of wsy_micropay or
 * wsy_settle, which ask as often as it takes to be certain, and know what was told and refunded.
 *
 * auth_code: the code that was charged.
 * total_fen: the amount in fen that the payment should have.
 * params:    NULL, or a list: paytype, noremind (1: no receipt), and any further parameters, which are
 *            signed and sent.
 * reply:     NULL, or receives a reply with state, every attribute of the answer under its own name (ok,
 *            info, total, pay_type, pay_time, dm_id, pay_id, ...), paytype, pay_name, total_fen, printinfo
 *            and receipt; what has the name of one of the library's own fields is in the list "answer",
 *            which has all of them, beside the list "paylist" and canvas: see wsy_find. The state is
 *   was_paid   it was paid with this amount; wsy_read_bill says whether it was refunded since
 *   was_refunded  it was paid, and the platform says that money went back: its bill is read then (section
 *              3.4), which adds pay_total_fen, refunded_fen, refundable_fen, pay_total, refund_total and the
 *              list "pay" of wsy_read_bill. Where it cannot be read they are missing, and detail says why
 *   paying     the customer is still paying
 *   failed     that very order failed (only from wsy_query_order)
 *   differs    paid, but with another amount, or it is another order, or said to be refunded and its bill
 *              shows no refund, or the answer contradicts itself about the amount (total in yuan, total_fee
 *              of paylist in fen); detail says which
 *   not_known  failed, not there, or not there yet: one answer cannot tell
 *
 * Threads: any. Blocks for at most connect_ms and twice answer_ms, and as long again where a bill is read.
 * Returns WSY_OK (read state), WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER, WSY_ERR_BAD_ANSWER,
 * WSY_ERR_NOT_ACTIVATED, WSY_ERR_AUTH_CODE, WSY_ERR_AMOUNT, WSY_ERR_PARAM, WSY_ERR_OPTIONS, WSY_ERR_TEXT,
 * WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * auth_code is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_query_auth_code(wsy_client *client,
                            const char *auth_code,
                            int32_t total_fen,
                            const wsy_params *params,
                            wsy_reply **reply);

/*
 * Asks the platform once about one of its orders (section 3.2.2); the ledger is not written.
 *
 * dm_id:  the platform's order, as a receipt prints it, as for wsy_refund.
 * params: as for wsy_query_auth_code, and any_number, as for wsy_refund.
 * The rest is as for wsy_query_auth_code. Returns also WSY_ERR_DM_ID, as wsy_refund does, and
 * WSY_ERR_LEDGER.
 *
 * Pointers:
 * dm_id is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_query_order(wsy_client *client,
                        const char *dm_id,
                        int32_t total_fen,
                        const wsy_params *params,
                        wsy_reply **reply);

/*
 * Reads a bill with all its lines from the platform (section 3.4).
 *
 * out_trade_no, dm_id: which bill, as for wsy_refund.
 * params:              NULL, or a list: any_number, as for wsy_refund, and any further parameters, which are
 *                      signed and sent.
 * reply:               NULL, or receives a reply with dm_id, pay_total_fen (paid), refunded_fen,
 *                      refundable_fen, adds_up, pay_total and refund_total (in yuan; refund_total is
 *                      negative, as in the document), paytype, pay_type (a number) and pay_name (the top
 *                      pay_type of the document), pay_time, pay_id (the channel's transaction, at the top or
 *                      in the payment's line) and no; the list "answer", whose one item has all attributes
 *                      of the top under their own names; and the list "pay" of all payments and refunds:
 *                      pay_type, pay_name, pay_total_fen (negative for a refund), pay_total, pay_time,
 *                      pay_id (of a refund the platform's number of it: refund_id of wsy_find_refund) and
 *                      what other attributes the line has.
 *
 * Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK, WSY_ERR_NO_BILL,
 * WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER,
 * WSY_ERR_BAD_ANSWER, WSY_ERR_NOT_ACTIVATED, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_PARAM, WSY_ERR_OPTIONS,
 * WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_read_bill(wsy_client *client,
                      const char *out_trade_no,
                      const char *dm_id,
                      const wsy_params *params,
                      wsy_reply **reply);

/*
 * Asks the platform for the receipt of a bill once more (section 3.5).
 *
 * out_trade_no, dm_id: which bill, as for wsy_refund.
 * params:              NULL, or a list: any_number, as for wsy_refund; custom_series, a number that the
 *                      document calls the series and does not explain, 0 to 2147483647; 0.
 * reply:               NULL, or receives a reply with printinfo and receipt (bytes:
 *                      wsy_reply_receipt_bytes).
 *
 * Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK; WSY_ERR_NO_RECEIPT if the
 * platform has none, or cannot be reached: printinfo and receipt are then the ones that the ledger stored,
 * if there are any; WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID, WSY_ERR_NOT_SENT,
 * WSY_ERR_NO_ANSWER, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_TEXT or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_reprint(wsy_client *client,
                    const char *out_trade_no,
                    const char *dm_id,
                    const wsy_params *params,
                    wsy_reply **reply);

/*
 * Starts what wsy_reprint does and returns at once; poll or wait for the reply. A cancel ends it at once as
 * WSY_ERR_CANCELLED.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The rest is as for wsy_reprint.
 *
 * Threads: any. Returns WSY_PENDING (started), or WSY_ERR_OPTIONS, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; payment and reply are NULL or point to a pointer.
 */
int32_t wsy_reprint_start(wsy_client *client,
                          const char *out_trade_no,
                          const char *dm_id,
                          const wsy_params *params,
                          wsy_payment **payment,
                          wsy_reply **reply);

/*
 * Reads a bill of this till from the ledger; nothing is sent.
 *
 * out_trade_no: the number of the bill.
 * reply:        NULL, or receives a reply with the list "charge": every attempt on the bill, the first one
 *               first; its last attempt's fields are the reply's own; and the list "decision": what people
 *               decided about it, each with out_trade_no, attempt or out_refund_no, decision, decided_by,
 *               why and decided. The fields of a charge:
 *   out_trade_no, attempt (starting at 1)
 *   state         "open" (not decided), "paid", "not_paid" or "not_sent"; "decided_paid" or
 *                 "decided_not_paid" where a person decided it, see wsy_decide
 *   total_fen, total (in yuan)
 *   paytype       what was sent as paytype, a code of the config such as o2o_dm_code_wxpaysub
 *   pay_type      the platform's number of that payment type, such as 4: of its answer, or of the config
 *                 before it
 *   pay_name      its name, such as 微信: paymode of the answer, or of the config
 *   auth_code     with all but the first two and last four digits masked
 *   dm_id         the platform's order; empty while it is not known
 *   pay_id        the channel's transaction
 *   pay_time      the platform's time of the payment (Beijing)
 *   openid        the customer's id in the wallet
 *   reason        the platform's sentence, or why it ended so
 *   printinfo     the receipt as it came, with escapes; receipt: as plain lines; bytes:
 *                 wsy_reply_receipt_bytes
 *   started, ended  this till's time of the intent and of the outcome (Beijing)
 *   day           the day of the intent, such as 2026-11-22, by the platform's clock where that is known, as
 *                 this till's may be wrong
 *   ended_day     the day of the outcome; never a day that was closed before it, see wsy_close_day. Empty
 *                 while it is open
 *   told          this till's time at which a call reported it as paid (WSY_PAID); empty if it is not paid,
 *                 or if that was not reported yet
 *   paid_late     1: it was found to be paid after it was reported as not paid (state stays "not_paid"), see
 *                 wsy_reconcile; else 0
 *   needs_person  what a person has to look at; empty for nothing
 *   device_id     the device that charged
 *   operator_id   the parameter operator_id of the charge, which names the cashier; empty for none
 *   and from wsy_micropay, wsy_settle and the like also what the platform answered to that call: the list
 *   "answer", whose one item has all attributes of the last answer under their own names (ok, info, total,
 *   pay_type, no, remark, openid and whatever else came; wsy_reply_item_name lists them), the list "paylist"
 *   of its pay elements (id, device_id, no, tabno, company, opentime, paymode, user, total_fee, time and
 *   others) and canvas, the pop-up of the platform's own client as XML (as lines: wsy_reply_canvas_text, as
 *   a picture: wsy_reply_canvas_png); all are empty where it answered nothing to this call; further
 *   first_told (when the bill was first reported as paid), recorded (1: it was on record before the call,
 *   which sent nothing), refunded_fen (what was refunded of it, as this till knows or a person decided) and
 *   paid_attempts (2 or more: the customer has paid more than once, after you insisted or by an earlier code
 *   that paid late; refund the other orders)
 *
 * Threads: any. Returns WSY_OK (this is no verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER,
 * WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find(wsy_client *client,
                 const char *out_trade_no,
                 wsy_reply **reply);

/*
 * Reads a refund of this till from the ledger; nothing is sent.
 *
 * out_refund_no: the number of the refund.
 * reply:         NULL, or receives a reply with the fields of a refund:
 *   out_refund_no
 *   out_trade_no  the bill; empty if it is not of this till
 *   dm_id         the platform's order
 *   state         "open" (not decided), "refunded", "not_refunded", "not_sent" or "conflict" (a person has
 *                 to look); "decided_refunded" or "decided_not_refunded" where a person decided it, see
 *                 wsy_decide_refund
 *   refund_fen, refund (in yuan)
 *   paytype, pay_type, pay_name  the payment type of its charge, as for a charge; of an order of another
 *                 till, what the platform says of it
 *   pay_id        the channel's transaction, as the answer to the refund named it; empty where that was lost
 *   refund_id     the platform's number of the refund: pay_id of its line in the bill
 *   pay_time      the platform's time of that line
 *   reason        the platform's sentence, or why it ended so
 *   needs_person  what a person has to look at: of a conflict, and of a refund that is not decided after 24
 *                 hours in which the ledger was open; empty for nothing
 *   operator_id   the parameter operator_id of the refund; empty for none
 *   printinfo, receipt, started, ended, day, ended_day, device_id  as for a charge
 *
 * Threads: any. Returns WSY_OK (this is no verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER,
 * WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_refund_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find_refund(wsy_client *client,
                        const char *out_refund_no,
                        wsy_reply **reply);

/*
 * Reads all charges and refunds that were begun on a day or had their outcome on it, and the charges that
 * were found on it to be paid after they were reported as not paid, with the day's totals; nothing is sent.
 *
 * day:   such as "2026-11-22", in Beijing time; NULL for today.
 * reply: NULL, or receives a reply with day and the lists "charge" and "refund", the oldest first; with
 *        open: how many of these are not decided now; and with the totals of the outcomes of that day
 *        (ended_day), whenever they were begun:
 *   paid_fen, refunded_fen  what was paid and refunded, also as decided by a person (decided_paid,
 *                           decided_refunded)
 *   "wallet"    a list: for each paytype its count, paid_fen and refunded_fen; a refund counts for that of
 *               its charge, or for the empty one where its bill was not known to be of this ledger when it
 *               was refunded
 *   "operator"  a list: the same for each operator_id, which is empty for outcomes without one
 *   "state"     a list: the same for each state of a charge or refund, and "paid_late": found to be paid
 *               after it was reported as not paid (which stays counted), see wsy_reconcile. Not counted:
 *               what was never sent, and what nobody knows the outcome of ("open", "conflict")
 *   closed      when the day was closed (Beijing), see wsy_close_day; empty while it is not
 *   closed_by   who closed it
 *   "decision"  a list: what people decided on that day; decisions: how many
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_ARGUMENT (not a day), WSY_ERR_LEDGER, WSY_ERR_TEXT or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * day is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_day(wsy_client *client,
                const char *day,
                wsy_reply **reply);

/*
 * Closes a day: fixes its outcomes and their totals. An outcome that comes later, by wsy_settle,
 * wsy_recover, a person's decision or any other call, falls into the day after. Days before it that were
 * never closed are closed with it. Nothing is sent; payments go on as before, also on a day that is closed.
 *
 * day:   such as "2026-11-22", in Beijing time; NULL for today.
 * by:    who closes it, such as a cashier's name or number; may not be empty.
 * reply: NULL, or receives a reply with the fields of wsy_day.
 *
 * A day that is closed stays closed: the call then returns the same totals, with the time and the person of
 * the first closing. What is open is not waited for: see open, and call wsy_recover first to have fewer.
 *
 * Threads: any. Returns WSY_OK; WSY_ERR_DAY_NOT_OVER (the day lies in the future; today can be closed);
 * WSY_ERR_ARGUMENT (not a day, or by is empty), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * day and by are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_close_day(wsy_client *client,
                      const char *day,
                      const char *by,
                      wsy_reply **reply);

/*
 * Reads all charges and refunds that are not decided, refunds that need a person, and the charges of bills
 * that wsy_void was called for and has not undone yet; nothing is sent.
 *
 * reply: NULL, or receives a reply with the lists "charge" and "refund", the oldest first; open: how many
 *        there are. Those in state "open" are what wsy_recover settles; those in "conflict" only a person
 *        can; a charge in another state is of a bill that is to be undone, which wsy_void ends. Further the
 *        list "unfinished", with the number unfinished: the charges of bills that are paid where nobody is
 *        known to have heard that, since wsy_recover or a void found it, the handle was freed, or the
 *        program ended just after it was told. See whether the goods were handed over, and call wsy_settle,
 *        which returns WSY_PAID if that was never told and WSY_PAID_EARLIER if it was; both end the entry,
 *        as wsy_decide does. What is left undecided a person can decide with wsy_decide and
 *        wsy_decide_refund.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_unresolved(wsy_client *client,
                       wsy_reply **reply);

/*
 * Writes down what a person decided about a charge that is not decided, or about a payment that is to be
 * undone or that nobody is known to have heard of; nothing is sent. The library decides by the platform's
 * answers alone; where they do not decide, somebody looks in the back office and says what became of the
 * payment.
 *
 * out_trade_no: the number of the bill.
 * attempt:      which attempt on it, as wsy_find and wsy_unresolved list them; 0 for the only one that
 *               waits.
 * decision:     "paid": the money was taken, and the goods are handed over or will be. The bill is closed:
 *                 it is never reported as WSY_PAID after that, and cannot be charged again. To refund it
 *                 later, give wsy_refund its dm_id in place of out_trade_no: by number it is
 *                 WSY_ERR_BILL_NOT_PAID.
 *               "not_paid": the money was not taken. The attempt is closed, and the bill can be charged with
 *               a new code. "keep": the row stays as it is and is asked about on; a bill that was to be
 *               undone is not any more.
 * by:           who decides, such as a name or a number; may not be empty.
 * why:          the reason, such as what the back office shows; may not be empty.
 * reply:        NULL, or receives a reply with the fields of the charge (wsy_find).
 *
 * The wish to undo the bill (wsy_void) ends; with "not_paid" only where nothing else of the bill is paid or
 * open. wsy_micropay and wsy_settle return WSY_DECIDED from then on where the decision answers them.
 * wsy_reconcile goes on asking the platform and raises an alarm where it says otherwise. The decision is
 * kept for ever: wsy_find and wsy_day list it.
 *
 * Threads: any. Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (a charge is decided
 * after its quiet time: quiet_ms, twice that after a crash); WSY_ERR_NOT_OPEN (it is decided already, or the
 * decision does not fit it, such as "not_paid" where the platform has said that it was paid and only the
 * ledger could not take that: call wsy_settle); WSY_ERR_STILL_OPEN (several attempts wait: name one);
 * WSY_ERR_NO_BILL, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_decide(wsy_client *client,
                   const char *out_trade_no,
                   int32_t attempt,
                   const char *decision,
                   const char *by,
                   const char *why,
                   wsy_reply **reply);

/*
 * Writes down what a person decided about a refund that is not decided, or in conflict; nothing is sent.
 * Otherwise as wsy_decide.
 *
 * out_refund_no: the number of the refund; that of a void is in the list of wsy_unresolved.
 * decision:      "refunded": the money went back. The wish to undo the bill ends where nothing else of it is
 *                paid or open. "not_refunded": it did not, and will not; it can be refunded again under a
 *                new number. The wish to undo
 *                  the bill ends if the refund was that of a void.
 *                "keep": the refund stays as it is.
 * reply:         NULL, or receives a reply with the fields of the refund (wsy_find_refund).
 *
 * Threads: any. Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (refund_quiet_ms);
 * WSY_ERR_NOT_OPEN, WSY_ERR_NO_BILL, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * The texts are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_decide_refund(wsy_client *client,
                          const char *out_refund_no,
                          const char *decision,
                          const char *by,
                          const char *why,
                          wsy_reply **reply);

/*
 * Walks a day of the ledger, asks the platform about each charge and refund, and reports where the two
 * differ. Nothing that was reported before is changed. Where a verdict turns out to be wrong (a bill that
 * was reported as not paid was paid later), or what a person decided, an alarm is raised that stays until it
 * is acknowledged, see wsy_alarms. A bill that was reported as not paid and is found to be paid counts as
 * paid from then on, while its state and the totals of its day stay: wsy_settle returns WSY_PAID for it
 * once. See first how the sale ended. If the customer paid again, in cash or with another code: refund the
 * order in dm_id. If the goods were handed over and nothing else was paid: book it as paid, and acknowledge
 * the alarm. If the goods were not handed over: hand them over, or refund it. wsy_void refunds every payment
 * of the bill.
 *
 * The walk takes what was begun or had its outcome on the day, what the platform's own times (pay_time) put
 * there, and whatever the platform was never asked about in a reconciliation, of any day: a till whose clock
 * was wrong misses nothing.
 *
 * day:   such as "2026-11-22", in Beijing time; NULL for today.
 * reply: NULL, or receives a reply with day; asked: how many orders and attempts the platform answered
 *        about; unanswered: how many bills it gave no usable answer about; paying: of how many it says that
 *        the customer is still paying; differences, alarms: how many there are; paid_fen, refunded_fen: what
 *        the ledger's payments and refunds of the day come to by the platform's times, to compare with the
 *        back office's figures of that day; ended_early: 1 if the platform answered none of the first 3
 *        questions, or none of 10 in a row later on: the walk then ends, and the rest is listed as
 *        unanswered; the lists "unanswered" and "paying" with out_trade_no (or the dm_id of a bill that is
 *        not of this till) and reason; and the list "difference" with
 *   kind           "paid_there" (reported or decided as not paid, but the platform has the money),
 *                  "paid_not_there" (reported or decided as paid, but the platform has no such payment),
 *                  "amount_differs", "refund_not_there" (reported or decided as refunded, but the bill shows
 *                  less), "refund_there" (reported or decided as not refunded, but the bill shows such a
 *                  refund), "maybe_paid_there" (reported as not paid, and the customer's code has paid an
 *                  order of which the platform does not say whose it is, or one of another amount),
 *                  "refunded_elsewhere" (the back office or another till refunded), "undecided"
 *   out_trade_no, out_refund_no, dm_id
 *   here_fen, here, there_fen, there   the amounts on record and at the platform, in fen and in yuan
 *   message_zh, message_en             what it means and what to do, for the cashier
 *   hint_zh, hint_en                   which call or field comes next, for the programmer
 *
 * Threads: any. Blocks for at most connect_ms and twice answer_ms for each bill, twice that for one that was
 * reported as not paid, and three times all that and twice poll_ms for one that an alarm is raised about;
 * use wsy_reconcile_start to show progress.
 * Returns WSY_OK (also with differences: read their number); WSY_ERR_NO_ANSWER (some bills got no answer;
 * the reply holds what the others came to); WSY_ERR_REFUSED (the platform refuses this till: it refused the
 * first questions, or at last 10 in a row; the reply is the same, with info); WSY_ERR_NOT_ACTIVATED,
 * WSY_ERR_LEDGER, WSY_ERR_CANCELLED (the client was closed), WSY_ERR_ARGUMENT (not a day), WSY_ERR_TEXT,
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * day is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_reconcile(wsy_client *client,
                      const char *day,
                      wsy_reply **reply);

/*
 * Starts what wsy_reconcile does and returns at once. wsy_payment_text tells how far it is, wsy_payment_poll
 * and wsy_payment_wait when it has ended (they then return what wsy_reconcile would have),
 * wsy_payment_cancel ends it before the next bill.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 *
 * Threads: any. Returns WSY_PENDING (started) or an error.
 *
 * Pointers:
 * day is NULL or a NUL-terminated string; payment and reply are NULL or point to a pointer.
 */
int32_t wsy_reconcile_start(wsy_client *client,
                            const char *day,
                            wsy_payment **payment,
                            wsy_reply **reply);

/*
 * Reads the alarms that nobody has acknowledged; nothing is sent. An alarm says that a verdict was wrong:
 * the till told one thing, and the platform has since done another.
 *
 * reply: NULL, or receives a reply with alarms: how many there are; and the list "alarm", the oldest first,
 *        with id, raised (Beijing time), and kind, out_trade_no, dm_id, here_fen, here, there_fen, there,
 *        message_zh, message_en, hint_zh and hint_en as for a difference of wsy_reconcile.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_alarms(wsy_client *client,
                   wsy_reply **reply);

/*
 * Acknowledges an alarm: a person has seen it and has done what there is to do. It is then not told any
 * more; the ledger keeps it, with the time and who it was.
 *
 * alarm_id: the id of wsy_alarms.
 * by:       who, such as a cashier's name or number; may not be empty.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_ALARM, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * by is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_acknowledge(wsy_client *client,
                        int32_t alarm_id,
                        const char *by,
                        wsy_reply **reply);

/*
 * The code that the call returned, once more.
 *
 * Threads: any. Returns that code, or WSY_ERR_HANDLE.
 */
int32_t wsy_reply_code(const wsy_reply *reply);

/*
 * Reads a field as text. All functions that give text work like this one.
 *
 * name:   the field's name.
 * buffer: receives the text in the client's code page, NUL-terminated and never cut inside a character. May
 *         be NULL.
 * size:   the buffer's size in bytes.
 * needed: receives the size that the whole text needs, with its terminator. May be NULL.
 *
 * What GBK cannot hold is written as "?". Threads: any. Returns WSY_OK; WSY_ERR_BUFFER if the text was cut
 * (or nothing was written, for lack of a buffer); WSY_ERR_NO_FIELD; WSY_ERR_HANDLE; WSY_ERR_TEXT;
 * WSY_ERR_ARGUMENT (name is NULL or size negative). Only WSY_OK and WSY_ERR_BUFFER write to buffer.
 *
 * Pointers:
 * name is NULL or a NUL-terminated string; buffer is NULL or has room for size bytes; needed is NULL
 * or points to an int32_t.
 */
int32_t wsy_reply_text(const wsy_reply *reply,
                       const char *name,
                       char *buffer,
                       int32_t size,
                       int32_t *needed);

/*
 * Reads a field as a whole number, such as total_fen.
 *
 * value: receives the number; untouched on an error.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (no such field, or it is no number), WSY_ERR_HANDLE,
 * WSY_ERR_TEXT or WSY_ERR_ARGUMENT (NULL).
 *
 * Pointers:
 * name is NULL or a NUL-terminated string; value is NULL or points to an int32_t.
 */
int32_t wsy_reply_int(const wsy_reply *reply, const char *name, int32_t *value);

/*
 * The name of the field at an index, starting at 0; to list all fields. buffer, size, needed: see
 * wsy_reply_text.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (past the last one), WSY_ERR_BUFFER, WSY_ERR_HANDLE or
 * WSY_ERR_ARGUMENT (size negative).
 *
 * Pointers:
 * As for wsy_reply_text.
 */
int32_t wsy_reply_name(const wsy_reply *reply,
                       int32_t index,
                       char *buffer,
                       int32_t size,
                       int32_t *needed);

/*
 * How many items a list has, such as the list "pay" of a bill.
 *
 * count: receives the number; untouched on an error.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (no such list), WSY_ERR_HANDLE, WSY_ERR_TEXT or
 * WSY_ERR_ARGUMENT.
 *
 * Pointers:
 * list is NULL or a NUL-terminated string; count is NULL or points to an int32_t.
 */
int32_t wsy_reply_count(const wsy_reply *reply, const char *list, int32_t *count);

/*
 * Reads a field of an item of a list as text. index counts from 0; the rest is as for wsy_reply_text.
 *
 * Pointers:
 * As for wsy_reply_text; list is NULL or a NUL-terminated string.
 */
int32_t wsy_reply_item_text(const wsy_reply *reply,
                            const char *list,
                            int32_t index,
                            const char *name,
                            char *buffer,
                            int32_t size,
                            int32_t *needed);

/*
 * The name of the field at an index of an item of a list; to list all fields, such as those of the list
 * "answer" that the document does not name.
 *
 * index: which item, starting at 0.
 * field: which field of it, starting at 0.
 * The rest is as for wsy_reply_name.
 *
 * Pointers:
 * As for wsy_reply_text; list is NULL or a NUL-terminated string.
 */
int32_t wsy_reply_item_name(const wsy_reply *reply,
                            const char *list,
                            int32_t index,
                            int32_t field,
                            char *buffer,
                            int32_t size,
                            int32_t *needed);

/*
 * Reads a field of an item of a list as a whole number. index counts from 0; the rest is as for
 * wsy_reply_int.
 *
 * Pointers:
 * As for wsy_reply_int; list is NULL or a NUL-terminated string.
 */
int32_t wsy_reply_item_int(const wsy_reply *reply,
                           const char *list,
                           int32_t index,
                           const char *name,
                           int32_t *value);

/*
 * The reply's receipt as bytes for an ESC/POS printer: the escapes of printinfo as bytes, its text in GBK.
 * Send them to the printer as they are; they are not terminated and may hold zeros.
 *
 * buffer: receives the bytes, all or none. May be NULL.
 * size:   the buffer's size in bytes.
 * needed: receives how many bytes there are. May be NULL.
 *
 * The receipt as text is the field printinfo (as it came, with escapes) and receipt (plain lines for a
 * screen); in a paper's columns: wsy_reply_receipt_text; as a picture: wsy_reply_receipt_png; to have it
 * printed: wsy_print_receipt. Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt),
 * WSY_ERR_BUFFER, WSY_ERR_HANDLE or WSY_ERR_ARGUMENT (size negative).
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_reply_receipt_bytes(const wsy_reply *reply,
                                char *buffer,
                                int32_t size,
                                int32_t *needed);

/*
 * Frees a reply.
 *
 * Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed reply.
 */
int32_t wsy_reply_free(wsy_reply *reply);

/*
 * What a code means, for the cashier: what happened and what to do next. What the programmer does next is in
 * a reply's hint_zh and hint_en, and for all codes in docs/errors.md.
 *
 * code:      any number that a function of this library returned.
 * language:  WSY_ZH or WSY_EN.
 * code_page: WSY_UTF8 or WSY_GBK.
 * buffer, size, needed: see wsy_reply_text.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (no such code, language or code page).
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_code_text(int32_t code,
                      int32_t language,
                      int32_t code_page,
                      char *buffer,
                      int32_t size,
                      int32_t *needed);

/*
 * The receipt of a paid bill from the ledger alone; nothing is sent. Where the platform sent none
 * (noremind), it is made after the template of the pay config, or in a plain layout if there is no template.
 * To ask the platform: wsy_reprint.
 *
 * params: NULL, or a list of named values; the caller keeps it:
 *   copy         1: marked as a reprint
 *   kind         receipt (or not set), popup (a few lines for a window, after payremind_template_popup),
 *                invitation (after qrcode_template) or red_packet (after redpack_template)
 *   tableno, table, staff
 *                for the placeholders of a template, instead of those that were given to the charge
 *   qrcode, qrcode_logo, qrcode_image
 *                picture files for the placeholders of a template, instead of those named at wsy_open: PNG,
 *                at most 576 dots wide and high, not interlaced. What is dark is printed as black dots, in
 *                printinfo as the command GS v 0; what is not given is left out. Nothing is fetched from the
 *                addresses that the config has under these names
 * reply:  NULL, or receives a reply with printinfo and receipt, as from wsy_reprint.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_OPTIONS (a value of params,
 * or a picture that cannot be read; detail says which), WSY_ERR_PARAM (a control character),
 * WSY_ERR_NO_RECEIPT (red_packet, and the config has no redpack_template), WSY_ERR_LEDGER, WSY_ERR_TEXT,
 * WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find_receipt(wsy_client *client,
                         const char *out_trade_no,
                         const wsy_params *params,
                         wsy_reply **reply);

/*
 * The receipt of a refund that was made, from the ledger alone; nothing is sent. Where the platform sent
 * none, it has a plain layout.
 *
 * params: NULL, or a list: copy (1: marked as a reprint).
 * reply:  as for wsy_find_receipt.
 *
 * Threads: any. Returns as wsy_find_receipt; WSY_ERR_NO_BILL if no refund was made under this number.
 *
 * Pointers:
 * out_refund_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find_refund_receipt(wsy_client *client,
                                const char *out_refund_no,
                                const wsy_params *params,
                                wsy_reply **reply);

/*
 * The reply's receipt as plain text in the columns of a paper: lines broken and placed as on it, all in
 * single size.
 *
 * width_mm: 58 (32 columns) or 80 (48 columns).
 * buffer, size, needed: see wsy_reply_text. Lines end with "\n".
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_BUFFER,
 * WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_reply_receipt_text(const wsy_reply *reply,
                               int32_t width_mm,
                               char *buffer,
                               int32_t size,
                               int32_t *needed);

/*
 * The reply's receipt as a picture, as it comes out of a printer: a grey PNG with 8 dots for each mm of the
 * paper.
 *
 * width_mm: 58 or 80.
 * font:     NULL or "", for a font of the system that has all characters of the receipt (SimSun, SimHei,
 *           WenQuanYi, Noto CJK and others); or a font file (.ttf, .otf, or the first of a .ttc), in the
 *           client's code page.
 * buffer, size, needed: see wsy_reply_receipt_bytes. 64 KB is enough for most.
 *
 * The library has no font of its own. Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no
 * receipt), WSY_ERR_NO_FONT, WSY_ERR_PICTURE (longer than 2.5 m), WSY_ERR_BUFFER, WSY_ERR_TEXT,
 * WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * font is NULL or a NUL-terminated string; buffer is NULL or has room for size bytes; needed is NULL
 * or points to an int32_t.
 */
int32_t wsy_reply_receipt_png(const wsy_reply *reply,
                              int32_t width_mm,
                              const char *font,
                              char *buffer,
                              int32_t size,
                              int32_t *needed);

/*
 * The same picture into a file, which is overwritten if it is there.
 *
 * path: the file, such as "C:/till/receipt.png", in the client's code page.
 *
 * Threads: any. Returns as wsy_reply_receipt_png; WSY_ERR_PICTURE also if the file cannot be written.
 *
 * Pointers:
 * font and path are NULL or NUL-terminated strings.
 */
int32_t wsy_reply_receipt_png_file(const wsy_reply *reply,
                                   int32_t width_mm,
                                   const char *font,
                                   const char *path);

/*
 * The pop-up of the platform's own client, the field canvas, as plain lines: its texts from the top to the
 * bottom.
 *
 * buffer, size, needed: see wsy_reply_text. Lines end with "\n".
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_BUFFER, WSY_ERR_ARGUMENT
 * or WSY_ERR_HANDLE.
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_reply_canvas_text(const wsy_reply *reply,
                              char *buffer,
                              int32_t size,
                              int32_t *needed);

/*
 * The same pop-up as a picture: a PNG in colours, with a dot for each 1/96 inch of the window. Its images
 * lie in the platform's own client, and are left out.
 *
 * font, buffer, size, needed: see wsy_reply_receipt_png.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_NO_FONT, WSY_ERR_PICTURE
 * (larger than 2048 dots), WSY_ERR_BUFFER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * font is NULL or a NUL-terminated string; buffer is NULL or has room for size bytes; needed is NULL
 * or points to an int32_t.
 */
int32_t wsy_reply_canvas_png(const wsy_reply *reply,
                             const char *font,
                             char *buffer,
                             int32_t size,
                             int32_t *needed);

/*
 * The same picture into a file, which is overwritten if it is there.
 *
 * path: the file, such as "C:/till/popup.png", in the client's code page.
 *
 * Threads: any. Returns as wsy_reply_canvas_png; WSY_ERR_PICTURE also if the file cannot be written.
 *
 * Pointers:
 * font and path are NULL or NUL-terminated strings.
 */
int32_t wsy_reply_canvas_png_file(const wsy_reply *reply, const char *font, const char *path);

/*
 * Prints the receipt of a reply. It has nothing to do with the payment, which it can neither hold up nor
 * change.
 *
 * receipt:    a reply with a receipt: of wsy_micropay, wsy_find_receipt, wsy_reprint and others.
 * printer:    "tcp:192.168.1.50" or "tcp:HOST:PORT": a printer on the network (port 9100 if none is named);
 *             "queue:NAME": a printer of Windows, by its name there; it gets the bytes raw, past the driver;
 *             "device:COM3", "device:LPT1", "device:/dev/usb/lp0": a port. A serial one has to be set up
 *             before ("mode COM3: 9600,n,8,1"; "stty -F /dev/ttyS0 9600 raw").
 * timeout_ms: how long the call blocks at most, 100 to 120000; 0 for 10000.
 * reply:      NULL, or receives a reply; detail has the reason of a failure.
 *
 * A network printer is asked for its paper and cover first; one that does not answer within 0.3 s is printed
 * on all the same. Calls for one printer wait for each other.
 *
 * Threads: any. Returns WSY_OK: the printer, or the queue, has all bytes; WSY_ERR_NO_PRINTER (no such
 * printer, or not the name of one); WSY_ERR_PRINTER_OFFLINE (refused, silent, cover open, or too slow: the
 * receipt may still come out); WSY_ERR_NO_PAPER; WSY_ERR_NOT_PRINTED (it broke off); WSY_ERR_NO_FIELD
 * (receipt has none); WSY_ERR_ARGUMENT, WSY_ERR_TEXT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * printer is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_print_receipt(wsy_client *client,
                          const wsy_reply *receipt,
                          const char *printer,
                          int32_t timeout_ms,
                          wsy_reply **reply);

/*
 * Starts what wsy_print_receipt does and returns at once; poll or wait for the outcome. A cancel ends it at
 * once as WSY_ERR_PRINTER_OFFLINE, and the receipt may still come out. The receipt may be freed once this
 * returns.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The rest is as for wsy_print_receipt.
 *
 * Threads: any. Returns WSY_PENDING (started); WSY_ERR_NO_PRINTER (not the name of a printer),
 * WSY_ERR_NO_FIELD, WSY_ERR_ARGUMENT, WSY_ERR_TEXT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * printer is NULL or a NUL-terminated string; payment and reply are NULL or point to a pointer.
 */
int32_t wsy_print_receipt_start(wsy_client *client,
                                const wsy_reply *receipt,
                                const char *printer,
                                int32_t timeout_ms,
                                wsy_payment **payment,
                                wsy_reply **reply);

/*
 * Prints bytes as they are: a till's own bill, a kick for the cash drawer.
 *
 * bytes, size: what to send; 1 to 4194304 bytes.
 * printer, timeout_ms, reply: as for wsy_print_receipt.
 *
 * Threads: any. Returns as wsy_print_receipt.
 *
 * Pointers:
 * bytes is NULL or has size bytes; printer is NULL or a NUL-terminated string; reply is NULL or
 * points to a pointer.
 */
int32_t wsy_print_bytes(wsy_client *client,
                        const char *bytes,
                        int32_t size,
                        const char *printer,
                        int32_t timeout_ms,
                        wsy_reply **reply);

/*
 * Starts what wsy_print_bytes does and returns at once; as wsy_print_receipt_start. The bytes are copied.
 *
 * Pointers:
 * bytes is NULL or has size bytes; printer is NULL or a NUL-terminated string; payment and reply
 * are NULL or point to a pointer.
 */
int32_t wsy_print_bytes_start(wsy_client *client,
                              const char *bytes,
                              int32_t size,
                              const char *printer,
                              int32_t timeout_ms,
                              wsy_payment **payment,
                              wsy_reply **reply);

/*
 * Reads an amount in yuan, such as "12.50", into fen.
 *
 * yuan: ASCII digits with at most two decimal places, above zero and at most 1000000.00.
 * fen: receives the amount; untouched on an error.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_ARGUMENT (a pointer is NULL) or WSY_ERR_AMOUNT.
 *
 * Pointers:
 * yuan is NULL or a NUL-terminated string; fen is NULL or points to an int32_t.
 */
int32_t wsy_yuan_to_fen(const char *yuan, int32_t *fen);

/*
 * Writes an amount in fen as yuan with two places, such as "12.50". Negative amounts are written with a
 * sign.
 *
 * buffer, size, needed: see wsy_reply_text. 13 bytes are always enough.
 *
 * Threads: any. Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (negative size).
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_fen_to_yuan(int32_t fen,
                        char *buffer,
                        int32_t size,
                        int32_t *needed);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif /* WSY_H */
