using System;
using System.Threading;
using System.Threading.Tasks;

namespace Wsy
{
    /// <summary>
    /// A till on its data folder. Open it once when the program starts, and dispose of it before the program
    /// ends.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Any thread may use it, several at once. Money is in fen (1/100 yuan). Every method throws
    /// <see cref="WsyException"/> for an error, which means that nothing was sent that moves money, and
    /// <see cref="ObjectDisposedException"/> after Dispose.
    /// </para>
    /// <para>
    /// The methods whose names end in Async do the same on a separate thread; wsy.h says at each function how
    /// long it may take. wsy.h also documents the fields of a reply at the function of the same name:
    /// Micropay is wsy_micropay.
    /// </para>
    /// </remarks>
    public sealed partial class WsyClient : IDisposable
    {
        private readonly ClientHandle handle;
        private readonly WsyReply opened;

        private WsyClient(ClientHandle handle, WsyReply opened)
        {
            this.handle = handle;
            this.opened = opened;
        }

        private delegate int Call(out ReplyHandle reply);

        private delegate int CallWithParams(ParamsHandle parameters, out ReplyHandle reply);

        /// <summary>
        /// The reply of the opening: open_charges, open_refunds (if one of them is not 0, call
        /// <see cref="RecoverStart"/> next and go on selling), unfinished, conflicts, alarms (if one of them
        /// is not 0, a person has to see <see cref="Unresolved"/> and <see cref="Alarms"/>), device_id (empty
        /// until activated) and the fields of <see cref="Config"/>. Disposed of with the client.
        /// </summary>
        public WsyReply Opened
        {
            get { return opened; }
        }

        /// <summary>
        /// Opens a till on its data folder, and reads the pay config from the platform, or from the file
        /// saved earlier.
        /// </summary>
        /// <param name="folder">
        /// The till's own folder, on a local disk; created if necessary. One process at a time; never copy it
        /// to a second till.
        /// </param>
        /// <param name="options">Null, or the options of wsy_open, such as base and poll_ms.</param>
        public static WsyClient Open(string folder, WsyParams options = null)
        {
            byte[] path = Utf8.Terminated(folder);
            return WsyParams.With(options, delegate(ParamsHandle native)
            {
                ClientHandle client;
                ReplyHandle reply;
                int code = Native.wsy_open(path, Native.CodePageUtf8, native, out client, out reply);
                return new WsyClient(client, Answer(code, reply));
            });
        }

        /// <summary>
        /// Sends each line of the log to a handler, in addition to the file wsy.log in the data folder.
        /// </summary>
        /// <param name="handler">
        /// Null for none. It is called on the thread that does the work, which may be one of the library's;
        /// it must return soon and cannot call the library (<see cref="WsyCode.ErrInCallback"/>). Exceptions
        /// that it throws are ignored. To update a window use BeginInvoke, not Invoke.
        /// </param>
        public void OnLog(Action<WsyLogLevel, string> handler)
        {
            lock (handle)
            {
                if (handle.Log == null)
                    handle.Log = new LogSink(handle);
                handle.Log.Set(handler);
                WsyException.Check(handler == null
                    ? Native.wsy_on_log(handle, null, IntPtr.Zero)
                    : Native.wsy_on_log(handle, LogSink.Callback, handle.Log.User));
            }
        }

