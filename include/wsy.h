/*
 * wsy: a till knows for certain whether a phone payment was taken.
 *
 * Generated from src/capi by cargo xtask tables; do not edit.
 *
 * HOW IT WORKS
 *   wsy_open           opens the till's data folder: its ledger, its device key, its config, its log.
 *   wsy_activate       registers the till with a code from the back office. Needed only once.
 *   wsy_recover_start  after each start: settles what a crash or a power cut left open, while the till keeps selling.
 *   wsy_prepare        when a sale begins: opens the connection for its payment.
 *   wsy_micropay       charges a customer and waits for the verdict.
 *   wsy_refund         gives money back to the customer; wsy_void undoes a whole bill.
 *   wsy_unresolved     lists what is undecided, and paid sales that may never have been completed; a person can
 *                      decide them with wsy_decide.
 *   wsy_close_day      fixes the day's totals; wsy_reconcile compares the day with the platform.
 *   wsy_archive        keeps the ledger small over the years.
 *   wsy_close          before the program ends; wsy_close_all first, in a development environment.
 *
 * IN SHORT (the complete program is examples/c/till.c)
 *   wsy_client *till;
 *   wsy_payment *recovery = NULL;
 *   wsy_reply *reply;
 *   char text[256];
 *   if (wsy_open("C:/till/wsy", WSY_GBK, NULL, &till, NULL) != WSY_OK) stop();
 *   wsy_activate(till, "24901320180424", NULL, NULL);                          -- only once
 *   wsy_recover_start(till, NULL, &recovery, NULL);                            -- and keep selling
 *   if (wsy_micropay(till, "B20261122-0001", scanned, 1250, NULL, &reply) == WSY_PAID) hand_over();
 *   wsy_reply_text(reply, "message_zh", text, sizeof text, NULL);              -- show this to the cashier
 *   wsy_reply_free(reply);
 *   wsy_payment_free(recovery);
 *   wsy_close(till);
 *
 * VERDICTS
 *   A call about money ends as paid, not paid or unknown, or with an error. An error guarantees that the call sent
 *   nothing that moves money.
 *     WSY_PAID (1)          the money was taken: hand over the goods. The only positive code of a payment; returned
 *                           once per bill.
 *     WSY_NOT_PAID (-1)     no money was taken. Charge again with a new auth code, or take cash.
 *     WSY_UNKNOWN (-2)      the money may have been taken. Do not hand over goods; do not charge again; wsy_settle
 *                           finds out.
 *     WSY_PAID_EARLIER (-5) paid, and already reported as paid; nobody was charged now. Do not hand over goods again.
 *     WSY_DECIDED (-6)      a person decided the outcome (wsy_decide); the reply says how.
 *     WSY_VOIDED (-7)       the bill was voided with wsy_payment_void: the customer has the money.
 *     below -100            an error: nothing was sent. wsy_code_text says what to do.
 *   From wsy_payment_poll and wsy_payment_wait, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT, WSY_ERR_IN_CALLBACK and
 *   WSY_ERR_FORKED concern that call alone, not the payment.
 *   Zero is never the code of a call about money. A program that hands over goods on "== WSY_PAID", and only then,
 *   never hands them over unpaid, and never twice. That is the whole rule: no field has to be checked.
 *
 * NUMBERS
 *   out_trade_no is your own number of a bill, which is charged at most once: calling again with the same number and
 *   amount returns the recorded outcome, or continues to query; it never charges twice. The same applies to
 *   out_refund_no.
 *
 * HANDLES
 *   The library creates every wsy_... *, and the caller frees it with the function named at its type. A handle that
 *   is stale, forged, of another kind or freed twice results in WSY_ERR_HANDLE, never in a crash. NULL is not a
 *   valid handle. A handle belongs to the process that made it: after fork(), each call on it in the child returns
 *   WSY_ERR_FORKED and does nothing, and need not be made. If a signal handler or the log callback forks in the middle
 *   of a call and the child returns into it, the child sends and writes nothing more and gets WSY_ERR_FORKED. A child
 *   may open a till of its own, on a data folder that its parent does not have open.
 *
 * TEXT
 *   NUL-terminated, in UTF-8 or GBK, as chosen for each client and each wsy_params. Input is checked and copied.
 *   Output goes into your buffer, see wsy_reply_text.
 *
 * MONEY
 *   int32_t in fen (1/100 yuan). wsy_yuan_to_fen and wsy_fen_to_yuan convert.
 *
 * REPLIES
 *   A call that takes a wsy_reply ** first sets it to NULL. Then, if its handles, texts and arguments are valid, it
 *   sets it to a reply with named fields, even when the call fails; free it with wsy_reply_free. A started payment
 *   returns its reply once it has ended. Every function that reads a reply accepts NULL and returns WSY_ERR_HANDLE
 *   for it. Make the call in one statement and read its reply in the next: C does not define the order in which the
 *   arguments of one statement are evaluated.
 *
 * HOW LONG A CALL TAKES
 *   One exchange with the platform takes at most connect_ms plus twice response_ms, however slowly the response
 *   arrives. A call that waits for a verdict ends no later than deadline_ms plus the time of its last exchange,
 *   which by then is at most 1 s. Each call states its limit. A busy machine or a slow disk adds to it. A call that
 *   states no limit only reads the ledger or the reply, and every wsy_..._start returns at once.
 *
 * THREADS
 *   Any thread may call any function, several at once. Times are in ms of a monotonic clock; no verdict depends on
 *   the wall clock.
 *   A thread that calls needs 128 KB of stack. The library's own threads receive no signals, so that your handlers
 *   run on your threads. pthread_cancel takes effect after the call; if its type is asynchronous, even before you
 *   have the verdict, which then counts as reported: call wsy_settle or wsy_find for that bill. Never end a thread
 *   inside a call (TerminateThread), and never leave the log callback other than by returning: see wsy_log_callback
 *   and wsy_close.
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
 * The handle was made before this process was forked, and belongs to its parent.
 */
#define WSY_ERR_FORKED (-109)

/*
 * An option or parameter is not known, or its value is not valid.
 */
#define WSY_ERR_OPTIONS (-110)

/*
 * This process has the data folder open already.
 */
#define WSY_ERR_ALREADY_OPEN (-119)

/*
 * The data folder cannot be created or written.
 */
#define WSY_ERR_FOLDER (-120)

/*
 * The data folder is in use by another program.
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
 * The ledger was made on another machine or in another folder, or is another file: it may be a copy.
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
 * The till is activated, but its key could not be saved. It is used from memory; the code is spent.
 */
#define WSY_ERR_DEVICE_NOT_SAVED (-136)

/*
 * The till's key is saved, and cannot be read by this user, on this machine, or at all. It is kept.
 */
#define WSY_ERR_DEVICE_UNREADABLE (-137)

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
#define WSY_ERR_NO_RESPONSE (-161)

/*
 * The response to a query is not in the platform's format; no money moved.
 */
#define WSY_ERR_BAD_RESPONSE (-162)

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
 * The alarm does not exist or is already acknowledged.
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
 * The printer does not exist; nothing was printed.
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
 * The day cannot be archived: it is not closed, or not long enough ago.
 */
#define WSY_ERR_DAY_NOT_ARCHIVABLE (-175)

/*
 * The bill or day is in the archive, which is missing or cannot be read.
 */
#define WSY_ERR_ARCHIVE (-176)

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
 * A till and its data folder. wsy_open opens it and wsy_close closes it. Any thread may use it, several at
 * once.
 */
typedef struct wsy_client wsy_client;

/*
 * A list of named values. wsy_params_new creates it, calls take it, and wsy_params_free frees it. A call
 * copies what it needs: once it has returned, the list can be used again, changed or freed.
 */
typedef struct wsy_params wsy_params;

/*
 * Something that one of the wsy_..._start calls has started: a payment, a refund, a recovery, a print and so
 * on. Any thread may use it, several at once. wsy_payment_free frees it, which does not undo it.
 */
typedef struct wsy_payment wsy_payment;

/*
 * The result of a call. Every call that takes a wsy_reply ** returns one, even when it fails; the caller
 * frees it with wsy_reply_free. It never changes: any thread can read its fields, any number of times. If a
 * handle, a text or an argument is invalid there is no reply, and the pointer becomes NULL. Only a call from
 * inside the log callback leaves the pointer untouched.
 *
 * Every reply has these fields:
 *   code          the number that the call returned
 *   money         "moved", "not_moved" or "may_have_moved"; "decided" where a person decided (WSY_DECIDED)
 *   message_zh    for the cashier: what happened and whether money may have moved, in Chinese; if work
 *                 remains to be done after the call, how much
 *   message_en    the same in English
 *   advice_zh     for the cashier: what to do next, in Chinese
 *   advice_en     the same in English
 *   hint_zh       for the programmer: which call, field or option comes next, in Chinese
 *   hint_en       the same in English
 *   detail        for the programmer's log, not for the cashier: the reason given by the platform, the
 *                 network or the disk, or by the library itself, in English; may be empty
 * Each call describes its other fields.
 */
typedef struct wsy_reply wsy_reply;

/*
 * Receives each line of the log.
 *
 * user:  the pointer given to wsy_on_log.
 * level: 1 (info), 2 (warning) or 3 (error).
 * line:  text in the client's code page; valid during the call only.
 *
 * The library calls it on the thread that does the work, which may be one of its own. It must return soon,
 * and must not call the library: such a call returns WSY_ERR_IN_CALLBACK.
 *
 * It must return: no exception may leave it, no longjmp, and its thread must not end in it (pthread_exit,
 * ExitThread). After a longjmp every later call on this thread returns WSY_ERR_IN_CALLBACK. Set a flag,
 * return, and jump once the call has returned.
 *
 * It must not wait for another thread, least of all for the window's (SendMessage, TThread.Synchronize,
 * Control.Invoke): that thread may be in wsy_close or wsy_on_log, which wait for the callback. Hand the line
 * over without waiting (PostMessage, TThread.Queue, Control.BeginInvoke), or put it into a list that a timer
 * of the window empties.
 */
