"""A till on its data folder."""

import os
import weakref
from ctypes import byref
from types import TracebackType
from typing import Any, Callable, Optional, Type, Union

from ._call import Values, call, done, outcome, params_of
from ._codes import Code, CodePage
from ._native import ClientPointer, Function, Handle, LogCallback, PaymentPointer, lib
from ._payment import Payment, Reconciliation, Work
from ._reply import Outcome, Reply, error_of, int32
from ._text import decode, encode, encode_optional

LogFunction = Callable[[int, str], None]


class Client:
    """A till on its data folder.

        with wsy.Client("C:/till/wsy") as till:
            outcome = till.micropay("B20261122-0001", scanned, 1250)
            if outcome.paid:
                hand_over()

    Open one when the program starts and keep it. Closed by ``close``, at the end of ``with``, when the last
    reference is gone, or at the end of the program. Any thread may use it, several at once; the blocking
    calls let the other threads of Python run. A process that was forked from this one cannot use it (UseError,
    ERR_FORKED): open another till there, on another folder.

    Each call about money returns an Outcome or raises Error, and an Error guarantees that it sent nothing
    that moves money. ``params`` of a call are its further parameters, whose names are in wsy.h; amounts are
    int in fen (1/100 yuan).
    """

    def __init__(
        self,
        folder: "Union[str, os.PathLike[str]]",
        options: Optional[Values] = None,
        *,
        code_page: CodePage = CodePage.UTF8,
    ) -> None:
        """Opens the data folder, creating it if necessary, and reads the pay config.

        options: wsy_open's, such as {"base": "http://127.0.0.1:8080", "poll_ms": 1000}.
        code_page: the code page of the calls. GBK limits texts to the characters of GBK; it exists for tests.

        Afterwards ``opened`` has device_id (empty until activated); open_charges and open_refunds: if they
        are not 0, call ``recover_start`` and go on selling; unfinished, conflicts and alarms: if they are not
        0, a person has to see ``unresolved`` and ``alarms``.

        Raises FolderError, or UseError for a wrong option.
        """
        self._code_page = CodePage(code_page)
        self._log: Optional[LogFunction] = None
        path = encode(os.fspath(folder), self._code_page)
        pointer = ClientPointer()
        with params_of(options, self._code_page) as params:
            opened = call(self._code_page, lib.wsy_open, path, self._code_page, params, byref(pointer))
        # The library may call back until the client is closed, so the callback lives as long as the handle.
        self._callback = _callback(self)
        self._handle = Handle(pointer, lib.wsy_close, keep=self._callback, at_exit=True)
        self.opened: Reply = opened
        """The reply of the opening."""

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends calls in progress, as UNKNOWN if they are undecided, and releases the data folder. Further
        calls do nothing."""
        self._handle.close()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._handle.closed

    def on_log(self, function: Optional[LogFunction]) -> None:
        """Sets the function that receives each log line: function(level, line), with a LogLevel; None for
        none.

        It is called on the thread that works, also on threads of the library, so it must be quick. It cannot
        call the library (UseError, ERR_IN_CALLBACK). What it raises goes to sys.unraisablehook and nowhere
        else.
        """
        if function is not None and not callable(function):
            raise TypeError("a function is needed, or None")
        self._log = function
        done(lib.wsy_on_log(self._pointer, self._callback if function else LogCallback(), None))

    # The device

    def activate(self, initkey: str, hostid: Optional[str] = None, params: Optional[Values] = None) -> Reply:
        """Activates this till with a one-time code from the back office. Needed only once. {"hostid_base64":
        1} says that hostid is already encoded."""
        with self._params(params) as values:
            return self._reply(lib.wsy_activate, self._in(initkey), self._in_optional(hostid), values)

    def set_device(self, device_id: str, key: str) -> Reply:
        """Sets a device id and key that were copied from the back office."""
        return self._reply(lib.wsy_set_device, self._in(device_id), self._in(key))

    def config(self, refresh: bool = False) -> Reply:
        """The pay config: the one in use, or read from the platform now."""
        return self._reply(lib.wsy_config, int(refresh))

    def time(self) -> Reply:
        """The platform's clock: time, and how far this machine is ahead (ahead_s)."""
        return self._reply(lib.wsy_time)

    def prepare(self) -> None:
        """Opens a connection for the next payment, while the sale is being entered. Returns at once."""
        done(lib.wsy_prepare(self._pointer))

    # Money

    def micropay(
        self, out_trade_no: str, auth_code: str, total_fen: int, params: Optional[Values] = None
    ) -> Outcome:
        """Charges the customer and waits for the verdict: PAID, NOT_PAID, UNKNOWN, PAID_EARLIER or DECIDED.

        out_trade_no is your number of the bill. The same number with the same amount is charged at most once:
        called again, it returns the recorded outcome or continues to query. A bill is reported as PAID once,
        and as PAID_EARLIER after that.

        Ctrl-C cannot interrupt it; ``micropay_start`` can be waited for in pieces.
        """
        fen = int32(total_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            return self._outcome(lib.wsy_micropay, self._in(out_trade_no), self._in(auth_code), fen, values)

    def micropay_start(
        self, out_trade_no: str, auth_code: str, total_fen: int, params: Optional[Values] = None
    ) -> Payment:
        """Starts what ``micropay`` does and returns at once."""
        fen = int32(total_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            started = self._start(lib.wsy_micropay_start, self._in(out_trade_no), self._in(auth_code), fen, values)
        return Payment(started, self._code_page)

    def refund(
        self,
        out_refund_no: str,
        out_trade_no: Optional[str],
        refund_fen: int,
        params: Optional[Values] = None,
        *,
        dm_id: Optional[str] = None,
    ) -> Outcome:
        """Refunds all or part of a bill and waits for the verdict: REFUNDED, NOT_REFUNDED, UNKNOWN or
        DECIDED.

        out_refund_no is your number of the refund, which is sent at most once. A bill of another till is
        named by None and dm_id.
        """
        bill = (self._in(out_refund_no), self._in_optional(out_trade_no), self._in_optional(dm_id))
        fen = int32(refund_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            return self._outcome(lib.wsy_refund, *bill, fen, values)

    def refund_start(
        self,
        out_refund_no: str,
        out_trade_no: Optional[str],
        refund_fen: int,
        params: Optional[Values] = None,
        *,
        dm_id: Optional[str] = None,
    ) -> Payment:
        """Starts what ``refund`` does and returns at once."""
        bill = (self._in(out_refund_no), self._in_optional(out_trade_no), self._in_optional(dm_id))
        fen = int32(refund_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            started = self._start(lib.wsy_refund_start, *bill, fen, values)
        return Payment(started, self._code_page)

    def void(self, out_trade_no: str, params: Optional[Values] = None) -> Outcome:
        """Voids a bill of this till: REFUNDED, NOT_PAID (nothing to void), NOT_REFUNDED (the money was not
        returned), UNKNOWN or DECIDED."""
        with self._params(params) as values:
            return self._outcome(lib.wsy_void, self._in(out_trade_no), values)

    def void_start(self, out_trade_no: str, params: Optional[Values] = None) -> Payment:
        """Starts what ``void`` does and returns at once. The request to void the bill is recorded by then."""
        with self._params(params) as values:
            return Payment(self._start(lib.wsy_void_start, self._in(out_trade_no), values), self._code_page)

    def settle(self, out_trade_no: str, params: Optional[Values] = None) -> Outcome:
        """Finds out the outcome of a bill by querying, never by charging. The verdicts are those of
        ``micropay``."""
        with self._params(params) as values:
            return self._outcome(lib.wsy_settle, self._in(out_trade_no), values)

    def settle_start(self, out_trade_no: str, params: Optional[Values] = None) -> Payment:
        """Starts what ``settle`` does and returns at once."""
        with self._params(params) as values:
            return Payment(self._start(lib.wsy_settle_start, self._in(out_trade_no), values), self._code_page)

    def recover(self, params: Optional[Values] = None) -> Reply:
        """Settles every open charge and refund by querying, for at most deadline_ms. The reply has the lists
        "charge" and "refund" of everything that was open, and the numbers settled and open."""
        with self._params(params) as values:
            return self._reply(lib.wsy_recover, values)

    def recover_start(self, params: Optional[Values] = None) -> Work:
        """Starts what ``recover`` does and returns at once: call it after each start and go on selling. Calls
        about a bill that it is working on raise ERR_BUSY meanwhile; all others work as usual."""
        with self._params(params) as values:
            return Work(self._start(lib.wsy_recover_start, values), self._code_page)

    # Decisions by a person: nothing is sent

    def decide(self, out_trade_no: str, decision: str, by: str, why: str, *, attempt: int = 0) -> Reply:
        """Records a person's decision about a bill that stays unknown: "paid", "not_paid" or "keep"; by whom,
        and why.

        attempt: which attempt on the bill; 0 for the only one that waits. BillError while the library may
        still find out (ERR_TOO_EARLY), or if there is nothing to decide (ERR_NOT_OPEN).
        """
        texts = (self._in(decision), self._in(by), self._in(why))
        return self._reply(lib.wsy_decide, self._in(out_trade_no), int32(attempt, Code.ERR_ARGUMENT), *texts)

    def decide_refund(self, out_refund_no: str, decision: str, by: str, why: str) -> Reply:
        """The same about a refund: "refunded", "not_refunded" or "keep"."""
        texts = (self._in(decision), self._in(by), self._in(why))
        return self._reply(lib.wsy_decide_refund, self._in(out_refund_no), *texts)

    # Queries to the platform

    def query_auth_code(self, auth_code: str, total_fen: int, params: Optional[Values] = None) -> Reply:
        """Queries the payment of an auth code once. This is not a verdict: state is "was_paid" (and perhaps
        refunded since), "was_refunded", "paying", "differs" or "not_known". To settle a bill use
        ``settle``."""
        fen = int32(total_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            return self._reply(lib.wsy_query_auth_code, self._in(auth_code), fen, values)

    def query_order(self, dm_id: str, total_fen: int, params: Optional[Values] = None) -> Reply:
        """Queries one of the platform's orders once, like ``query_auth_code``; state may also be "failed"."""
        fen = int32(total_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            return self._reply(lib.wsy_query_order, self._in(dm_id), fen, values)

    def read_bill(
        self, out_trade_no: Optional[str], params: Optional[Values] = None, *, dm_id: Optional[str] = None
    ) -> Reply:
        """Reads a bill from the platform, with the list "pay" of all its payments and refunds."""
        bill = (self._in_optional(out_trade_no), self._in_optional(dm_id))
        with self._params(params) as values:
            return self._reply(lib.wsy_read_bill, *bill, values)

    def reprint(
        self, out_trade_no: Optional[str], params: Optional[Values] = None, *, dm_id: Optional[str] = None
    ) -> Reply:
        """Reprints the receipt of a bill. The reply of ERR_NO_RECEIPT has the ledger's receipt, if there is
        one."""
        bill = (self._in_optional(out_trade_no), self._in_optional(dm_id))
        with self._params(params) as values:
            return self._reply(lib.wsy_reprint, *bill, values)

    def reprint_start(
        self, out_trade_no: Optional[str], params: Optional[Values] = None, *, dm_id: Optional[str] = None
    ) -> Work:
        """Starts what ``reprint`` does and returns at once."""
        bill = (self._in_optional(out_trade_no), self._in_optional(dm_id))
        with self._params(params) as values:
            return Work(self._start(lib.wsy_reprint_start, *bill, values), self._code_page)

    def reconcile(self, day: Optional[str] = None) -> Reply:
        """Queries the platform about each charge and refund of a day such as "2026-11-22" (Beijing), or of
        today. The list "difference" has the differences. The reply of ERR_NO_RESPONSE has the result of those
        that were answered."""
        return self._reply(lib.wsy_reconcile, self._in_optional(day))

    def reconcile_start(self, day: Optional[str] = None) -> Reconciliation:
        """Starts what ``reconcile`` does and returns at once."""
        return Reconciliation(self._start(lib.wsy_reconcile_start, self._in_optional(day)), self._code_page)

    # The ledger: nothing is sent

    def find(self, out_trade_no: str) -> Reply:
        """Looks up a bill of this till. This is not a verdict: read its state."""
        return self._reply(lib.wsy_find, self._in(out_trade_no))

    def find_refund(self, out_refund_no: str) -> Reply:
        """Looks up a refund of this till. This is not a verdict: read its state."""
        return self._reply(lib.wsy_find_refund, self._in(out_refund_no))

    def find_receipt(self, out_trade_no: str, params: Optional[Values] = None) -> Reply:
        """The receipt of a paid bill, made from the config's template if the platform sent none. {"copy": 1}
        marks it as a reprint."""
        with self._params(params) as values:
            return self._reply(lib.wsy_find_receipt, self._in(out_trade_no), values)

    def find_refund_receipt(self, out_refund_no: str, params: Optional[Values] = None) -> Reply:
        """The receipt of a refund that was made. {"copy": 1} marks it as a reprint."""
        with self._params(params) as values:
            return self._reply(lib.wsy_find_refund_receipt, self._in(out_refund_no), values)

    def day(self, day: Optional[str] = None) -> Reply:
        """The lists "charge" and "refund" of a day such as "2026-11-22" (Beijing), or today, and its
        totals."""
        return self._reply(lib.wsy_day, self._in_optional(day))

    def close_day(self, by: str, day: Optional[str] = None) -> Reply:
        """Closes a day, or today, in the name of by: its totals are final, and later outcomes count for the
        next day."""
        return self._reply(lib.wsy_close_day, self._in_optional(day), self._in(by))

    def archive(self, day: Optional[str] = None) -> Reply:
        """Moves bills that are done with, up to a closed day at least 90 days ago, into the archive, which
        keeps the ledger small. Every call still finds them."""
        return self._reply(lib.wsy_archive, self._in_optional(day))

    def unresolved(self) -> Reply:
        """The lists "charge" and "refund" of everything that is undecided or needs a person, and the list
        "unfinished" of bills that are paid but may never have been reported as paid: check whether the goods
        were handed over, then call ``settle``."""
        return self._reply(lib.wsy_unresolved)

    def alarms(self) -> Reply:
        """The list "alarm" of verdicts that turned out to be wrong and that nobody has acknowledged."""
        return self._reply(lib.wsy_alarms)

    def acknowledge(self, alarm_id: int, by: str) -> Reply:
        """Acknowledges an alarm: the person named by has dealt with it, and it is no longer reported."""
        return self._reply(lib.wsy_acknowledge, int32(alarm_id, Code.ERR_NO_ALARM), self._in(by))

    # Printing, which never holds up a payment

    def print_receipt(self, receipt: Reply, printer: str, timeout_ms: int = 0) -> Reply:
        """Prints the receipt of a reply on "tcp:192.168.1.50", "queue:NAME" (Windows) or
        "device:/dev/usb/lp0". Raises ReceiptError if it cannot; waits for at most timeout_ms, or 10 s if that
        is 0."""
        wait = int32(timeout_ms, Code.ERR_ARGUMENT)
        return self._reply(lib.wsy_print_receipt, receipt._pointer, self._in(printer), wait)

    def print_receipt_start(self, receipt: Reply, printer: str, timeout_ms: int = 0) -> Work:
        """Starts what ``print_receipt`` does and returns at once. A cancelled print may still be printed."""
        wait = int32(timeout_ms, Code.ERR_ARGUMENT)
        started = self._start(lib.wsy_print_receipt_start, receipt._pointer, self._in(printer), wait)
        return Work(started, self._code_page)

    def print_bytes(self, bytes: bytes, printer: str, timeout_ms: int = 0) -> Reply:
        """Prints bytes unchanged, such as a till's own bill."""
        wait = int32(timeout_ms, Code.ERR_ARGUMENT)
        return self._reply(lib.wsy_print_bytes, bytes, len(bytes), self._in(printer), wait)

    def print_bytes_start(self, bytes: bytes, printer: str, timeout_ms: int = 0) -> Work:
        """Starts what ``print_bytes`` does and returns at once."""
        wait = int32(timeout_ms, Code.ERR_ARGUMENT)
        started = self._start(lib.wsy_print_bytes_start, bytes, len(bytes), self._in(printer), wait)
        return Work(started, self._code_page)

    @property
    def _pointer(self) -> Any:
        return self._handle.pointer

    def _in(self, text: str) -> bytes:
        return encode(text, self._code_page)

    def _in_optional(self, text: Optional[str]) -> Optional[bytes]:
        return encode_optional(text, self._code_page)

    def _params(self, values: Optional[Values]) -> Any:
        return params_of(values, self._code_page)

    def _reply(self, function: Function, *arguments: object) -> Reply:
        return call(self._code_page, function, self._pointer, *arguments)

    def _outcome(self, function: Function, *arguments: object) -> Outcome:
        return outcome(call(self._code_page, function, self._pointer, *arguments))

    def _start(self, function: Function, *arguments: object) -> Handle:
        pointer = PaymentPointer()
        started = call(self._code_page, function, self._pointer, *arguments, byref(pointer))
        if not pointer:
            # Only after an unforeseen failure of the library; the ledger knows more.
            raise error_of(started.code)
        return Handle(pointer, lib.wsy_payment_free)


def close_all() -> None:
    """Closes every till of this process, also those that nobody refers to any more.

    For an interactive session, where an earlier run may have left one open. Not where another part of the
    process may be using the library.
    """
    code: int = lib.wsy_close_all()
    if code != 0:
        raise error_of(code)


def _callback(client: Client) -> Any:
    """The callback for the library. It holds a weak reference: a client without other references must be
    closed."""
    known = weakref.ref(client)
    code_page = client._code_page

    def take(_user: Optional[int], level: int, line: bytes) -> None:
        client = known()
        function = None if client is None else client._log
        if function is not None:
            function(level, decode(line, code_page))

    return LogCallback(take)