        /// <summary>
        /// Activates this till with a one-time code from the back office. Needed only once.
        /// </summary>
        /// <param name="initkey">The activation code.</param>
        /// <param name="hostid">
        /// Null to derive it from this machine, or a text such as <c>&lt;host cpu="..." mac="..." /&gt;</c>.
        /// </param>
        /// <param name="parameters">Null, or hostid_base64 (1: hostid is Base64 already).</param>
        /// <returns>The fields of <see cref="Config"/>.</returns>
        public WsyReply Activate(string initkey, string hostid = null, WsyParams parameters = null)
        {
            byte[] key = Utf8.Terminated(initkey), host = Utf8.Terminated(hostid);
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_activate(handle, key, host, native, out reply);
            });
        }

        /// <summary>Sets a device id and key that were copied from the back office.</summary>
        /// <returns>The fields of <see cref="Config"/>.</returns>
        public WsyReply SetDevice(string deviceId, string key)
        {
            byte[] device = Utf8.Terminated(deviceId), secret = Utf8.Terminated(key);
            return Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_set_device(handle, device, secret, out reply);
            });
        }

        /// <summary>The pay config.</summary>
        /// <param name="refresh">
        /// False for the one in use, with nothing sent; true to read it from the platform now.
        /// </param>
        /// <returns>
        /// device_id, config_source, config_age_s, config_time, every attribute of the response, and the list
        /// dm_code.
        /// </returns>
        public WsyReply Config(bool refresh)
        {
            return Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_config(handle, refresh ? 1 : 0, out reply);
            });
        }

        /// <summary>
        /// Opens a connection for the next payment, while the sale is being entered. Returns at once.
        /// </summary>
        public void Prepare()
        {
            WsyException.Check(Native.wsy_prepare(handle));
        }

        /// <summary>The platform's clock.</summary>
        /// <returns>time (14 digits, Beijing), and ahead_s: how many seconds this machine is ahead.</returns>
        public WsyReply Time()
        {
            return Ask(delegate(out ReplyHandle reply) { return Native.wsy_time(handle, out reply); });
        }

        /// <summary>Charges the customer and waits for the verdict.</summary>
        /// <param name="outTradeNo">
        /// Your number for the bill, 1 to 64 visible ASCII characters. Called again with the same number and
        /// amount, it returns the recorded outcome or continues to query; it never charges twice.
        /// </param>
        /// <param name="authCode">The code from the customer's phone, as scanned.</param>
        /// <param name="totalFen">The amount in fen, 1 to 100000000.</param>
        /// <param name="parameters">
        /// Null, or the parameters of wsy_micropay, such as info, infoaddo and deadline_ms.
        /// </param>
        /// <returns>
        /// Paid, not paid, unknown, paid earlier or decided, with the fields of <see cref="Find"/>. A bill is
        /// reported as paid once, and as paid earlier after that.
        /// </returns>
        public WsyOutcome Micropay(string outTradeNo, string authCode, int totalFen, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo), scanned = Utf8.Terminated(authCode);
            return Move(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_micropay(handle, bill, scanned, totalFen, native, out reply);
            });
        }

        /// <summary>Refunds all or part of a bill and waits for the verdict.</summary>
        /// <param name="outRefundNo">
        /// Your number for the refund, 1 to 64 visible ASCII characters, not beginning with void-. It is sent
        /// at most once.
        /// </param>
        /// <param name="outTradeNo">The bill, if it belongs to this till; otherwise null.</param>
        /// <param name="dmId">
        /// The platform's order; null to take that of <paramref name="outTradeNo"/>.
        /// </param>
        /// <param name="refundFen">The amount in fen, 1 to 100000000.</param>
        /// <param name="parameters">Null, or deadline_ms and additional parameters.</param>
        /// <returns>
        /// Refunded, not refunded, unknown or decided, with the fields of <see cref="FindRefund"/>. After
        /// unknown, call again with the same number.
        /// </returns>
        public WsyOutcome Refund(
            string outRefundNo, string outTradeNo, string dmId, int refundFen, WsyParams parameters = null)
        {
            byte[] refund = Utf8.Terminated(outRefundNo), bill = Utf8.Terminated(outTradeNo);
            byte[] order = Utf8.Terminated(dmId);
            return Move(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_refund(handle, refund, bill, order, refundFen, native, out reply);
            });
        }

        /// <summary>
        /// Voids a bill of this till: settles it, and refunds the rest of it if it turns out to be paid. May
        /// be repeated until it is decided; it refunds once.
        /// </summary>
        /// <param name="outTradeNo">The bill.</param>
        /// <param name="parameters">Null, or deadline_ms.</param>
        /// <returns>
        /// Refunded, or not paid: the customer has the money. Not refunded: the money was not returned.
        /// Unknown: call again later. Decided: a person decided the outcome of the bill.
        /// </returns>
        public WsyOutcome Void(string outTradeNo, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo);
            return Move(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_void(handle, bill, native, out reply);
            });
        }

        /// <summary>
        /// Finds out the outcome of a bill of this till by querying the platform, never by charging.
        /// </summary>
        /// <param name="outTradeNo">The bill.</param>
        /// <param name="parameters">Null, or deadline_ms.</param>
        /// <returns>As for <see cref="Micropay"/>.</returns>
        public WsyOutcome Settle(string outTradeNo, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo);
            return Move(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_settle(handle, bill, native, out reply);
            });
        }

        /// <summary>
        /// Settles every open charge and refund, such as after a crash or a power cut, for at most
        /// deadline_ms. It sends only queries. A till that starts calls <see cref="RecoverStart"/> and goes
        /// on selling.
        /// </summary>
        /// <param name="parameters">Null, or deadline_ms.</param>
        /// <returns>
        /// The lists charge and refund of everything that was open, in its current state; settled and open:
        /// how many are decided and undecided; and the list unfinished, see <see cref="Unresolved"/>.
        /// </returns>
        public WsyReply Recover(WsyParams parameters = null)
        {
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_recover(handle, native, out reply);
            });
        }

        /// <summary>
        /// Starts what <see cref="Recover"/> does and returns at once: call it after each start and go on
        /// selling. Calls about a bill that it is working on fail meanwhile (<see cref="WsyCode.ErrBusy"/>).
        /// </summary>
        /// <param name="parameters">As for <see cref="Recover"/>.</param>
        public WsyWork RecoverStart(WsyParams parameters = null)
        {
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                PaymentHandle started;
                ReplyHandle reply;
                int code = Native.wsy_recover_start(handle, native, out started, out reply);
                return new WsyWork(Started(code, started, reply));
            });
        }

        /// <summary>
        /// Starts what <see cref="Micropay"/> does and returns at once, after its checks. Poll or wait for
        /// the outcome.
        /// </summary>
        /// <param name="outTradeNo">As for <see cref="Micropay"/>.</param>
        /// <param name="authCode">As for <see cref="Micropay"/>.</param>
        /// <param name="totalFen">As for <see cref="Micropay"/>.</param>
        /// <param name="parameters">As for <see cref="Micropay"/>.</param>
        public WsyPayment MicropayStart(
            string outTradeNo, string authCode, int totalFen, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo), scanned = Utf8.Terminated(authCode);
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                PaymentHandle payment;
                ReplyHandle reply;
                int code = Native.wsy_micropay_start(
                    handle, bill, scanned, totalFen, native, out payment, out reply);
                return new WsyPayment(Started(code, payment, reply));
            });
        }

        /// <summary>
        /// Starts what <see cref="Refund"/> does and returns at once, after its checks. Such a payment cannot
        /// be voided.
        /// </summary>
        /// <param name="outRefundNo">As for <see cref="Refund"/>.</param>
        /// <param name="outTradeNo">As for <see cref="Refund"/>.</param>
        /// <param name="dmId">As for <see cref="Refund"/>.</param>
        /// <param name="refundFen">As for <see cref="Refund"/>.</param>
        /// <param name="parameters">As for <see cref="Refund"/>.</param>
        public WsyPayment RefundStart(
            string outRefundNo, string outTradeNo, string dmId, int refundFen, WsyParams parameters = null)
        {
            byte[] refund = Utf8.Terminated(outRefundNo), bill = Utf8.Terminated(outTradeNo);
            byte[] order = Utf8.Terminated(dmId);
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                PaymentHandle payment;
                ReplyHandle reply;
                int code = Native.wsy_refund_start(
                    handle, refund, bill, order, refundFen, native, out payment, out reply);
                return new WsyPayment(Started(code, payment, reply));
            });
        }

        /// <summary>
        /// Starts what <see cref="Void"/> does and returns at once. The request to void the bill is recorded
        /// by then.
        /// </summary>
        /// <param name="outTradeNo">As for <see cref="Void"/>.</param>
        /// <param name="parameters">As for <see cref="Void"/>.</param>
        public WsyPayment VoidStart(string outTradeNo, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo);
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                PaymentHandle payment;
                ReplyHandle reply;
                int code = Native.wsy_void_start(handle, bill, native, out payment, out reply);
                return new WsyPayment(Started(code, payment, reply));
            });
        }

        /// <summary>Starts what <see cref="Settle"/> does and returns at once.</summary>
        /// <param name="outTradeNo">As for <see cref="Settle"/>.</param>
        /// <param name="parameters">As for <see cref="Settle"/>.</param>
        public WsyPayment SettleStart(string outTradeNo, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo);
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                PaymentHandle payment;
                ReplyHandle reply;
                int code = Native.wsy_settle_start(handle, bill, native, out payment, out reply);
                return new WsyPayment(Started(code, payment, reply));
            });
        }

        /// <summary>Records a person's decision about a bill that stays unknown; nothing is sent.</summary>
        /// <param name="outTradeNo">The bill.</param>
        /// <param name="decision">
        /// "paid": the money was taken, and the goods are or will be handed over. "not_paid": it was not
        /// taken. "keep": continue to query it, and no longer void it.
        /// </param>
        /// <param name="by">Who decides.</param>
        /// <param name="why">The reason, such as what the back office shows.</param>
        /// <param name="attempt">The attempt on the bill; 0 for the only one that is open.</param>
        /// <returns>The fields of <see cref="Find"/>.</returns>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrTooEarly"/>: the library may still find out;
        /// <see cref="WsyCode.ErrNotOpen"/>: there is nothing to decide.
        /// </exception>
        public WsyReply Decide(string outTradeNo, string decision, string by, string why, int attempt = 0)
        {
            byte[] bill = Utf8.Terminated(outTradeNo), word = Utf8.Terminated(decision);
            byte[] person = Utf8.Terminated(by), reason = Utf8.Terminated(why);
            return Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_decide(handle, bill, attempt, word, person, reason, out reply);
            });
        }

        /// <summary>The same about a refund.</summary>
        /// <param name="outRefundNo">The refund.</param>
        /// <param name="decision">"refunded", "not_refunded" or "keep".</param>
        /// <param name="by">Who decides.</param>
        /// <param name="why">The reason.</param>
        /// <returns>The fields of <see cref="FindRefund"/>.</returns>
        /// <exception cref="WsyException">As for <see cref="Decide"/>.</exception>
        public WsyReply DecideRefund(string outRefundNo, string decision, string by, string why)
        {
            byte[] refund = Utf8.Terminated(outRefundNo), word = Utf8.Terminated(decision);
            byte[] person = Utf8.Terminated(by), reason = Utf8.Terminated(why);
            return Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_decide_refund(handle, refund, word, person, reason, out reply);
            });
        }

        /// <summary>
        /// Queries the platform once about the payment of an auth code; the ledger is neither read nor
        /// written. This is not a verdict: to settle a bill of this till use <see cref="Settle"/>.
        /// </summary>
        /// <param name="authCode">The code that was charged.</param>
        /// <param name="totalFen">The amount in fen that the payment should have.</param>
        /// <param name="parameters">Null, or paytype, noremind and additional parameters.</param>
        /// <returns>
        /// state: "was_paid" (and perhaps refunded since), "was_refunded", "paying", "differs" or
        /// "not_known"; and the fields of the response.
        /// </returns>
        public WsyReply QueryAuthCode(string authCode, int totalFen, WsyParams parameters = null)
        {
            byte[] charged = Utf8.Terminated(authCode);
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_query_auth_code(handle, charged, totalFen, native, out reply);
            });
        }

        /// <summary>
        /// Queries the platform once about one of its orders; the ledger is not written.
        /// </summary>
        /// <param name="dmId">The platform's order, as a receipt prints it.</param>
        /// <param name="totalFen">As for <see cref="QueryAuthCode"/>.</param>
        /// <param name="parameters">As for <see cref="QueryAuthCode"/>.</param>
        /// <returns>As for <see cref="QueryAuthCode"/>; state may also be "failed".</returns>
        public WsyReply QueryOrder(string dmId, int totalFen, WsyParams parameters = null)
        {
            byte[] order = Utf8.Terminated(dmId);
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_query_order(handle, order, totalFen, native, out reply);
            });
        }

        /// <summary>Reads a bill with all of its lines from the platform.</summary>
        /// <param name="outTradeNo">The bill, if it belongs to this till; otherwise null.</param>
        /// <param name="dmId">
        /// The platform's order; null to take that of <paramref name="outTradeNo"/>.
        /// </param>
        /// <param name="parameters">Null, or additional parameters.</param>
        /// <returns>
        /// dm_id, pay_total_fen, refunded_fen, refundable_fen and so on, and the list pay of all payments and
        /// refunds.
        /// </returns>
        public WsyReply ReadBill(string outTradeNo, string dmId = null, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo), order = Utf8.Terminated(dmId);
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_read_bill(handle, bill, order, native, out reply);
            });
        }

        /// <summary>Reprints the receipt of a bill from the platform.</summary>
        /// <param name="outTradeNo">The bill, if it belongs to this till; otherwise null.</param>
        /// <param name="dmId">
        /// The platform's order; null to take that of <paramref name="outTradeNo"/>.
        /// </param>
        /// <param name="parameters">Null, or any_number and custom_series.</param>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoReceipt"/>: the ledger's receipt, if there is one, is in
        /// <see cref="WsyException.Reply"/>.
        /// </exception>
        public WsyReply Reprint(string outTradeNo, string dmId = null, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo), order = Utf8.Terminated(dmId);
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_reprint(handle, bill, order, native, out reply);
            });
        }

        /// <summary>Starts what <see cref="Reprint"/> does and returns at once.</summary>
        /// <param name="outTradeNo">As for <see cref="Reprint"/>.</param>
        /// <param name="dmId">As for <see cref="Reprint"/>.</param>
        /// <param name="parameters">As for <see cref="Reprint"/>.</param>
        public WsyWork ReprintStart(string outTradeNo, string dmId = null, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo), order = Utf8.Terminated(dmId);
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                PaymentHandle started;
                ReplyHandle reply;
                int code = Native.wsy_reprint_start(handle, bill, order, native, out started, out reply);
                return new WsyWork(Started(code, started, reply));
            });
        }

        /// <summary>Reads a bill of this till from the ledger; nothing is sent.</summary>
        /// <param name="outTradeNo">The bill.</param>
        /// <returns>
        /// The list charge of every attempt on the bill; the last one's fields are the reply's own. state is
        /// "open", "paid", "not_paid" or "not_sent", or "decided_paid" or "decided_not_paid" by a person.
        /// </returns>
        public WsyReply Find(string outTradeNo)
        {
            byte[] bill = Utf8.Terminated(outTradeNo);
            return Ask(delegate(out ReplyHandle reply) { return Native.wsy_find(handle, bill, out reply); });
        }

        /// <summary>Reads a refund of this till from the ledger; nothing is sent.</summary>
        /// <param name="outRefundNo">The refund.</param>
        /// <returns>
        /// state is "open", "refunded", "not_refunded", "not_sent" or "conflict" (a person has to look), or
        /// "decided_refunded" or "decided_not_refunded" by a person.
        /// </returns>
        public WsyReply FindRefund(string outRefundNo)
        {
            byte[] refund = Utf8.Terminated(outRefundNo);
            return Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_find_refund(handle, refund, out reply);
            });
        }

        /// <summary>
        /// The receipt of a paid bill of this till from the ledger; nothing is sent. If the platform sent
        /// none, it is made from the template in the pay config.
        /// </summary>
        /// <param name="outTradeNo">The bill.</param>
        /// <param name="parameters">
        /// Null, or copy (1: marked as a reprint), kind (receipt, popup, invitation or red_packet), and the
        /// values of the template's placeholders (tableno, table, staff, and the picture files qrcode,
        /// qrcode_logo, qrcode_image).
        /// </param>
        /// <returns>
        /// A reply with a receipt: see <see cref="WsyReply.ReceiptText"/> and <see cref="PrintReceipt"/>.
        /// </returns>
        public WsyReply FindReceipt(string outTradeNo, WsyParams parameters = null)
        {
            byte[] bill = Utf8.Terminated(outTradeNo);
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_find_receipt(handle, bill, native, out reply);
            });
        }

        /// <summary>The receipt of a refund that was made, from the ledger; nothing is sent.</summary>
        /// <param name="outRefundNo">The refund.</param>
        /// <param name="parameters">Null, or copy (1: marked as a reprint).</param>
        /// <returns>As for <see cref="FindReceipt"/>.</returns>
        public WsyReply FindRefundReceipt(string outRefundNo, WsyParams parameters = null)
        {
            byte[] refund = Utf8.Terminated(outRefundNo);
            return Ask(parameters, delegate(ParamsHandle native, out ReplyHandle reply)
            {
                return Native.wsy_find_refund_receipt(handle, refund, native, out reply);
            });
        }

        /// <summary>
        /// Prints the receipt of a reply. It can neither hold up nor change the payment.
        /// </summary>
        /// <param name="receipt">
        /// The reply of <see cref="Micropay"/>, <see cref="FindReceipt"/>, <see cref="Reprint"/> and others.
        /// </param>
        /// <param name="printer">
        /// "tcp:192.168.1.50" or "tcp:HOST:PORT": on the network; "queue:NAME": a Windows printer, by its
        /// name; "device:COM3", "device:LPT1", "device:/dev/usb/lp0": a port.
        /// </param>
        /// <param name="timeoutMs">The timeout, 100 to 120000; 0 for 10000.</param>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoPrinter"/>, <see cref="WsyCode.ErrPrinterOffline"/>,
        /// <see cref="WsyCode.ErrNoPaper"/> or <see cref="WsyCode.ErrNotPrinted"/>, with the reason in
        /// <see cref="WsyException.Detail"/>; <see cref="WsyCode.ErrNoField"/>: the reply has no receipt.
        /// </exception>
        public void PrintReceipt(WsyReply receipt, string printer, int timeoutMs = 0)
        {
            byte[] name = Utf8.Terminated(printer);
            ReplyHandle printed = receipt == null ? ReplyHandle.None : receipt.Handle;
            Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_print_receipt(handle, printed, name, timeoutMs, out reply);
            }).Dispose();
        }

        /// <summary>
        /// Prints bytes unchanged, such as a till's own bill or the command that opens the cash drawer.
        /// </summary>
        /// <param name="bytes">1 to 4194304 bytes.</param>
        /// <param name="printer">As for <see cref="PrintReceipt"/>.</param>
        /// <param name="timeoutMs">As for <see cref="PrintReceipt"/>.</param>
        /// <exception cref="WsyException">As for <see cref="PrintReceipt"/>.</exception>
        public void PrintBytes(byte[] bytes, string printer, int timeoutMs = 0)
        {
            byte[] name = Utf8.Terminated(printer);
            int size = bytes == null ? 0 : bytes.Length;
            Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_print_bytes(handle, bytes, size, name, timeoutMs, out reply);
            }).Dispose();
        }

        /// <summary>
        /// Starts what <see cref="PrintReceipt"/> does and returns at once. The receipt may be disposed of
        /// then.
        /// </summary>
        /// <param name="receipt">As for <see cref="PrintReceipt"/>.</param>
        /// <param name="printer">As for <see cref="PrintReceipt"/>.</param>
        /// <param name="timeoutMs">As for <see cref="PrintReceipt"/>.</param>
        public WsyWork PrintReceiptStart(WsyReply receipt, string printer, int timeoutMs = 0)
        {
            byte[] name = Utf8.Terminated(printer);
            ReplyHandle printed = receipt == null ? ReplyHandle.None : receipt.Handle;
            PaymentHandle started;
            ReplyHandle reply;
            int code = Native.wsy_print_receipt_start(handle, printed, name, timeoutMs, out started, out reply);
            return new WsyWork(Started(code, started, reply));
        }

        /// <summary>Starts what <see cref="PrintBytes"/> does and returns at once.</summary>
        /// <param name="bytes">As for <see cref="PrintBytes"/>.</param>
        /// <param name="printer">As for <see cref="PrintReceipt"/>.</param>
        /// <param name="timeoutMs">As for <see cref="PrintReceipt"/>.</param>
        public WsyWork PrintBytesStart(byte[] bytes, string printer, int timeoutMs = 0)
        {
            byte[] name = Utf8.Terminated(printer);
            int size = bytes == null ? 0 : bytes.Length;
            PaymentHandle started;
            ReplyHandle reply;
            int code = Native.wsy_print_bytes_start(handle, bytes, size, name, timeoutMs, out started, out reply);
            return new WsyWork(Started(code, started, reply));
        }

        /// <summary>
        /// Reads all charges and refunds that started or ended on a day, and its totals; nothing is sent.
        /// </summary>
        /// <param name="day">Such as "2026-11-22", in Beijing time; null for today.</param>
        /// <returns>
        /// The lists charge and refund, the oldest first; paid_fen, refunded_fen, open and day; the lists
        /// wallet, operator and state.
        /// </returns>
        public WsyReply Day(string day = null)
        {
            byte[] date = Utf8.Terminated(day);
            return Ask(delegate(out ReplyHandle reply) { return Native.wsy_day(handle, date, out reply); });
        }

        /// <summary>
        /// Closes a day: its totals are final, and later outcomes count for the next day. Nothing is sent.
        /// </summary>
        /// <param name="by">Who, such as a cashier's name or number.</param>
        /// <param name="day">Such as "2026-11-22", in Beijing time; null for today.</param>
        /// <returns>
        /// What <see cref="Day"/> returns, with closed and closed_by: those of the first closing.
        /// </returns>
        public WsyReply CloseDay(string by, string day = null)
        {
            byte[] date = Utf8.Terminated(day);
            byte[] person = Utf8.Terminated(by);
            return Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_close_day(handle, date, person, out reply);
            });
        }

        /// <summary>
        /// Moves bills that are done with into the archive, which keeps the ledger small. Every call still
        /// finds them. Nothing is sent.
        /// </summary>
        /// <param name="day">
        /// The last day to archive, such as "2026-08-31", in Beijing time; null for 90 days ago. It has to be
        /// closed, and at least 90 days ago.
        /// </param>
        /// <returns>day, archived, stayed and ledger_bytes.</returns>
        public WsyReply Archive(string day = null)
        {
            byte[] date = Utf8.Terminated(day);
            return Ask(delegate(out ReplyHandle reply) { return Native.wsy_archive(handle, date, out reply); });
        }

        /// <summary>
        /// Reads all undecided charges and refunds, and refunds that need a person; nothing is sent.
        /// </summary>
        /// <returns>
        /// The lists charge and refund, the oldest first; open: how many there are; and the list unfinished:
        /// bills that are paid but may never have been reported as paid. Check whether the goods were handed
        /// over, then call <see cref="Settle"/>.
        /// </returns>
        public WsyReply Unresolved()
        {
            return Ask(delegate(out ReplyHandle reply) { return Native.wsy_unresolved(handle, out reply); });
        }

        /// <summary>
        /// Queries the platform about each charge and refund of a day and reports where it differs from the
        /// ledger. Earlier verdicts are not changed; where one turns out to be wrong, an alarm is raised, see
        /// <see cref="Alarms"/>.
        /// </summary>
        /// <param name="day">Such as "2026-11-22", in Beijing time; null for today.</param>
        /// <returns>
        /// asked, paying, unanswered, differences, alarms, and the lists paying, unanswered and difference.
        /// </returns>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoResponse"/>: some bills got no response; the result of the others is in
        /// <see cref="WsyException.Reply"/>.
        /// </exception>
        public WsyReply Reconcile(string day = null)
        {
            byte[] date = Utf8.Terminated(day);
            return Ask(delegate(out ReplyHandle reply) { return Native.wsy_reconcile(handle, date, out reply); });
        }

        /// <summary>Starts what <see cref="Reconcile"/> does and returns at once.</summary>
        /// <param name="day">As for <see cref="Reconcile"/>.</param>
        public WsyReconciliation ReconcileStart(string day = null)
        {
            byte[] date = Utf8.Terminated(day);
            PaymentHandle started;
            ReplyHandle reply;
            int code = Native.wsy_reconcile_start(handle, date, out started, out reply);
            return new WsyReconciliation(Started(code, started, reply));
        }

        /// <summary>
        /// Reads the alarms that nobody has acknowledged; nothing is sent. An alarm says that a verdict was
        /// wrong: the till reported one thing, and the platform has since done another.
        /// </summary>
        /// <returns>alarms: how many there are; and the list alarm, the oldest first.</returns>
        public WsyReply Alarms()
        {
            return Ask(delegate(out ReplyHandle reply) { return Native.wsy_alarms(handle, out reply); });
        }

        /// <summary>Acknowledges an alarm: a person has dealt with it.</summary>
        /// <param name="alarmId">The id in <see cref="Alarms"/>.</param>
        /// <param name="by">Who, such as a cashier's name or number.</param>
        public void Acknowledge(int alarmId, string by)
        {
            byte[] person = Utf8.Terminated(by);
            Ask(delegate(out ReplyHandle reply)
            {
                return Native.wsy_acknowledge(handle, alarmId, person, out reply);
            }).Dispose();
        }

        /// <summary>
        /// Closes the till. Calls in progress on other threads, and payments that were started, end as soon
        /// as they can: undecided ones end as unknown and stay open in the ledger for the next start. Waits
        /// for them, then releases the data folder. Replies and payments can still be read.
        /// </summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrInCallback"/>: called from the log handler.
        /// </exception>
        public void Dispose()
        {
            // Not under the lock of OnLog: closing waits for calls, and a call may be waiting for a handler.
            if (handle.IsClosed)
                return;
            if (handle.CloseNow() == WsyCode.ErrInCallback)
                throw WsyException.Of(WsyCode.ErrInCallback);
            opened.Dispose();
        }

        /// <summary>Returns the outcome of a call about money, or throws.</summary>
        internal static WsyOutcome Outcome(int code, ReplyHandle reply)
        {
            if (IsError(code))
                throw WsyException.Of(code, reply);
            return new WsyOutcome(reply, code);
        }

        /// <summary>Returns the reply of a call that moves no money, or throws.</summary>
        internal static WsyReply Answer(int code, ReplyHandle reply)
        {
            if (code != WsyCode.Ok)
                throw WsyException.Of(code, reply);
            return new WsyReply(reply);
        }

        private static PaymentHandle Started(int code, PaymentHandle payment, ReplyHandle reply)
        {
            using (reply)
            {
                if (code != WsyCode.Pending)
                    throw WsyException.Of(code, reply);
                return payment;
            }
        }

        private static bool IsError(int code)
        {
            return code < -100;
        }

        private WsyReply Ask(Call call)
        {
            ReplyHandle reply;
            int code = call(out reply);
            return Answer(code, reply);
        }

        private WsyReply Ask(WsyParams parameters, CallWithParams call)
        {
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                ReplyHandle reply;
                int code = call(native, out reply);
                return Answer(code, reply);
            });
        }

        private WsyOutcome Move(WsyParams parameters, CallWithParams call)
        {
            return WsyParams.With(parameters, delegate(ParamsHandle native)
            {
                ReplyHandle reply;
                int code = call(native, out reply);
                return Outcome(code, reply);
            });
        }
    }
}