typedef void (*wsy_log_callback)(void *user, int32_t level, const char *line);

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/*
 * Opens a till's data folder and reads the pay config from the platform.
 *
 * If the platform cannot be reached, the config comes from the file saved earlier. If the platform refuses
 * this device, or names a server that is not allowed, nothing is charged until a valid config arrives, even
 * after a restart; config_refusal and hint_en say so. If the saved device key cannot be read, the till opens
 * as not activated: config_refusal is "key", and calls that need the device return
 * WSY_ERR_DEVICE_UNREADABLE. Call wsy_recover_start next, after each wsy_open.
 *
 * folder:    the data folder, in code_page; created if it does not exist. It holds ledger.db, device.key,
 *            config.xml and wsy.log. Only one client of one process can have it open. Keep it on a local
 *            disk and never copy it to a second till. A relative path is resolved now: changing the current
 *            directory later makes no difference.
 * code_page: WSY_UTF8 or WSY_GBK: the code page of every text in and out of this client.
 * options:   NULL, or a list of named values; the caller keeps it:
 *   base            the platform's address (default http://dct.semoor.cn, section 1 of the document):
 *                   where the till is activated and the config is read. Charges, refunds and queries go to
 *                   the server that the config names, the saved one if none can be read. http, as the
 *                   document has it, is not encrypted: anybody on the shop's network can forge "paid" and
 *                   take the key and the auth codes. Use https where the platform offers it
 *   ver             your program's version, as sent to the platform; not empty, no control characters
 *   poll_ms         pause between two queries about a payment: 50 to 60000 (default 5000)
 *   deadline_ms     time after which an undecided payment is reported as unknown: 1 to 3600000
 *                   (default 120000)
 *   quiet_ms        "not found" is not accepted until this long after an exchange has ended: 100 to 3600000
 *                   (default 60000). Doubled after a crash, and where the response was lost behind a proxy.
 *                   Use less than 60000 in tests only: a customer's code can be charged for about a minute.
 *   refund_quiet_ms the same for a refund: 100 to 86400000 (default 15 times quiet_ms)
 *   final_sentences sentences of the platform, one a line, that mean "declined for good"
 *   absent_sentences  sentences of the platform, one a line, that mean "no such order"
 *   device_sentences  sentences of the platform, one a line, that refuse a request because of the device,
 *                   its key or its sign, as the document's 设备密钥错误 does. All three options are compared
 *                   with whole sentences. They never override a sentence that reports a payment, trouble, an
 *                   earlier use of the code or a refusal
 *   first_query_ms  pause before the first query after a lost response: 10 to 60000 (default 1000)
 *   connect_ms      limit for resolving the platform's name and connecting, to all of its addresses
 *                   together: 100 to 120000 (default 10000)
 *   response_ms       limit until a response starts, and again until it ends: 100 to 300000 (default 30000)
 *   prepare         0: open no connection ahead of a payment, see wsy_prepare (default 1)
 *   prepare_ms      how long one is kept ready after wsy_open, wsy_prepare or the last payment: 1000 to
 *                   3600000 (default 60000)
 *   prepare_age_ms  age at which it is replaced by a new one: 100 to 60000 (default 15000). Use less where a
 *                   server or a box on the way closes a connection sooner that has carried no request
 *   ca_file         a PEM file of certificates to trust instead of the built-in ones
 *   proxy           http://host:port or http://name:password@host:port; SOCKS is not supported. What goes to
 *                   an http address is sent to the proxy in absolute form, which it can read and change;
 *                   what goes to an https address, through a tunnel (CONNECT). WSY_ERR_NOT_SENT still means
 *                   that no byte of the request was offered to anybody.
 *                   The environment's proxy is never used
 *   micropay_method, query_method, refund_method, read_method, time_method
 *                   GET or POST: how each of these requests is sent, for a platform that accepts only one
 *                   (default POST, but GET for the time). With GET, the auth code and the goods detail are
 *                   part of the address, which proxies and servers log, may repeat on their own, and may
 *                   refuse beyond 8 KB: choose it only where POST is answered with 405
 *   https_only      1: refuse every address that is not https (default 0)
 *   plain_server    1: with an https base, follow the config to a server without encryption as well; see
 *                   base for what that means (default 0: such a server is not allowed)
 *   allowed_hosts   hosts, separated by commas, that the config's server may name in addition to the host of
 *                   base and its subdomains
 *   qrcode, qrcode_logo, qrcode_image
 *                   picture files for these placeholders of the config's templates, see wsy_find_receipt;
 *                   read when a template that has them is filled
 *   refresh_config  0: do not read the config from the platform now (default 1)
 *   keep_server     1: keep charging at the last config's server if the platform names one that is not
 *                   allowed (default 0)
 *   accept_ledger   1: accept a copied or restored ledger as this till's own, once a person has decided so
 *                   (default 0)
 *   secret_scope    Windows: user or machine: the device key and open auth codes can be unsealed by the
 *                   Windows user who runs the till only, or by every user of this machine who may read the
 *                   folder: for a service, or several users (default user). With machine, a folder that is
 *                   created is closed to all but administrators, the system and this user; let the others in
 *                   (icacls FOLDER /grant USER:(OI)(CI)M) before they run the till
 * What the document leaves open (wsyctl first-contact finds out which of these a platform needs):
 *   sign_case       upper or lower: the hexadecimal digits in the signs of payment requests (default upper)
 *   query_pay_type  paytype, pay_type or none: the name of the payment type in queries (default paytype)
 *   reprint_number  bare or whole: whether a reprint names 2032288236 or dm2032288236 (default bare)
 *   gs1_list        appendix or section: whether a list of bar codes follows the document's appendix or its
 *                   section 3.1 (default appendix)
 *   missing_end_tags  1: any response may lack its end tag </dm>; 0: only the response to reading a bill
 *                   may (default 0)
 * client:    receives the client; untouched on an error. The caller closes it with wsy_close.
 * reply:     NULL, or receives a reply with open_charges and open_refunds (how many are undecided),
 *            unfinished (how many sales a person has to check, see wsy_unresolved), conflicts (how many
 *            refunds need a person), alarms (how many nobody has acknowledged), device_id (empty until
 *            activated), folder_doubt (what may be wrong with the data folder: "network", "synced",
 *            "no_ledger", "no_mark" or "archive", which a support desk should see), and the fields of
 *            wsy_config.
 *
 * The till works on the folder itself, whatever links lead to it. If the folder or its ledger is moved or
 * replaced while it is open, nothing new is begun: calls that would write return WSY_ERR_LEDGER or, for the
 * device, WSY_ERR_FOLDER. What was sent before is still written to the open files, and wsy_close leaves all
 * files as they are. Close the client, look what happened to the folder, and open it again.
 *
 * Each device belongs to one data folder: two folders with the same device would not know which auth codes
 * the other has charged. A program that opens both gets WSY_ERR_DEVICE_IN_USE; two programs or machines
 * cannot detect each other.
 *
 * Threads: any. Blocks for at most connect_ms plus twice response_ms.
 *
 * Returns WSY_OK, WSY_ERR_ARGUMENT, WSY_ERR_TEXT, WSY_ERR_HANDLE (options), WSY_ERR_OPTIONS, WSY_ERR_BASE,
 * WSY_ERR_CA_FILE, WSY_ERR_FOLDER, WSY_ERR_FOLDER_IN_USE (another program has it open),
 * WSY_ERR_ALREADY_OPEN (this one has), WSY_ERR_LEDGER, WSY_ERR_LEDGER_DAMAGED, WSY_ERR_LEDGER_NEWER,
 * WSY_ERR_LEDGER_COPIED, WSY_ERR_LEDGER_RESTORED or WSY_ERR_DEVICE_IN_USE.
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
 * Closes a client and releases its data folder.
 *
 * Ends the calls that other threads have in progress, and the started payments, as soon as possible, and
 * waits for them. What is undecided by then is reported there as WSY_UNKNOWN and stays open in the ledger
 * for the next start. The client's wsy_payment and wsy_reply handles stay valid. A payment that ended as
 * WSY_PAID but was not polled before the close reports WSY_UNKNOWN; wsy_settle reports it as paid once the
 * folder is open again.
 *
 * A log callback that waits for the thread that is in wsy_close never returns, nor does wsy_close: see
 * wsy_log_callback for the way out. Never end a thread that is inside a call (TerminateThread, _exit of a
 * thread). wsy_close does not wait for such a thread, and releases the folder; if the thread was ended while
 * it was writing, the folder stays in use until the process ends.
 *
 * Threads: any, but not from the log callback. Blocks for at most 2 s, plus connect_ms while a connection is
 * being opened, plus the time that a running print may still take, plus a few seconds after a thread was
 * ended inside a call.
 *
 * Returns WSY_OK; WSY_ERR_HANDLE for an unknown or closed client; WSY_ERR_INTERNAL if the folder stays in
 * use because of a thread that was ended.
 */
int32_t wsy_close(wsy_client *client);

/*
 * Closes every client of this process, as wsy_close does.
 *
 * For programs that run inside a development environment (VB6, PowerBuilder, Visual FoxPro): stopped there,
 * they lose their handles without closing them, and the library stays loaded, so the next run would get
 * WSY_ERR_ALREADY_OPEN. Such a program calls this first, before wsy_open. Do not call it where another part
 * of the process may be using the library. Replies, parameters and payments stay valid, as with wsy_close.
 *
 * Threads: any, but not from the log callback. Blocks as long as wsy_close may.
 *
 * Returns WSY_OK, also if no client was open; WSY_ERR_INTERNAL as wsy_close.
 */
int32_t wsy_close_all(void);

/*
 * Opens a connection for the next payment, while the cashier is still adding up: the payment then waits
 * neither for the server's name nor for connecting nor for TLS.
 *
 * Call it when a sale begins. The library does the same after wsy_open and after each payment, refund and
 * void. One connection at most is kept ready, for prepare_ms after the last of these; it is replaced when it
 * is prepare_age_ms old, see wsy_open. It carries at most one request, and the payment checks it first: if
 * the server has closed it, or sent anything, the payment opens another one. A verdict is as certain as
 * without it. But if the line has broken meanwhile, or a firewall has forgotten a connection that was silent
 * for less than prepare_age_ms, the payment is unknown at first, where without it one that was made or was
 * not sent. Nothing happens with the option prepare=0, until the config has been read, and for 10 s after an
 * attempt has failed.
 *
 * Threads: any. Returns at once; the connection is opened on a thread of the library's own.
 *
 * Returns WSY_OK, even if nothing is or can be opened, or WSY_ERR_HANDLE.
 */
