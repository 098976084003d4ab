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

    Open one when the program starts and keep it. Closed by ``close``, at the end of ``with``, when the last reference is
    gone, or at the end of the program. Any thread may use it, several at once; the blocking calls let the other threads
    of Python run. A process that was forked from this one cannot use it: open another till there.

    Each call about money returns an Outcome or raises Error, and an Error guarantees that it sent nothing that moves
    money. ``params`` of a call are its further parameters, whose names are in wsy.h; amounts are int in fen (1/100
    yuan).
    """

    def __init__(
        self,
        folder: "Union[str, os.PathLike[str]]",
        options: Optional[Values] = None,
        *,
        code_page: CodePage = CodePage.UTF8,
    ) -> None:
        """Opens the data folder, making it if it is not there, and reads the pay config.

        options: wsy_open's, such as {"base": "http://127.0.0.1:8080", "poll_ms": 1000}.
        code_page: how the library is spoken to. GBK narrows the text to what GBK holds; it is there for tests.

        Afterwards ``opened`` has device_id (empty until activated); open_charges and open_refunds: if they are not 0, call
        ``recover_start`` and go on selling; unfinished, conflicts and alarms: if they are not 0, a person has to see
        ``unresolved`` and ``alarms``.

        Raises FolderError, or UseError for a wrong option.
        """
        self._code_page = CodePage(code_page)
        self._log: Optional[LogFunction] = None
        path = encode(os.fspath(folder), self._code_page)
        pointer = ClientPointer()
        with params_of(options, self._code_page) as params:
            opened = call(self._code_page, lib.wsy_open, path, self._code_page, params, byref(pointer))
        # The library may call back until the client is closed, so what it calls lives as long as the handle.
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
        """Ends what is going on, as UNKNOWN where it is not decided, and gives the data folder free. Once is enough."""
        self._handle.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._handle.closed

    def on_log(self, function: Optional[LogFunction]) -> None:
        """Sets the function that takes each line of the log: function(level, line), with a LogLevel; None for none.

        It is called on the thread that works, also on threads of the library, so it must be quick. It cannot call the
        library (UseError, ERR_IN_CALLBACK). What it raises goes to sys.unraisablehook and nowhere else.
        """
        if function is not None and not callable(function):
            raise TypeError("a function is needed, or None")
        self._log = function
        done(lib.wsy_on_log(self._pointer, self._callback if function else LogCallback(), None))

    # The device

    def activate(self, initkey: str, hostid: Optional[str] = None, params: Optional[Values] = None) -> Reply:
        """Activates this till with a one-time code from the back office: once in its life. {"hostid_base64": 1} says that
        hostid is encoded already."""
        with self._params(params) as values:
            return self._reply(lib.wsy_activate, self._in(initkey), self._in_optional(hostid), values)

    def set_device(self, device_id: str, key: str) -> Reply:
        """Takes a device id and key that came from the back office by hand."""
        return self._reply(lib.wsy_set_device, self._in(device_id), self._in(key))

    def config(self, refresh: bool = False) -> Reply:
        """The pay config: the one in use, or read from the platform now."""
        return self._reply(lib.wsy_config, int(refresh))

    def time(self) -> Reply:
        """The platform's clock: time, and ahead_s of this machine."""
        return self._reply(lib.wsy_time)

    # Money

    def micropay(
        self, out_trade_no: str, auth_code: str, total_fen: int, params: Optional[Values] = None
    ) -> Outcome:
        """Charges the customer and waits for the verdict: PAID, NOT_PAID, UNKNOWN, PAID_EARLIER or DECIDED.

        out_trade_no is your number of the bill. The same number with the same amount is charged at most once: called again,
        it returns what is on record, or goes on asking. PAID comes once for a bill, and PAID_EARLIER after that.

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
        """Refunds a part or all of a bill and waits for the verdict: REFUNDED, NOT_REFUNDED, UNKNOWN or DECIDED.

        out_refund_no is your number of the refund, which is sent at most once. A bill of another till is named by None
        and dm_id.
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
        """Undoes a bill of this till: REFUNDED, NOT_PAID (nothing to undo), NOT_REFUNDED (still taken), UNKNOWN or DECIDED."""
        with self._params(params) as values:
            return self._outcome(lib.wsy_void, self._in(out_trade_no), values)

    def void_start(self, out_trade_no: str, params: Optional[Values] = None) -> Payment:
        """Starts what ``void`` does and returns at once. That the bill is to be undone is on record then."""
        with self._params(params) as values:
            return Payment(self._start(lib.wsy_void_start, self._in(out_trade_no), values), self._code_page)

    def settle(self, out_trade_no: str, params: Optional[Values] = None) -> Outcome:
        """Finds out what became of a bill by asking, never by charging: the verdicts of ``micropay``."""
        with self._params(params) as values:
            return self._outcome(lib.wsy_settle, self._in(out_trade_no), values)

    def settle_start(self, out_trade_no: str, params: Optional[Values] = None) -> Payment:
        """Starts what ``settle`` does and returns at once."""
        with self._params(params) as values:
            return Payment(self._start(lib.wsy_settle_start, self._in(out_trade_no), values), self._code_page)

    def recover(self, params: Optional[Values] = None) -> Reply:
        """Settles every charge and refund that is open, by asking, for as long as deadline_ms. The reply has the rows
        "charge" and "refund" of all that was open, and the numbers settled and open."""
        with self._params(params) as values:
            return self._reply(lib.wsy_recover, values)

    def recover_start(self, params: Optional[Values] = None) -> Work:
        """Starts what ``recover`` does and returns at once: call it after each start and go on selling. A bill that it works
        on is ERR_BUSY meanwhile; all others are charged as ever."""
        with self._params(params) as values:
            return Work(self._start(lib.wsy_recover_start, values), self._code_page)

    # What a person says: nothing is sent

    def decide(self, out_trade_no: str, decision: str, by: str, why: str, *, attempt: int = 0) -> Reply:
        """Writes down what a person decided about a bill that stays unknown: "paid", "not_paid" or "keep"; by whom, and why.

        attempt: which attempt on the bill; 0 for the only one that waits. BillError while the library may still find out
        (ERR_TOO_EARLY), or if there is nothing to decide (ERR_NOT_OPEN).
        """
        texts = (self._in(decision), self._in(by), self._in(why))
        return self._reply(lib.wsy_decide, self._in(out_trade_no), int32(attempt, Code.ERR_ARGUMENT), *texts)

    def decide_refund(self, out_refund_no: str, decision: str, by: str, why: str) -> Reply:
        """The same about a refund: "refunded", "not_refunded" or "keep"."""
        texts = (self._in(decision), self._in(by), self._in(why))
        return self._reply(lib.wsy_decide_refund, self._in(out_refund_no), *texts)

    # Questions to the platform

    def query_auth_code(self, auth_code: str, total_fen: int, params: Optional[Values] = None) -> Reply:
        """Asks once about the payment of an auth code. This is no verdict: state is "was_paid" (and perhaps refunded since),
        "was_refunded", "paying", "differs" or "not_known". To settle a bill use ``settle``."""
        fen = int32(total_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            return self._reply(lib.wsy_query_auth_code, self._in(auth_code), fen, values)

    def query_order(self, dm_id: str, total_fen: int, params: Optional[Values] = None) -> Reply:
        """Asks once about one of the platform's orders, as ``query_auth_code``; state may also be "failed"."""
        fen = int32(total_fen, Code.ERR_AMOUNT)
        with self._params(params) as values:
            return self._reply(lib.wsy_query_order, self._in(dm_id), fen, values)

    def read_bill(
        self, out_trade_no: Optional[str], params: Optional[Values] = None, *, dm_id: Optional[str] = None
    ) -> Reply:
        """A bill as the platform has it, with the rows "pay" of all its payments and refunds."""
        bill = (self._in_optional(out_trade_no), self._in_optional(dm_id))
        with self._params(params) as values:
            return self._reply(lib.wsy_read_bill, *bill, values)

    def reprint(
        self, out_trade_no: Optional[str], params: Optional[Values] = None, *, dm_id: Optional[str] = None
    ) -> Reply:
        """The receipt of a bill once more. The reply of ERR_NO_RECEIPT holds the ledger's, if there is one."""
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
        """Asks the platform about each charge and refund of a day such as "2026-11-22" (Beijing), or of today, and tells
        in the rows "difference" where the two differ. The reply of ERR_NO_ANSWER holds what the others came to."""
        return self._reply(lib.wsy_reconcile, self._in_optional(day))

    def reconcile_start(self, day: Optional[str] = None) -> Reconciliation:
        """Starts what ``reconcile`` does and returns at once."""
        return Reconciliation(self._start(lib.wsy_reconcile_start, self._in_optional(day)), self._code_page)

    # The ledger: nothing is sent

    def find(self, out_trade_no: str) -> Reply:
        """A bill of this till. This is no verdict: read its state."""
        return self._reply(lib.wsy_find, self._in(out_trade_no))

    def find_refund(self, out_refund_no: str) -> Reply:
        """A refund of this till. This is no verdict: read its state."""
        return self._reply(lib.wsy_find_refund, self._in(out_refund_no))

    def find_receipt(self, out_trade_no: str, params: Optional[Values] = None) -> Reply:
        """The receipt of a paid bill, after the config's template if the platform sent none. {"copy": 1} marks a reprint."""
        with self._params(params) as values:
            return self._reply(lib.wsy_find_receipt, self._in(out_trade_no), values)

    def find_refund_receipt(self, out_refund_no: str, params: Optional[Values] = None) -> Reply:
        """The receipt of a refund that was made. {"copy": 1} marks a reprint."""
        with self._params(params) as values:
            return self._reply(lib.wsy_find_refund_receipt, self._in(out_refund_no), values)

    def day(self, day: Optional[str] = None) -> Reply:
        """The rows "charge" and "refund" of a day such as "2026-11-22" (Beijing), or today, and its totals."""
        return self._reply(lib.wsy_day, self._in_optional(day))

    def close_day(self, by: str, day: Optional[str] = None) -> Reply:
        """Closes a day, or today, by whoever by names: its totals stay as they are, and later outcomes fall into the next one."""
        return self._reply(lib.wsy_close_day, self._in_optional(day), self._in(by))

    def unresolved(self) -> Reply:
        """The rows "charge" and "refund" that are not decided or need a person, and the rows "unfinished" of bills that are
        paid where nobody is known to have heard that: see whether the goods were handed over, then ``settle``."""
        return self._reply(lib.wsy_unresolved)

    def alarms(self) -> Reply:
        """The rows "alarm" of verdicts that turned out to be wrong and that nobody has acknowledged."""
        return self._reply(lib.wsy_alarms)

    def acknowledge(self, alarm_id: int, by: str) -> Reply:
        """A person, by, has seen an alarm and has done what there is to do: it is not told any more."""
        return self._reply(lib.wsy_acknowledge, int32(alarm_id, Code.ERR_NO_ALARM), self._in(by))

    # Printing: no payment waits for it

    def print_receipt(self, receipt: Reply, printer: str, timeout_ms: int = 0) -> Reply:
        """Prints the receipt of a reply: "tcp:192.168.1.50", "queue:NAME" of Windows, "device:/dev/usb/lp0". ReceiptError if
        it cannot; waits for 10 s at most if no time is named."""
        wait = int32(timeout_ms, Code.ERR_ARGUMENT)
        return self._reply(lib.wsy_print_receipt, receipt._pointer, self._in(printer), wait)

    def print_receipt_start(self, receipt: Reply, printer: str, timeout_ms: int = 0) -> Work:
        """Starts what ``print_receipt`` does and returns at once. A cancelled print may still come out."""
        wait = int32(timeout_ms, Code.ERR_ARGUMENT)
        started = self._start(lib.wsy_print_receipt_start, receipt._pointer, self._in(printer), wait)
        return Work(started, self._code_page)

    def print_bytes(self, bytes: bytes, printer: str, timeout_ms: int = 0) -> Reply:
        """Prints bytes as they are, such as a till's own bill."""
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
            # Only if the library failed in a way that nobody foresaw; the ledger knows more.
            raise error_of(started.code)
        return Handle(pointer, lib.wsy_payment_free)


def _callback(client: Client) -> Any:
    """What the library calls. It knows the client weakly: a client that nobody refers to is to be closed."""
    known = weakref.ref(client)
    code_page = client._code_page

    def take(_user: Optional[int], level: int, line: bytes) -> None:
        client = known()
        function = None if client is None else client._log
        if function is not None:
            function(level, decode(line, code_page))

    return LogCallback(take)
