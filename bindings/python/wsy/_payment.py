"""Operations in progress: payments, refunds, recoveries, prints."""

import asyncio
from types import TracebackType
from typing import Any, Generator, Generic, Optional, Type, TypeVar

from ._call import call, done, outcome
from ._codes import Code, CodePage, Language, Verdict
from ._native import Function, Handle, lib, read
from ._reply import MAY_HAVE_MOVED, Outcome, Reply, int32
from ._text import decode

Ended = TypeVar("Ended", bound=Reply)
Self = TypeVar("Self", bound="Started[Any]")

_TICK_MS = 100


class Started(Generic[Ended]):
    """An operation in progress on a thread of the library.

    Any thread may use it. Freed by ``close``, at the end of ``with``, or when the last reference is gone;
    freeing does not stop it. In a program with asyncio it can be awaited: ``outcome = await payment``.
    """

    def __init__(self, handle: Handle, code_page: CodePage) -> None:
        self._handle = handle
        self._code_page = code_page

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __await__(self) -> Generator[Any, None, Ended]:
        return self.finished().__await__()

    def close(self) -> None:
        """Frees it. An operation that has not ended continues and is recorded; it is not undone."""
        self._handle.close()

    def poll(self) -> Optional[Ended]:
        """The result, or None while it is in progress. Does not wait. The result stays the same.

        Raises what the blocking call would have raised; UseError, which is about this call alone, if it was
        closed.
        """
        return self._look(lib.wsy_payment_poll)

    def wait(self, timeout_ms: int) -> Optional[Ended]:
        """Like ``poll``, but waits for at most timeout_ms (0 to 3600000). Ctrl-C takes effect only
        afterwards."""
        return self._look(lib.wsy_payment_wait, int32(timeout_ms, Code.ERR_ARGUMENT, MAY_HAVE_MOVED))

    def result(self) -> Ended:
        """Waits until it has ended. Ctrl-C stops only the waiting; the operation continues."""
        while True:
            ended = self.wait(_TICK_MS)
            if ended is not None:
                return ended

    async def finished(self, every_ms: int = 50) -> Ended:
        """Waits until it has ended without blocking the event loop, by polling.

        Cancelling the task stops this waiting only: it goes on. To give a payment up, call its ``cancel`` or
        ``void`` and wait on: the money may have been taken.
        """
        while True:
            ended = self.poll()
            if ended is not None:
                return ended
            await asyncio.sleep(every_ms / 1000)

    def text(self, language: Language = Language.ZH) -> str:
        """A short text for the cashier, such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒" or "正在查清上次未完成的单，3/30，还剩 25 秒".
        It is not a verdict."""
        code, text = read(lib.wsy_payment_text, self._handle.pointer, language)
        done(code, MAY_HAVE_MOVED)
        return decode(text, self._code_page)

    def cancel(self) -> None:
        """Stops waiting, and returns at once; continue to poll or wait. It undoes nothing: a request that was
        not sent yet is not sent (PlatformError, ERR_CANCELLED); a charge that may have been made ends as
        UNKNOWN and stays open in the ledger."""
        done(lib.wsy_payment_cancel(self._handle.pointer), MAY_HAVE_MOVED)

    def _look(self, function: Function, *arguments: object) -> Optional[Ended]:
        found = call(self._code_page, function, self._handle.pointer, *arguments, money=MAY_HAVE_MOVED)
        pending = isinstance(found, Outcome) and found.verdict is Verdict.PENDING
        return None if pending else self._ended(found)

    def _ended(self, found: Reply) -> Ended:
        raise NotImplementedError


class Payment(Started[Outcome]):
    """A payment, refund, settlement or void in progress: ``Client.micropay_start``, ``refund_start``,
    ``settle_start``, ``void_start``. It ends with an Outcome."""

    def void(self) -> None:
        """Undoes the bill of a charge or a settling, whether that goes on or has ended: the bill is settled,
        and refunded if it turns out to be paid. Returns at once; the payment is then pending again and ends
        like ``Client.void``, but VOIDED in the place of REFUNDED. UseError for a refund or a void."""
        done(lib.wsy_payment_void(self._handle.pointer), MAY_HAVE_MOVED)

    def _ended(self, found: Reply) -> Outcome:
        return outcome(found)


class Work(Started[Reply]):
    """A recovery, reprint or print in progress: ``Client.recover_start``, ``reprint_start``,
    ``print_receipt_start``, ``print_bytes_start``. It ends with the reply of the blocking call."""

    def _ended(self, found: Reply) -> Reply:
        return found


class Reconciliation(Work):
    """A reconciliation in progress: ``Client.reconcile_start``. It ends with the reply of
    ``Client.reconcile``."""