int32_t wsy_prepare(wsy_client *client);

/*
 * Sets the callback that receives each line of the log, in addition to the file wsy.log in the data folder.
 *
 * callback: the function; NULL for none.
 * user:     passed to the callback unchanged. Must stay valid until a later wsy_on_log or wsy_close of this
 *           client has returned: both wait until the callback that they replace has returned in every
 *           thread, and it is not called afterwards.
 *
 * Threads: any, but not from the log callback. Blocks while the replaced callback runs; if that waits for
 * this very thread, for ever: see wsy_log_callback.
 *
 * Returns WSY_OK or WSY_ERR_HANDLE.
 *
 * Pointers:
 * callback is NULL or a function that follows the rules of wsy_log_callback.
 */
int32_t wsy_on_log(wsy_client *client,
                   wsy_log_callback callback,
                   void *user);

/*
 * Activates this till with a one-time code from the back office (section 1).
 *
 * When this returns WSY_OK, the device id and key are on disk, and only this user can read the key. Then it
 * reads the config. A code works only once, so a key that cannot be saved is used nevertheless.
 *
 * initkey: the activation code.
 * hostid:  identifies this machine to the platform; not empty, such as <host cpu="..." mac="..." />. It is
 *          sent in Base64, as the document asks, whatever its content. NULL for that form, with the name of
 *          this machine's processor and the hardware address of a network card. On Windows the card is an
 *          Ethernet card, otherwise a Wi-Fi card, never one known to be virtual. On Linux it has a device
 *          behind it, which excludes lo, bridges, docker, veth and tunnels. Without such a card, mac is the
 *          system's identifier of the machine: MachineGuid (Windows) or /etc/machine-id (Linux).
 * params:  NULL, or a list: hostid_base64 (1: hostid is Base64 already, and is sent unchanged).
 * reply:   NULL, or receives a reply with the fields of wsy_config, and info if the platform refused.
 *
 * Threads: any. Blocks for at most twice connect_ms plus four times response_ms: the activation, and the
 * config after it.
 *
 * Returns WSY_OK; WSY_ERR_ACTIVATION_REFUSED (the code was not used up); WSY_ERR_ACTIVATION_LOST (it may
 * be used up); WSY_ERR_DEVICE_NOT_SAVED (activated, and the code is used up, but the key is in memory
 * only: later calls and wsy_close try to save it, and device_saved says whether it is);
 * WSY_ERR_DEVICE_IN_USE (another client of this program is the device that the code was for; the device is
 * kept for the next wsy_open of this folder, after that client is closed); WSY_ERR_OPTIONS (hostid is
 * empty, or is not Base64 although params says so), WSY_ERR_NOT_SENT, WSY_ERR_FOLDER, WSY_ERR_BUSY,
 * WSY_ERR_HANDLE, WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
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
 * Sets a device id and key that the back office issued by hand (remark 1 of the document).
 *
 * Stores them as wsy_activate does, and reads the config. An earlier device's key that an open row still
 * needs, also if the platform refuses it now or it was never saved, or that cannot be read now, is kept
 * beside it as device-*.key.
 *
 * device_id, key: as the back office shows them.
 * reply:          NULL, or receives a reply with the fields of wsy_config.
 *
 * Threads: any. Blocks as long as wsy_open.
 *
 * Returns WSY_OK, WSY_ERR_ACTIVATION_REFUSED (one of them is empty or contains a blank),
 * WSY_ERR_DEVICE_IN_USE (another client of this program is this device; nothing is changed), WSY_ERR_FOLDER,
 * WSY_ERR_HANDLE, WSY_ERR_ARGUMENT or WSY_ERR_TEXT.
 *
 * Pointers:
 * device_id and key are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_set_device(wsy_client *client,
                       const char *device_id,
                       const char *key,
                       wsy_reply **reply);

/*
 * Reads the pay config (section 2): the one in use, or a new one from the platform.
 *
 * refresh: 0 for the config in use, with nothing sent; 1 to read it from the platform now, as the document
 *          asks after changes in the back office.
 * reply:   NULL, or receives a reply with
 *   device_id           this till's device; empty until activated
 *   device_saved        0 if the device's key could not be saved to disk yet, see wsy_activate
 *   config_source       "platform", "file" (the platform could not be reached) or "none"
 *   config_refusal      "device" if the platform does not accept this device or its key, "server" if it has
 *                       moved to a server that is not allowed; nothing is charged until a valid config
 *                       arrives. "key" if the saved key cannot be read: nothing is charged until the till
 *                       is activated again, or opened by the user who sealed it. Empty otherwise
 *   config_refusal_info the platform's sentence, that server, or why the key cannot be read
 *   config_age_s, config_time (Beijing)
 *                       the age of the config in seconds, and when it was read
 *   and every attribute of the platform's response under its own name, such as server, client_name,
 *   license_micropay and payremind_template; and the list "dm_code" of payment types with type, code, name,
 *   coderegex and cancelregex
 *
 * Threads: any. With refresh 1 blocks as long as wsy_open.
 *
 * Returns WSY_OK, WSY_ERR_HANDLE or WSY_ERR_ARGUMENT; with refresh 0 also WSY_ERR_NO_CONFIG; with refresh
 * 1 also WSY_ERR_NOT_ACTIVATED, WSY_ERR_DEVICE_UNREADABLE, WSY_ERR_ACTIVATE_AGAIN,
 * WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE or
 * WSY_ERR_BAD_RESPONSE (also for the config of another device), after which the config in use stays.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_config(wsy_client *client,
                   int32_t refresh,
                   wsy_reply **reply);

/*
 * Reads the platform's clock (section 3).
 *
 * A till whose clock is wrong prints wrong receipts; no verdict depends on it.
 *
 * reply: NULL, or receives a reply with time (14 digits, Beijing) and ahead_s (how many seconds this machine
 *        is ahead of the platform; negative if it is behind).
 *
 * Threads: any. Blocks for at most connect_ms plus twice response_ms.
 *
 * Returns WSY_OK, WSY_ERR_NOT_ACTIVATED, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE,
 * WSY_ERR_BAD_RESPONSE or WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_time(wsy_client *client,
                 wsy_reply **reply);

/*
 * Reads the library's version, such as "0.1.0".
 *
 * buffer, size, needed: see wsy_reply_text; always ASCII.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (size is negative).
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_version(char *buffer, int32_t size, int32_t *needed);

/*
 * Creates an empty list of named values.
 *
 * code_page: WSY_UTF8 or WSY_GBK: the code page of the texts that will be set.
 * params:    receives the list; the caller frees it with wsy_params_free.
 *
 * Threads: any.
 *
 * Returns WSY_OK or WSY_ERR_ARGUMENT (params is NULL, or another code page).
 *
 * Pointers:
 * params is NULL or points to a pointer.
 */
int32_t wsy_params_new(int32_t code_page, wsy_params **params);

/*
 * Sets a named value; replaces an earlier value of the same name.
 *
 * The calls that take a list, such as wsy_open, wsy_micropay and wsy_refund, say which names they accept.
 * The call that gets the list checks its names and values.
 *
 * The list remembers a value that is refused here: every call that gets the list then fails with the same
 * code, and sends nothing, until a value of the same name is set. If the name itself was refused, free the
 * list.
 *
 * name, value: text in the list's code page; copied. An empty value counts as a value.
 *
 * Threads: any, also several on the same list.
 *
 * Returns WSY_OK, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT (name or value is NULL) or WSY_ERR_TEXT.
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
 * Threads: any.
 *
 * Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed list.
 */
int32_t wsy_params_free(wsy_params *params);

/*
 * Charges the customer and waits for the verdict (section 3.1).
 *
 * Writes the intent to the ledger and sends the payment once. Then queries the platform while the customer
 * types a password, or after a lost response, and writes the outcome to the ledger before it returns. To
 * show progress meanwhile, use wsy_micropay_start.
 *
 * out_trade_no: your number of the bill, 1 to 64 visible ASCII characters, kept forever. The same number
 *               with the same amount is charged at most once: called again, it returns the recorded outcome,
 *               or continues to query if that is open. After WSY_NOT_PAID it can be charged again with a new
 *               code.
 * auth_code:    the code from the customer's phone, as the scanner reads it. Ignored: blanks and control
 *               characters around it (STX, ETX, GS, EOT, line ends), an AIM identifier of QR or Code 128
 *               before it, characters without width. Full-width digits are read as digits.
 * total_fen:    the amount in fen (1/100 yuan), 1 to 100000000.
 * params:       NULL, or a list of named values; the caller keeps it:
 *   paytype      a code of the config's dm_code; its coderegex has to match the auth code (default: the one
 *                that matches)
 *   any_code     1: with paytype, do not check its coderegex
 *   info         your own mark for the goods detail; "GS" for form 2 of the document
 *   infoaddo     the goods detail, sent byte for byte, with CRLF line ends
 *   gs1          bar codes separated by commas: makes info and infoaddo of form 2
 *   noremind     1: ask the platform for no receipt; one comes anyway if the outcome has to be queried
 *   tableno, table, staff
 *                for the placeholders {tableno}, {table} and {staff} of the config's templates: kept with
 *                the charge for its receipts (wsy_find_receipt), not sent. One name for the table is enough;
 *                staff defaults to operator_id
 *   deadline_ms  replaces the client's deadline_ms: 1 to 3600000
 *   insist       "may_charge_twice": charge a new code although an earlier charge of this bill is undecided
 *   any other    is signed and sent unchanged, such as dic_amount or operator_id (which names the cashier
 *                and is kept in the ledger). A name that is almost one of the library's, such as noremnid,
 *                or that stands for an argument of the call, such as total_fee, is refused as a slip; if it
 *                is meant, write extra:noremnid
 * reply:        NULL, or receives a reply with the fields of a charge, see wsy_find.
 *
 * Threads: any. Blocks until the verdict, at most 3 s longer than deadline_ms. If no config is known yet, it
 * first reads one, for at most connect_ms plus twice response_ms.
 *
 * Returns
 *   WSY_PAID      the money was taken: this amount, this order. Hand over the goods. Returned once per bill,
 *                 also where an earlier call took the money and nobody received that verdict. With
 *                 paid_late = 1 the bill was reported as not paid before: if the customer has since paid in
 *                 another way, refund this payment, and do not hand over the goods twice.
 *   WSY_PAID_EARLIER  the bill was already reported as paid (first_told says when), or was paid with another
 *                 code. This call charged nobody. Do not hand over the goods again. If first_told is empty,
 *                 that payment has not been reported yet: see the list "unfinished" of wsy_unresolved, and
 *                 call wsy_settle.
 *   WSY_NOT_PAID  no money was taken, and none will be.
 *   WSY_UNKNOWN   money may have been taken, by this charge or an earlier one of the bill. Do not hand over
 *                 goods; do not charge again. wsy_settle or wsy_recover finds out.
 *   WSY_DECIDED   a person decided the outcome (wsy_decide). This call charged nobody.
 * or an error, after which nothing was sent: WSY_ERR_NOT_SENT, WSY_ERR_AUTH_CODE, WSY_ERR_AUTH_CODE_USED,
 * WSY_ERR_AMOUNT, WSY_ERR_AMOUNT_NOT_ALLOWED, WSY_ERR_AMOUNT_DIFFERS, WSY_ERR_OUT_TRADE_NO,
 * WSY_ERR_STILL_OPEN, WSY_ERR_ALREADY_REFUNDED, WSY_ERR_REFUND_OPEN, WSY_ERR_PAY_TYPE, WSY_ERR_NOT_LICENSED,
 * WSY_ERR_NOT_ACTIVATED, WSY_ERR_ACTIVATE_AGAIN, WSY_ERR_NO_CONFIG, WSY_ERR_PARAM, WSY_ERR_OPTIONS,
 * WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
 * Refunds all or part of a bill and waits for the verdict (section 3.3).
 *
 * Reads the bill, writes the intent to the ledger, sends the refund once, and reads the bill again: that is
 * the only proof. The platform offers no query for a refund, and no key that would keep it from refunding
 * twice.
 *
 * out_refund_no: your number of the refund, 1 to 64 visible ASCII characters, not beginning with void-, kept
 *                forever; sent at most once. Called again with the same bill and amount, it returns the
 *                recorded outcome, or reads the bill again if that is open.
 * out_trade_no:  the bill, if it is of this till; otherwise NULL.
 * dm_id:         the platform's order; NULL for that of out_trade_no. If both are given they must belong
 *                together. It may be written as people type it: with or without its "dm", as receipts print
 *                it, in capitals, with blanks around it. It may also be the channel's transaction (pay_id)
 *                of a payment of this till, as customers' receipts show it. An order of this till is always
 *                accepted; any other number has to match a cancelregex of the config, otherwise
 *                WSY_ERR_DM_ID. While no config is known, or it has a cancelregex that is empty or cannot be
 *                read here, no number is rejected for its form.
 * refund_fen:    the amount in fen, 1 to 100000000.
 * params:        NULL, or a list: deadline_ms; paytype, a code of the config's dm_code, sent only if given,
 *                as in the document's sample (section 3.3); any_number (1: accept dm_id as it is, whatever
 *                cancelregex says); any other parameter is signed and sent, unless its name looks like a
 *                slip, see wsy_micropay.
 * reply:         NULL, or receives a reply with the fields of a refund, see wsy_find_refund; and the lists
 *                "response" and "paylist" and canvas, see wsy_find: the platform's response to the refund
 *                itself, such as type_id and total.
 *
 * Threads: any. Blocks until the verdict, at most 5 s longer than deadline_ms.
 *
 * Returns
 *   WSY_REFUNDED      the bill shows the refund.
 *   WSY_NOT_REFUNDED  the bill does not show it, and will not. To try again, use a new number. A refund that
 *                     the platform has accepted never ends this way. One that it neither accepted nor
 *                     declined for good does so after refund_quiet_ms.
 *   WSY_UNKNOWN       it may have been made. Call again with the same number, or call wsy_recover. If state
 *                     is "conflict", the bill cannot tell (another refund has the same amount), and a person
 *                     has to check.
 *   WSY_DECIDED       a person decided the outcome (wsy_decide_refund).
 * or an error, after which no refund was sent: WSY_ERR_NOT_SENT, WSY_ERR_OUT_REFUND_NO, WSY_ERR_AMOUNT,
 * WSY_ERR_DM_ID, WSY_ERR_REFUND_TOO_MUCH (see refundable_fen; if all that was charged has been refunded
 * elsewhere, the bill counts as refunded from then on), WSY_ERR_REFUND_DIFFERS, WSY_ERR_REFUND_OPEN,
 * WSY_ERR_NO_BILL, WSY_ERR_BILL_LACKS_REFUND (the bill does not show a refund that is known here),
 * WSY_ERR_BILL_NOT_PAID (also if dm_id belongs to an open bill of this till), WSY_ERR_NO_RESPONSE,
 * WSY_ERR_REFUSED, WSY_ERR_NOT_ACTIVATED, WSY_ERR_PAY_TYPE (paytype), WSY_ERR_PARAM, WSY_ERR_OPTIONS,
 * WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT, WSY_ERR_HANDLE or
 * WSY_ERR_SERVER_NOT_ALLOWED (the order was charged at a server that is no longer allowed).
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
 * Undoes a bill of this till: settles it, and refunds what is left of each of its orders that was paid.
 *
 * May be repeated until it is decided; it refunds once. The wish to void the bill stays on record, even
 * across a power cut and after WSY_NOT_REFUNDED, until the bill is voided or a person decides otherwise
 * (wsy_decide, wsy_decide_refund). Until then wsy_micropay and wsy_settle return WSY_ERR_REFUND_OPEN for the
 * bill, and wsy_unresolved lists it.
 *
 * out_trade_no: the number of the bill.
 * params:       NULL, or a list with deadline_ms: the time for settling, and again for refunding.
 * reply:        NULL, or receives a reply with the fields of the refund (wsy_find_refund), or of the charge
 *               (wsy_find) if there was nothing to refund.
 *
 * Threads: any. Blocks until the verdict, at most 5 s longer than twice deadline_ms.
 *
 * Returns
 *   WSY_REFUNDED      the bill was paid, and the money of all its orders went back.
 *   WSY_NOT_PAID      the bill was not paid; there is nothing to void.
 *   WSY_NOT_REFUNDED  the bill was paid, and the platform did not refund it: the money is still taken. The
 *                     bill is still to be voided, and wsy_unresolved lists it. Call again to try another
 *                     refund, or call wsy_decide with "keep" or "paid" to leave it as it is.
 *   WSY_UNKNOWN       undecided; call again later.
 *   WSY_DECIDED       a person decided the outcome of the bill; nothing is voided.
 * or an error of wsy_settle or wsy_refund, after which no refund was sent. If one of several orders was
 * refunded and another could not be, the code is WSY_UNKNOWN, with the refund that was made.
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
 * Starts what wsy_void does, and returns at once.
 *
 * Poll or wait for the verdict, and show wsy_payment_text meanwhile. The wish to void the bill is on record
 * when this returns; a cancel only stops the waiting.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The other parameters are as for wsy_void.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING (started) or an error of wsy_void, after which nothing was sent.
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
 * Finds out the outcome of a bill of this till. Only queries the platform; never charges.
 *
 * A bill that is already decided is reported from the ledger, with nothing sent.
 *
 * out_trade_no: the number of the bill.
 * params:       NULL, or a list with deadline_ms.
 * reply:        NULL, or receives a reply with the fields of a charge, see wsy_find.
 *
 * Threads: any. Blocks until the verdict, at most 3 s longer than deadline_ms.
 *
 * Returns WSY_PAID, WSY_PAID_EARLIER, WSY_NOT_PAID, WSY_UNKNOWN or WSY_DECIDED as wsy_micropay does (see
 * there about paid_late); or WSY_ERR_NO_BILL, WSY_ERR_ALREADY_REFUNDED (paid, and then refunded in full by
 * this till, or elsewhere, as wsy_refund or wsy_void found), WSY_ERR_REFUND_OPEN (a refund or a void of it
 * is undecided), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT,
 * WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_settle(wsy_client *client,
                   const char *out_trade_no,
                   const wsy_params *params,
                   wsy_reply **reply);

/*
 * Starts what wsy_settle does, and returns at once.
 *
 * Poll or wait for the verdict, and show wsy_payment_text meanwhile. A cancel only stops the waiting.
 * wsy_payment_void undoes the bill, as it does for a charge.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The other parameters are as for wsy_settle.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING (started, or already on record: wsy_payment_poll returns the verdict) or an error of
 * wsy_settle.
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
 * Settles every open charge and refund, such as after a crash or a power cut.
 *
 * It sends queries only, never a charge or a refund, and may be repeated. A charge that a crash interrupted
 * needs a little more than twice quiet_ms, summed over calls and starts. A till that is opening its shop
 * should not wait that long: call wsy_recover_start. This does not finish an interrupted wsy_void, which
 * would send a refund: wsy_unresolved lists that bill, and wsy_void finishes it.
 *
 * params: NULL, or a list with deadline_ms: the time for all of them together.
 * reply:  NULL, or receives a reply with the lists "charge" and "refund" (the fields of wsy_find and
 *         wsy_find_refund) of everything that was open, as it is now; settled and open: how many of them are
 *         decided and undecided; and the list "unfinished" (see wsy_unresolved), with its count.
 *
 * Threads: any. Blocks until all are decided, at most 3 s longer than deadline_ms.
 *
 * Returns WSY_OK (also if some are still open: see open), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS,
 * WSY_ERR_LEDGER or WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_recover(wsy_client *client,
                    const wsy_params *params,
                    wsy_reply **reply);

/*
 * Starts a recovery as wsy_recover does, and returns at once, so that the shop can open.
 *
 * Call it after each wsy_open, and keep selling. wsy_payment_text reports the progress; wsy_payment_poll and
 * wsy_payment_wait return the reply of wsy_recover once it has ended. A cancel ends it with what is settled
 * by then.
 *
 * While it works on a bill, wsy_micropay, wsy_settle and wsy_void for that bill return WSY_ERR_BUSY, and so
 * does wsy_refund for its order. All other bills are charged and refunded as usual.
 *
 * params:  as for wsy_recover.
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING (started) or an error of wsy_recover.
 *
 * Pointers:
 * payment and reply are NULL or point to a pointer.
 */
int32_t wsy_recover_start(wsy_client *client,
                          const wsy_params *params,
                          wsy_payment **payment,
                          wsy_reply **reply);

/*
 * Starts a charge as wsy_micropay does, and returns at once.
 *
 * Poll or wait for the verdict, and show wsy_payment_text meanwhile. The call checks everything that
 * wsy_micropay checks before it sends. Then a thread of the library takes over, and ends with the payment.
 * If no config is known yet, that thread also does the checks.
 *
 * payment: receives the payment; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The other parameters are as for wsy_micropay.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING (started, or already on record: wsy_payment_poll returns the verdict), or an error of
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
 * Starts a refund as wsy_refund does, and returns at once.
 *
 * It cannot be voided with wsy_payment_void. If the parameter paytype is given and no config is known yet,
 * the thread that takes over reads one and does the checks. Otherwise as
 * wsy_micropay_start, with the errors of wsy_refund.
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
 * Reports whether a started payment has ended, without waiting.
 *
 * May be repeated; once there is an outcome, it stays the same. A charge or settling that ended as WSY_PAID
 * reports WSY_UNKNOWN instead if the first poll comes after its client was closed, after a person decided
 * the bill, or after the bill was voided or refunded or is about to be. wsy_settle then reports where it
 * stands.
 *
 * reply: NULL, or receives the reply of the call that was started (of wsy_micropay for wsy_micropay_start;
 *        of wsy_void after wsy_payment_void) once it has ended, and NULL before.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING until it has ended, then the code that the call would have returned; or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_payment_poll(wsy_payment *payment,
                         wsy_reply **reply);

/*
 * Waits until a started payment has ended, for at most timeout_ms.
 *
 * A program with one thread can call it with a short time between two updates of its screen.
 *
 * timeout_ms: 0 to 3600000.
 * reply:      as for wsy_payment_poll.
 *
 * Threads: any. Blocks for at most timeout_ms.
 *
 * Returns as wsy_payment_poll, or WSY_ERR_ARGUMENT.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_payment_wait(wsy_payment *payment, int32_t timeout_ms, wsy_reply **reply);

/*
 * Reads a short text for the cashier about the progress of a started payment.
 *
 * Such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒", with the platform's last sentence, cut to
 * 40 characters, or "正在查清上次未完成的单，3/30，还剩 25 秒". It changes as the work progresses, and is
 * not a verdict.
 *
 * language:             WSY_ZH or WSY_EN.
 * buffer, size, needed: see wsy_reply_text.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
 * Stops waiting for a started payment; does not undo it.
 *
 * What was not sent is never sent (WSY_ERR_CANCELLED). What may have been taken is reported as WSY_UNKNOWN
 * and stays open in the ledger. To void a payment, use wsy_payment_void.
 *
 * A recovery ends with what it has settled by then. A void stops too, also one that wsy_payment_void
 * started: the bill stays on record as to be voided, wsy_unresolved lists it, and wsy_void or
 * wsy_payment_void continues. A print ends at once as WSY_ERR_PRINTER_OFFLINE, and the receipt may still
 * come out.
 *
 * Threads: any. Returns at once; the payment ends after the exchange in progress, so keep polling or
 * waiting.
 *
 * Returns WSY_OK (also if it has already ended) or WSY_ERR_HANDLE.
 */
int32_t wsy_payment_cancel(wsy_payment *payment);

/*
 * Undoes the bill of a started charge or settling, whether that is in progress or has ended.
 *
 * Settles the bill, and refunds it if it turns out to be paid. The payment (from wsy_micropay_start or
 * wsy_settle_start) is then pending again. It ends as wsy_void would, but with WSY_VOIDED instead of
 * WSY_REFUNDED: WSY_PAID is the only positive code of a charge.
 *
 * When this returns WSY_OK, the wish to void the bill is on record, or nothing of it is charged: a charge
 * that was not yet sent is never sent. A later wsy_payment_cancel stops the waiting: if the bill is not
 * voided by then, the payment ends as WSY_UNKNOWN, and the bill remains to be voided.
 *
 * Threads: any. Returns at once.
 *
 * Returns WSY_OK, WSY_ERR_ARGUMENT (something else was started), WSY_ERR_LEDGER (the bill is not voided) or
 * WSY_ERR_HANDLE (also if the client is closed).
 */
int32_t wsy_payment_void(wsy_payment *payment);

/*
 * Frees a started payment; does not undo or stop it.
 *
 * If it has not ended, it continues by itself, and its outcome is recorded. A thread that is waiting for it
 * keeps waiting and gets the outcome.
 *
 * Threads: any.
 *
 * Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed payment.
 */
int32_t wsy_payment_free(wsy_payment *payment);

/*
 * Asks the platform once about the payment of an auth code (section 3.2.1). Does not write to the ledger.
 *
 * The reply is for information and is not a verdict. Hand over goods only on the result of wsy_micropay or
 * wsy_settle: they query until the outcome is certain, and know what was already reported and refunded.
 *
 * auth_code: the code that was charged.
 * total_fen: the amount in fen that the payment should have.
 * params:    NULL, or a list: paytype, noremind (1: no receipt); any other parameter is signed and sent.
 * reply:     NULL, or receives a reply with state, every attribute of the response under its own name (ok,
 *            info, total, pay_type, pay_time, dm_id, pay_id, ...), paytype, pay_name, total_fen, printinfo
 *            and receipt. An attribute that has the name of one of the library's own fields is only in the
 *            list "response", which has all attributes; for that list, the list "paylist" and canvas see
 *            wsy_find. The values of state:
 *   was_paid      it was paid with this amount; wsy_read_bill says whether it has been refunded since
 *   was_refunded  it was paid, and the platform says that money went back. The call then also reads the bill
 *                 (section 3.4), which adds pay_total_fen, refunded_fen, refundable_fen, pay_total,
 *                 refund_total and the list "pay" of wsy_read_bill. If that fails they are missing, and
 *                 detail says why
 *   paying        the customer is still paying
 *   failed        this very order failed (only from wsy_query_order)
 *   differs       the amount or the order is another one; or the platform says that it was refunded, but its
 *                 bill shows no refund; or the response contradicts itself about the amount (total in yuan,
 *                 total_fee of paylist in fen). detail says which
 *   not_known     failed, or not there, or not there yet: one response cannot tell
 *
 * Threads: any. Blocks for at most connect_ms plus twice response_ms, and as long again if it reads a bill.
 *
 * Returns WSY_OK (read state), WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE, WSY_ERR_BAD_RESPONSE,
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
 * Asks the platform once about one of its orders (section 3.2.2). Does not write to the ledger.
 *
 * dm_id:  the platform's order, as a receipt prints it, as for wsy_refund.
 * params: as for wsy_query_auth_code, and any_number, as for wsy_refund.
 * The rest is as for wsy_query_auth_code, except that it may also return WSY_ERR_DM_ID, as wsy_refund does,
 * and WSY_ERR_LEDGER, and does not return WSY_ERR_AUTH_CODE.
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
 * params:              NULL, or a list: any_number, as for wsy_refund; any other parameter is signed and
 *                      sent.
 * reply:               NULL, or receives a reply with dm_id, pay_total_fen (paid), refunded_fen,
 *                      refundable_fen, adds_up, pay_total and refund_total (in yuan; refund_total is
 *                      negative, as in the document), paytype, pay_type (a number) and pay_name (the
 *                      pay_type at the top of the response), pay_time, pay_id (the channel's transaction,
 *                      from the top or from the payment's line) and no; the list "response", whose one item
 *                      has all attributes of the top under their own names; and the list "pay" of all
 *                      payments and refunds: pay_type, pay_name, pay_total_fen (negative for a refund),
 *                      pay_total, pay_time, pay_id (of a refund: the platform's number of it, which
 *                      wsy_find_refund calls refund_id) and the line's other attributes.
 *
 * Threads: any. Blocks for at most connect_ms plus twice response_ms.
 *
 * Returns WSY_OK, WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT,
 * WSY_ERR_NO_RESPONSE, WSY_ERR_BAD_RESPONSE, WSY_ERR_NOT_ACTIVATED, WSY_ERR_SERVER_NOT_ALLOWED,
 * WSY_ERR_PARAM, WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
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
 * Asks the platform again for the receipt of a bill (section 3.5).
 *
 * out_trade_no, dm_id: which bill, as for wsy_refund.
 * params:              NULL, or a list: any_number, as for wsy_refund; custom_series, a number that the
 *                      document calls the series and does not explain, 0 to 2147483647 (default 0).
 * reply:               NULL, or receives a reply with printinfo and receipt (as bytes:
 *                      wsy_reply_receipt_bytes).
 *
 * Threads: any. Blocks for at most connect_ms plus twice response_ms.
 *
 * Returns WSY_OK; WSY_ERR_NO_RECEIPT if the platform has none or cannot be reached (printinfo and receipt
 * are then those that the ledger stored, if any); WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID,
 * WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_OPTIONS, WSY_ERR_LEDGER,
 * WSY_ERR_TEXT or WSY_ERR_HANDLE.
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
 * Starts what wsy_reprint does, and returns at once.
 *
 * Poll or wait for the reply. A cancel ends it at once as WSY_ERR_CANCELLED.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The other parameters are as for wsy_reprint.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING (started), WSY_ERR_OPTIONS, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
 * Reads a bill of this till from the ledger. Sends nothing.
 *
 * out_trade_no: the number of the bill.
 * reply:        NULL, or receives a reply with the fields of the last attempt; the list "charge": every
 *               attempt on the bill, oldest first; and the list "decision": what people decided about the
 *               bill, each with out_trade_no, attempt or out_refund_no, decision, decided_by, why and
 *               decided. The fields of a charge:
 *   out_trade_no, attempt (starting at 1)
 *   state         "open" (undecided), "paid", "not_paid" or "not_sent"; "decided_paid" or "decided_not_paid"
 *                 where a person decided it, see wsy_decide
 *   total_fen, total (in yuan)
 *   paytype       the paytype that was sent, a code of the config such as o2o_dm_code_wxpaysub
 *   pay_type      the platform's number of that payment type, such as 4: from its response, or from the
 *                 config until then
 *   pay_name      its name, such as 微信: paymode of the response, or from the config
 *   auth_code     masked except for its first two and last four digits
 *   dm_id         the platform's order; empty while it is not known
 *   pay_id        the channel's transaction
 *   pay_time      the platform's time of the payment (Beijing)
 *   openid        the customer's id in the wallet
 *   reason        the platform's sentence, or why the charge ended this way
 *   printinfo     the receipt as it came, with escapes; receipt: as plain lines; as bytes:
 *                 wsy_reply_receipt_bytes
 *   started, ended  this till's time of the intent and of the outcome (Beijing)
 *   day           the day of the intent, such as 2026-11-22, by the platform's clock where that is known, as
 *                 this till's may be wrong
 *   ended_day     the day of the outcome; never a day that was closed before it, see wsy_close_day. Empty
 *                 while the charge is open
 *   told          this till's time at which a call reported it as paid (WSY_PAID); empty if it is not paid,
 *                 or not reported yet
 *   paid_late     1: found to be paid after it was reported as not paid (state stays "not_paid"), see
 *                 wsy_reconcile; else 0
 *   needs_person  what a person has to check; empty for nothing
 *   device_id     the device that charged
 *   operator_id   the parameter operator_id of the charge, which names the cashier; empty for none
 *
 * A reply of wsy_micropay, wsy_settle and similar calls also has the platform's response to that call:
 *   "response"      a list whose one item has all attributes of the last response under their own names (ok,
 *                 info, total, pay_type, no, remark, openid and any others; wsy_reply_item_name lists them)
 *   "paylist"     a list of its pay elements (id, device_id, no, tabno, company, opentime, paymode, user,
 *                 total_fee, time and others)
 *   canvas        the pop-up of the platform's own client as XML; as lines: wsy_reply_canvas_text; as a
 *                 picture: wsy_reply_canvas_png
 * These three are empty where this call got no response. Such a reply also has:
 *   first_told    when the bill was first reported as paid
 *   recorded      1: it was on record before the call, which sent nothing
 *   refunded_fen  how much of it was refunded, as this till knows or a person decided
 *   paid_attempts 2 or more: the customer has paid more than once, after you insisted or because an earlier
 *                 code was paid late; refund the other orders
 *
 * Threads: any.
 *
 * Returns WSY_OK (not a verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER, WSY_ERR_TEXT,
 * WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find(wsy_client *client,
                 const char *out_trade_no,
                 wsy_reply **reply);

/*
 * Reads a refund of this till from the ledger. Sends nothing.
 *
 * out_refund_no: the number of the refund.
 * reply:         NULL, or receives a reply with the fields of a refund:
 *   out_refund_no
 *   out_trade_no  the bill; empty if it is not of this till
 *   dm_id         the platform's order
 *   state         "open" (undecided), "refunded", "not_refunded", "not_sent" or "conflict" (a person has to
 *                 check); "decided_refunded" or "decided_not_refunded" where a person decided it, see
 *                 wsy_decide_refund
 *   refund_fen, refund (in yuan)
 *   paytype, pay_type, pay_name
 *                 the payment type of its charge, as for a charge; for an order of another till, the
 *                 platform's values
 *   pay_id        the channel's transaction from the response to the refund; empty if that was lost
 *   refund_id     the platform's number of the refund: pay_id of its line in the bill
 *   pay_time      the platform's time of that line
 *   reason        the platform's sentence, or why the refund ended this way
 *   needs_person  what a person has to check: for a conflict, and for a refund that is still undecided after
 *                 24 hours in which the ledger was open; empty for nothing
 *   operator_id   the parameter operator_id of the refund; empty for none
 *   printinfo, receipt, started, ended, day, ended_day, device_id  as for a charge
 *
 * Threads: any.
 *
 * Returns WSY_OK (not a verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER, WSY_ERR_TEXT,
 * WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_refund_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find_refund(wsy_client *client,
                        const char *out_refund_no,
                        wsy_reply **reply);

/*
 * Reads a day's charges, refunds and totals from the ledger. Sends nothing.
 *
 * Lists the charges and refunds that started or ended on the day, and the charges that were reported as not
 * paid and found on that day to be paid.
 *
 * day:   such as "2026-11-22", in Beijing time; NULL for today.
 * reply: NULL, or receives a reply with day, the lists "charge" and "refund", oldest first, and open: how
 *        many of these are undecided now. The totals are those of the outcomes of that day (ended_day),
 *        whenever they started:
 *   paid_fen, refunded_fen
 *               the amounts paid and refunded, also as decided by a person (decided_paid, decided_refunded)
 *   "wallet"    a list: count, paid_fen and refunded_fen for each paytype. A refund counts for its charge's
 *               paytype, or for the empty one if its bill was not known to this ledger when it was refunded
 *   "operator"  a list: the same for each operator_id, which is empty for outcomes without one
 *   "state"     a list: the same for each state of a charge or refund, and for "paid_late": found to be paid
 *               after it was reported as not paid (which stays counted), see wsy_reconcile. Not counted:
 *               what was never sent, and what has no known outcome ("open", "conflict")
 *   closed      when the day was closed (Beijing), see wsy_close_day; empty until then
 *   closed_by   who closed it
 *   "decision"  a list: the decisions that people made on that day; decisions: how many
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_ARGUMENT (not a day), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * day is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_day(wsy_client *client,
                const char *day,
                wsy_reply **reply);

/*
 * Closes a day: fixes its outcomes and their totals. Sends nothing.
 *
 * A later outcome, from wsy_settle, wsy_recover, a person's decision or any other call, counts for the day
 * after. Earlier days that were never closed are closed too. Payments continue as before, even on a closed
 * day.
 *
 * A closed day stays closed: calling again returns the same totals, with the time and the person of the
 * first call. Closing does not wait for what is open: see the field open, and call wsy_recover first to
 * reduce it.
 *
 * day:   such as "2026-11-22", in Beijing time; NULL for today.
 * by:    who closes it, such as a cashier's name or number; must not be empty.
 * reply: NULL, or receives a reply with the fields of wsy_day.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_DAY_NOT_OVER (the day is in the future; today can be closed), WSY_ERR_ARGUMENT
 * (not a day, or by is empty), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * day and by are NULL or NUL-terminated strings; reply is NULL or points to a pointer.
 */
int32_t wsy_close_day(wsy_client *client,
                      const char *day,
                      const char *by,
                      wsy_reply **reply);

/*
 * Moves old bills from the ledger to its archive, so that the ledger does not grow forever. Sends
 * nothing but a query of the platform's time, if that is not known yet: this machine's clock may be wrong.
 *
 * A bill moves with all its attempts, refunds, alarms and decisions if nothing of it is undecided or waits
 * for a person, wsy_reconcile has compared all of it, and nothing happened to it after the day. Nothing is
 * forgotten: every call finds an archived bill as before and takes it back into the ledger; its number, and
 * those of its refunds, cannot be used for anything else. The auth codes of archived bills are removed.
 *
 * The archive is archive.db in the data folder. It belongs to the ledger: copy, move and back up the folder
 * as a whole. Without it the till goes on selling, folder_doubt of wsy_open says "archive", and calls about
 * what was archived return WSY_ERR_ARCHIVE. Only auth codes and order numbers of archived bills are then not
 * recognised.
 *
 * Bills move only while no other call and no started payment is in progress; other calls wait for a moment.
 * Call it once a month, say, after wsy_close_day and wsy_reconcile, while nobody is paying. A crash at any
 * moment loses nothing; calling again continues.
 *
 * day:   the last day to archive, such as "2026-08-31", in Beijing time; NULL for 90 days ago. It has to be
 *        closed, and at least 90 days ago: late captures, refunds and reconciliations come before that.
 * reply: NULL, or receives a reply with the fields day, archived (how many bills moved), stayed (how many of
 *        those days did not, see wsy_unresolved, wsy_alarms and wsy_reconcile) and ledger_bytes (the size of
 *        the ledger afterwards)
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_DAY_NOT_ARCHIVABLE, WSY_ERR_ARGUMENT (not a day), WSY_ERR_ARCHIVE (the file cannot
 * be read or written), WSY_ERR_BUSY (another call is in progress), WSY_ERR_CANCELLED (the client is being
 * closed), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE. Whatever moved before an error stays archived.
 *
 * Pointers:
 * day is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_archive(wsy_client *client,
                    const char *day,
                    wsy_reply **reply);

/*
 * Lists the charges and refunds that are undecided or need a person. Sends nothing.
 *
 * reply: NULL, or receives a reply with these lists, oldest first:
 *   "charge", "refund"
 *                the charges and refunds that are undecided, the refunds that need a person, and the charges
 *                of bills that wsy_void was called for and has not voided yet; open: how many there are in
 *                both lists. wsy_recover settles those in state "open". Only a person can resolve those in
 *                state "conflict". A charge in another state is of a bill that is to be voided: wsy_void
 *                finishes it
 *   "unfinished" the charges of paid bills whose verdict may not have reached anybody: wsy_recover or a void
 *                found it, the handle was freed, or the program ended just after it was reported;
 *                unfinished: how many. Check whether the goods were handed over, and call wsy_settle, which
 *                returns WSY_PAID if that was never reported and WSY_PAID_EARLIER if it was. Either removes
 *                the entry, and so does wsy_decide
 * What the library leaves undecided, a person can decide with wsy_decide and wsy_decide_refund.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_unresolved(wsy_client *client,
                       wsy_reply **reply);

/*
 * Records a person's decision about a charge that the library cannot settle. Sends nothing.
 *
 * The library decides by the platform's responses alone. Where they do not decide, a person looks in the
 * back office and says what became of the payment. The charge may be undecided, a payment that is to be
 * voided, or one whose verdict may not have reached anybody.
 *
 * out_trade_no: the number of the bill.
 * attempt:      which attempt on it, as wsy_find and wsy_unresolved list them; 0 for the only one that
 *               awaits a decision.
 * decision:     "paid": the money was taken, and the goods are handed over or will be. The bill is closed:
 *               it is never reported as WSY_PAID after that and cannot be charged again. To refund it later,
 *               give wsy_refund its dm_id instead of out_trade_no, which would return WSY_ERR_BILL_NOT_PAID.
 *               "not_paid": the money was not taken. The attempt is closed, and the bill can be charged with
 *               a new code.
 *               "keep": the charge stays as it is, and the library continues to query it. A bill that was to
 *               be voided no longer is.
 * by:           who decides, such as a name or a number; must not be empty.
 * why:          the reason, such as what the back office shows; must not be empty.
 * reply:        NULL, or receives a reply with the fields of the charge (wsy_find).
 *
 * A decision ends the wish to void the bill (wsy_void); "not_paid" ends it only where nothing else of the
 * bill is paid or open. From then on wsy_micropay and wsy_settle return WSY_DECIDED where the decision
 * answers them. wsy_reconcile still asks the platform, and raises an alarm if it disagrees. The decision is
 * kept forever; wsy_find and wsy_day list it.
 *
 * Threads: any.
 *
 * Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (until the charge's quiet time is
 * over: quiet_ms, or twice that after a crash); WSY_ERR_NOT_OPEN (already decided, or the decision does not
 * fit, such as "not_paid" where the platform has reported it as paid and only the ledger could not record
 * that: call wsy_settle); WSY_ERR_STILL_OPEN (several attempts await a decision: name one); WSY_ERR_NO_BILL,
 * WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
 * Records a person's decision about a refund that is undecided or in conflict. Sends nothing.
 *
 * Otherwise as wsy_decide.
 *
 * out_refund_no: the number of the refund; wsy_unresolved lists that of a void.
 * decision:      "refunded": the money went back. This ends the wish to void the bill where nothing else of
 *                the bill is paid or open.
 *                "not_refunded": the money did not go back, and will not. It can be refunded again under a
 *                new number. If the refund was that of a void, this ends the wish to void the bill.
 *                "keep": the refund stays as it is.
 * by, why:       who decides, and the reason; must not be empty.
 * reply:         NULL, or receives a reply with the fields of the refund (wsy_find_refund).
 *
 * Threads: any.
 *
 * Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (refund_quiet_ms);
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
 * Compares a day of the ledger with the platform and reports the differences.
 *
 * Asks the platform about each charge and refund of the day. What was reported before does not change. If a
 * verdict turns out to be wrong (such as a bill reported as not paid that was paid later), or a person's
 * decision does, the call raises an alarm, which stays until it is acknowledged; see wsy_alarms.
 *
 * A bill that was reported as not paid and is found to be paid counts as paid from then on, but its state
 * and the totals of its day stay; wsy_settle returns WSY_PAID for it once. First check how the sale ended:
 *   - The customer paid again, in cash or with another code: refund the order in dm_id.
 *   - The goods were handed over and nothing else was paid: book it as paid, and acknowledge the alarm.
 *   - The goods were not handed over: hand them over, or refund it.
 *
 * wsy_void refunds every payment of the bill.
 *
 * The day's charges and refunds are those that started or ended on it, those that the platform's own times
 * (pay_time) put there, and any of any day that no reconciliation has asked the platform about yet. So a
 * till whose clock was wrong misses nothing.
 *
 * day:   such as "2026-11-22", in Beijing time; NULL for today.
 * reply: NULL, or receives a reply with
 *   day
 *   asked          how many orders and attempts the platform answered about
 *   unanswered     how many bills it gave no usable response about
 *   paying         how many bills the customer is still paying, according to the platform
 *   differences, alarms  how many there are
 *   paid_fen, refunded_fen
 *                  the sums of the ledger's payments and refunds of the day by the platform's times, to
 *                  compare with the back office's figures of that day
 *   ended_early    1: the platform answered none of the first 3 queries, or none of 10 in a row later on.
 *                  The call then stops and lists the rest as unanswered
 *   "unanswered", "paying"
 *                  lists with out_trade_no (or the dm_id of a bill that is not of this till) and reason
 *   "difference"   a list with
 *     kind         "paid_there" (reported or decided as not paid, but the platform has the money),
 *                  "paid_not_there" (reported or decided as paid, but the platform has no such payment),
 *                  "amount_differs", "refund_not_there" (reported or decided as refunded, but the bill shows
 *                  less), "refund_there" (reported or decided as not refunded, but the bill shows such a
 *                  refund), "maybe_paid_there" (reported as not paid, but the customer's code has paid an
 *                  order that the platform does not attribute to anyone, or one of another amount),
 *                  "refunded_elsewhere" (the back office or another till refunded) or "undecided"
 *     out_trade_no, out_refund_no, dm_id
 *     here_fen, here, there_fen, there
 *                  the amounts on record and at the platform, in fen and in yuan
 *     message_zh, message_en
 *                  for the cashier: what it means and what to do
 *     hint_zh, hint_en
 *                  for the programmer: which call or field comes next
 *
 * Threads: any. Blocks for at most connect_ms plus twice response_ms for each bill; twice that for one that
 * was reported as not paid; and three times all that plus twice poll_ms for one that an alarm is raised
 * about. To show progress, use wsy_reconcile_start.
 *
 * Returns WSY_OK (also with differences: read their number); WSY_ERR_NO_RESPONSE (some bills got no
 * response; the reply holds the results of the others); WSY_ERR_REFUSED (the platform refuses this till: it
 * refused the first queries, or the last 10 in a row; the reply is the same, with info);
 * WSY_ERR_NOT_ACTIVATED, WSY_ERR_LEDGER, WSY_ERR_CANCELLED (the client was closed), WSY_ERR_ARGUMENT (not a
 * day), WSY_ERR_TEXT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * day is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_reconcile(wsy_client *client,
                      const char *day,
                      wsy_reply **reply);

/*
 * Starts a reconciliation as wsy_reconcile does, and returns at once.
 *
 * wsy_payment_text reports the progress. wsy_payment_poll and wsy_payment_wait return WSY_PENDING until it
 * has ended, and then what wsy_reconcile would have returned. wsy_payment_cancel ends it before the next
 * bill.
 *
 * day:     as for wsy_reconcile.
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING (started) or an error.
 *
 * Pointers:
 * day is NULL or a NUL-terminated string; payment and reply are NULL or point to a pointer.
 */
int32_t wsy_reconcile_start(wsy_client *client,
                            const char *day,
                            wsy_payment **payment,
                            wsy_reply **reply);

/*
 * Reads the alarms that nobody has acknowledged. Sends nothing.
 *
 * An alarm means that a verdict was wrong: the till reported one thing, and the platform has since done
 * another.
 *
 * reply: NULL, or receives a reply with alarms: how many there are; and the list "alarm", oldest first, with
 *        id, raised (Beijing time), and kind, out_trade_no, dm_id, here_fen, here, there_fen, there,
 *        message_zh, message_en, hint_zh and hint_en as in a difference of wsy_reconcile.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
 *
 * Pointers:
 * reply is NULL or points to a pointer.
 */
int32_t wsy_alarms(wsy_client *client,
                   wsy_reply **reply);

/*
 * Acknowledges an alarm: a person has seen it and has done what was necessary.
 *
 * It is not listed again. The ledger keeps it, with the time and the person.
 *
 * alarm_id: the alarm's id from wsy_alarms.
 * by:       the person, such as a cashier's name or number; must not be empty.
 * reply:    NULL, or receives a reply.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_ALARM, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
 *
 * Pointers:
 * by is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_acknowledge(wsy_client *client, int32_t alarm_id, const char *by, wsy_reply **reply);

/*
 * Reads the code that the call behind a reply returned.
 *
 * Threads: any.
 *
 * Returns that code, or WSY_ERR_HANDLE.
 */
int32_t wsy_reply_code(const wsy_reply *reply);

/*
 * Reads a field as text. All functions that return text work like this one.
 *
 * A character that GBK does not have is written as "?".
 *
 * name:   the field's name.
 * buffer: receives the text in the client's code page, NUL-terminated and never cut inside a character. May
 *         be NULL.
 * size:   the buffer's size in bytes.
 * needed: receives the size in bytes that the whole text needs, including its terminator. May be NULL.
 *
 * Threads: any.
 *
 * Returns WSY_OK; WSY_ERR_BUFFER if the text was cut (or not written, for lack of a buffer);
 * WSY_ERR_NO_FIELD; WSY_ERR_HANDLE; WSY_ERR_TEXT; or WSY_ERR_ARGUMENT (name is NULL or size is negative).
 * The buffer is written only with WSY_OK and WSY_ERR_BUFFER.
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
 * name:  the field's name.
 * value: receives the number; untouched on an error.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (no such field, or not a number), WSY_ERR_HANDLE, WSY_ERR_TEXT or
 * WSY_ERR_ARGUMENT (name or value is NULL).
 *
 * Pointers:
 * name is NULL or a NUL-terminated string; value is NULL or points to an int32_t.
 */
int32_t wsy_reply_int(const wsy_reply *reply, const char *name, int32_t *value);

/*
 * Reads the name of the field at an index, to list all fields of a reply.
 *
 * index:                which field, starting at 0.
 * buffer, size, needed: see wsy_reply_text.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (past the last field), WSY_ERR_BUFFER, WSY_ERR_HANDLE or WSY_ERR_ARGUMENT
 * (size is negative).
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
 * Reads how many items a list has, such as the list "pay" of a bill.
 *
 * list:  the list's name.
 * count: receives the number; untouched on an error.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (no such list), WSY_ERR_HANDLE, WSY_ERR_TEXT or WSY_ERR_ARGUMENT.
 *
 * Pointers:
 * list is NULL or a NUL-terminated string; count is NULL or points to an int32_t.
 */
int32_t wsy_reply_count(const wsy_reply *reply, const char *list, int32_t *count);

/*
 * Reads a field of a list's item as text.
 *
 * list:  the list's name.
 * index: which item, starting at 0.
 * The rest is as for wsy_reply_text.
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
 * Reads the name of the field at an index of a list's item, to list all its fields.
 *
 * Useful for the list "response", which may have fields that the document does not name.
 *
 * list:  the list's name.
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
 * Reads a field of a list's item as a whole number.
 *
 * list:  the list's name.
 * index: which item, starting at 0.
 * The rest is as for wsy_reply_int.
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
 * Reads the reply's receipt as bytes for an ESC/POS printer.
 *
 * The escapes of printinfo become bytes, its text becomes GBK. Send the bytes to the printer unchanged: they
 * have no terminator and may contain zeros.
 *
 * buffer: receives the bytes, all or none. May be NULL.
 * size:   the buffer's size in bytes.
 * needed: receives the number of bytes. May be NULL.
 *
 * Other forms of the receipt: the fields printinfo (text as it came, with escapes) and receipt (plain lines
 * for a screen), wsy_reply_receipt_text (text in the paper's columns) and wsy_reply_receipt_png (a picture).
 * wsy_print_receipt prints it.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_BUFFER, WSY_ERR_HANDLE or
 * WSY_ERR_ARGUMENT (size is negative).
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
 * Threads: any.
 *
 * Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed reply.
 */
int32_t wsy_reply_free(wsy_reply *reply);

/*
 * Reads what a code means, for the cashier: what happened and what to do next.
 *
 * For the programmer's next step see hint_zh and hint_en of a reply, or docs/errors.md for all codes.
 *
 * code:                 any number that a function of this library returned.
 * language:             WSY_ZH or WSY_EN.
 * code_page:            WSY_UTF8 or WSY_GBK.
 * buffer, size, needed: see wsy_reply_text.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (no such code, language or code page).
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
 * Reads the receipt of a paid bill from the ledger. Sends nothing.
 *
 * If the platform sent no receipt (noremind), it is made from the template of the pay config, or in a plain
 * layout if there is no template. To ask the platform, call wsy_reprint.
 *
 * out_trade_no: the number of the bill.
 * params:       NULL, or a list of named values; the caller keeps it:
 *   copy         1: marked as a reprint
 *   kind         receipt (the default), popup (a few lines for a window, from payremind_template_popup),
 *                invitation (from qrcode_template) or red_packet (from redpack_template)
 *   tableno, table, staff
 *                for the placeholders of a template, instead of the values given to the charge
 *   qrcode, qrcode_logo, qrcode_image
 *                picture files for the placeholders of a template, instead of those given to wsy_open: PNG,
 *                at most 576 dots wide and high, not interlaced. Dark parts are printed as black dots, in
 *                printinfo as the command GS v 0; a picture that is not given is left out. Nothing is
 *                fetched from the addresses that the config has under these names
 * reply:        NULL, or receives a reply with printinfo and receipt, as from wsy_reprint.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_OPTIONS (a value of params, or a picture
 * that cannot be read; detail says which), WSY_ERR_PARAM (a control character), WSY_ERR_NO_RECEIPT
 * (red_packet, and the config has no redpack_template), WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * out_trade_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find_receipt(wsy_client *client,
                         const char *out_trade_no,
                         const wsy_params *params,
                         wsy_reply **reply);

/*
 * Reads the receipt of a completed refund from the ledger. Sends nothing.
 *
 * If the platform sent no receipt, it has a plain layout.
 *
 * out_refund_no: the number of the refund.
 * params:        NULL, or a list: copy (1: marked as a reprint).
 * reply:         as for wsy_find_receipt.
 *
 * Threads: any.
 *
 * Returns as wsy_find_receipt, and WSY_ERR_NO_BILL if no refund was made under this number.
 *
 * Pointers:
 * out_refund_no is NULL or a NUL-terminated string; reply is NULL or points to a pointer.
 */
int32_t wsy_find_refund_receipt(wsy_client *client,
                                const char *out_refund_no,
                                const wsy_params *params,
                                wsy_reply **reply);

/*
 * Reads the reply's receipt as plain text in the columns of the paper.
 *
 * Lines are broken and placed as on paper, all in single size.
 *
 * width_mm:             58 (32 columns) or 80 (48 columns).
 * buffer, size, needed: see wsy_reply_text. Lines end with "\n".
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or
 * WSY_ERR_HANDLE.
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
 * Draws the reply's receipt as a printer would print it: a greyscale PNG.
 *
 * The picture has 8 dots for each mm of paper. The library contains no font.
 *
 * width_mm:             58 or 80.
 * font:                 NULL or "": a system font that has all characters of the receipt (SimSun, SimHei,
 *                       WenQuanYi, Noto CJK and others). Otherwise a font file (.ttf, .otf, or the first
 *                       font of a .ttc), in the client's code page.
 * buffer, size, needed: see wsy_reply_receipt_bytes. 64 KB is enough for most receipts.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_NO_FONT, WSY_ERR_PICTURE (longer than
 * 2.5 m), WSY_ERR_BUFFER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
 * Writes the picture of wsy_reply_receipt_png to a file, replacing an existing one.
 *
 * width_mm, font: as for wsy_reply_receipt_png.
 * path:           the file, such as "C:/till/receipt.png", in the client's code page.
 *
 * Threads: any.
 *
 * Returns as wsy_reply_receipt_png, and WSY_ERR_PICTURE also if the file cannot be written.
 *
 * Pointers:
 * font and path are NULL or NUL-terminated strings.
 */
int32_t wsy_reply_receipt_png_file(const wsy_reply *reply,
                                   int32_t width_mm,
                                   const char *font,
                                   const char *path);

/*
 * Reads the texts of the platform's pop-up (the field canvas) as plain lines, from top to bottom.
 *
 * buffer, size, needed: see wsy_reply_text. Lines end with "\n".
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or
 * WSY_ERR_HANDLE.
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_reply_canvas_text(const wsy_reply *reply, char *buffer, int32_t size, int32_t *needed);

/*
 * Draws the platform's pop-up (the field canvas): a PNG in colour.
 *
 * The picture has one dot for each 1/96 inch of the window. The pop-up's images exist only in the platform's
 * own client, and are left out.
 *
 * font, buffer, size, needed: see wsy_reply_receipt_png.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_NO_FONT, WSY_ERR_PICTURE (larger than
 * 2048 dots), WSY_ERR_BUFFER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
 * Writes the picture of wsy_reply_canvas_png to a file, replacing an existing one.
 *
 * font: as for wsy_reply_receipt_png.
 * path: the file, such as "C:/till/popup.png", in the client's code page.
 *
 * Threads: any.
 *
 * Returns as wsy_reply_canvas_png, and WSY_ERR_PICTURE also if the file cannot be written.
 *
 * Pointers:
 * font and path are NULL or NUL-terminated strings.
 */
int32_t wsy_reply_canvas_png_file(const wsy_reply *reply, const char *font, const char *path);

/*
 * Prints the receipt of a reply.
 *
 * Printing is separate from the payment: it can neither delay nor change it. The call first asks a network
 * printer about its paper and cover; if the printer does not answer within 0.3 s, it prints anyway, and does
 * not wait for this printer's answer again. It returns once the printer has acknowledged every byte, or a
 * serial port has sent it. Calls for the same printer wait for each other.
 *
 * receipt:    a reply with a receipt: from wsy_micropay, wsy_find_receipt, wsy_reprint and others.
 * printer:    "tcp:192.168.1.50" or "tcp:HOST:PORT": a network printer (default port 9100).
 *             "queue:NAME": a Windows printer by its name; it gets the bytes unchanged, bypassing the driver
 *             (as RAW, or as XPS_PASS where the driver is an XPS driver).
 *             "device:COM3", "device:LPT1", "device:/dev/usb/lp0": a port, as it is set up.
 *             "device:COM3:9600,n,8,1", "device:/dev/ttyS0:9600,n,8,1": a serial port, set to this speed,
 *             parity (n, e, o, m, s), data bits and stop bits, without flow control.
 * timeout_ms: how long the call may block: 100 to 120000; 0 for 10000.
 * reply:      NULL, or receives a reply; its detail has the reason of a failure.
 *
 * Threads: any. Blocks for at most timeout_ms.
 *
 * Returns WSY_OK (the printer, or the queue, has all bytes); WSY_ERR_NO_PRINTER (no such printer, or not a
 * valid name); WSY_ERR_PRINTER_OFFLINE (refused, silent, cover open, or too slow: the receipt may still come
 * out); WSY_ERR_NO_PAPER; WSY_ERR_NOT_PRINTED (it broke off; a part may have come out);
 * WSY_ERR_NO_FIELD (the reply has no receipt); WSY_ERR_ARGUMENT, WSY_ERR_TEXT or WSY_ERR_HANDLE.
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
 * Starts printing as wsy_print_receipt does, and returns at once.
 *
 * Poll or wait for the outcome. A cancel ends it at once as WSY_ERR_PRINTER_OFFLINE, and the receipt may
 * still come out. The receipt may be freed once this returns.
 *
 * payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
 * reply:   NULL, or receives a reply that says why nothing was started.
 * The other parameters are as for wsy_print_receipt.
 *
 * Threads: any.
 *
 * Returns WSY_PENDING (started), WSY_ERR_NO_PRINTER (not a valid name), WSY_ERR_NO_FIELD, WSY_ERR_ARGUMENT,
 * WSY_ERR_TEXT or WSY_ERR_HANDLE.
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
 * Prints bytes unchanged, such as a till's own bill or the command that opens the cash drawer.
 *
 * bytes, size:                the bytes, 1 to 4194304 of them.
 * printer, timeout_ms, reply: as for wsy_print_receipt.
 *
 * Threads: any. Blocks for at most timeout_ms.
 *
 * Returns as wsy_print_receipt.
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
 * Starts printing as wsy_print_bytes does, and returns at once.
 *
 * The bytes are copied. Otherwise as wsy_print_receipt_start.
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
 * Converts an amount in yuan, such as "12.50", to fen.
 *
 * yuan: ASCII digits with at most two decimal places, more than zero and at most 1000000.00. Read as well:
 *       ".50"; commas between thousands, "1,234.50", but none after a leading zero; the character for yuan
 *       (U+5143) after it, in UTF-8 or GBK. Blanks and line ends around the amount are ignored. Anything
 *       else is an error: nothing is rounded or guessed.
 * fen:  receives the amount; untouched on an error.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_ARGUMENT (a pointer is NULL) or WSY_ERR_AMOUNT.
 *
 * Pointers:
 * yuan is NULL or a NUL-terminated string; fen is NULL or points to an int32_t.
 */
int32_t wsy_yuan_to_fen(const char *yuan,
                        int32_t *fen);

/*
 * Converts an amount in fen to yuan with two decimal places, such as "12.50".
 *
 * fen:                  the amount; a negative one is written with a minus sign.
 * buffer, size, needed: see wsy_reply_text. 13 bytes are always enough.
 *
 * Threads: any.
 *
 * Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (size is negative).
 *
 * Pointers:
 * buffer is NULL or has room for size bytes; needed is NULL or points to an int32_t.
 */
int32_t wsy_fen_to_yuan(int32_t fen, char *buffer, int32_t size, int32_t *needed);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif /* WSY_H */
