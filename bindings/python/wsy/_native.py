"""The shared library: found, loaded, and its functions declared as in wsy.h. Nothing else of the package knows ctypes' types.

For the package's own use, and for tests that call the C ABI as it is.
"""

import ctypes
import os
import struct
import sys
import weakref
from collections import deque
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int32, c_void_p
from typing import Any, Callable, Deque, Dict, Optional, Tuple, Type

from ._codes import Code

Function = Callable[..., int]


class ClientPointer(c_void_p):
    """wsy_client *"""


class ParamsPointer(c_void_p):
    """wsy_params *"""


class PaymentPointer(c_void_p):
    """wsy_payment *"""


class ReplyPointer(c_void_p):
    """wsy_reply *"""


LogCallback = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)

_TEXT_OUT = (c_char_p, c_int32, POINTER(c_int32))
_REPLY_OUT = POINTER(ReplyPointer)

# Without these ctypes would pass a pointer as a 32-bit number.
PROTOTYPES: Dict[str, Tuple[Any, ...]] = {
    "wsy_open": (c_char_p, c_int32, ParamsPointer, POINTER(ClientPointer), _REPLY_OUT),
    "wsy_close": (ClientPointer,),
    "wsy_on_log": (ClientPointer, LogCallback, c_void_p),
    "wsy_activate": (ClientPointer, c_char_p, c_char_p, _REPLY_OUT),
    "wsy_set_device": (ClientPointer, c_char_p, c_char_p, _REPLY_OUT),
    "wsy_config": (ClientPointer, c_int32, _REPLY_OUT),
    "wsy_time": (ClientPointer, _REPLY_OUT),
    "wsy_version": _TEXT_OUT,
    "wsy_params_new": (c_int32, POINTER(ParamsPointer)),
    "wsy_params_set": (ParamsPointer, c_char_p, c_char_p),
    "wsy_params_free": (ParamsPointer,),
    "wsy_micropay": (ClientPointer, c_char_p, c_char_p, c_int32, ParamsPointer, _REPLY_OUT),
    "wsy_refund": (ClientPointer, c_char_p, c_char_p, c_char_p, c_int32, ParamsPointer, _REPLY_OUT),
    "wsy_void": (ClientPointer, c_char_p, ParamsPointer, _REPLY_OUT),
    "wsy_settle": (ClientPointer, c_char_p, ParamsPointer, _REPLY_OUT),
    "wsy_recover": (ClientPointer, ParamsPointer, _REPLY_OUT),
    "wsy_micropay_start": (
        ClientPointer, c_char_p, c_char_p, c_int32, ParamsPointer, POINTER(PaymentPointer), _REPLY_OUT,
    ),
    "wsy_refund_start": (
        ClientPointer, c_char_p, c_char_p, c_char_p, c_int32, ParamsPointer, POINTER(PaymentPointer), _REPLY_OUT,
    ),
    "wsy_payment_poll": (PaymentPointer, _REPLY_OUT),
    "wsy_payment_wait": (PaymentPointer, c_int32, _REPLY_OUT),
    "wsy_payment_text": (PaymentPointer, c_int32, *_TEXT_OUT),
    "wsy_payment_cancel": (PaymentPointer,),
    "wsy_payment_void": (PaymentPointer,),
    "wsy_payment_free": (PaymentPointer,),
    "wsy_query_auth_code": (ClientPointer, c_char_p, c_int32, ParamsPointer, _REPLY_OUT),
    "wsy_query_order": (ClientPointer, c_char_p, c_int32, ParamsPointer, _REPLY_OUT),
    "wsy_read_bill": (ClientPointer, c_char_p, c_char_p, ParamsPointer, _REPLY_OUT),
    "wsy_reprint": (ClientPointer, c_char_p, c_char_p, _REPLY_OUT),
    "wsy_find_receipt": (ClientPointer, c_char_p, ParamsPointer, _REPLY_OUT),
    "wsy_find_refund_receipt": (ClientPointer, c_char_p, ParamsPointer, _REPLY_OUT),
    "wsy_print_receipt": (ClientPointer, ReplyPointer, c_char_p, c_int32, _REPLY_OUT),
    "wsy_print_bytes": (ClientPointer, c_char_p, c_int32, c_char_p, c_int32, _REPLY_OUT),
    "wsy_find": (ClientPointer, c_char_p, _REPLY_OUT),
    "wsy_find_refund": (ClientPointer, c_char_p, _REPLY_OUT),
    "wsy_day": (ClientPointer, c_char_p, _REPLY_OUT),
    "wsy_unresolved": (ClientPointer, _REPLY_OUT),
    "wsy_reconcile": (ClientPointer, c_char_p, _REPLY_OUT),
    "wsy_reconcile_start": (ClientPointer, c_char_p, POINTER(PaymentPointer), _REPLY_OUT),
    "wsy_alarms": (ClientPointer, _REPLY_OUT),
    "wsy_acknowledge": (ClientPointer, c_int32, c_char_p, _REPLY_OUT),
    "wsy_reply_code": (ReplyPointer,),
    "wsy_reply_text": (ReplyPointer, c_char_p, *_TEXT_OUT),
    "wsy_reply_int": (ReplyPointer, c_char_p, POINTER(c_int32)),
    "wsy_reply_name": (ReplyPointer, c_int32, *_TEXT_OUT),
    "wsy_reply_count": (ReplyPointer, c_char_p, POINTER(c_int32)),
    "wsy_reply_item_text": (ReplyPointer, c_char_p, c_int32, c_char_p, *_TEXT_OUT),
    "wsy_reply_item_int": (ReplyPointer, c_char_p, c_int32, c_char_p, POINTER(c_int32)),
    "wsy_reply_receipt_bytes": (ReplyPointer, *_TEXT_OUT),
    "wsy_reply_receipt_text": (ReplyPointer, c_int32, *_TEXT_OUT),
    "wsy_reply_receipt_png": (ReplyPointer, c_int32, c_char_p, *_TEXT_OUT),
    "wsy_reply_receipt_png_file": (ReplyPointer, c_int32, c_char_p, c_char_p),
    "wsy_reply_free": (ReplyPointer,),
    "wsy_code_text": (c_int32, c_int32, c_int32, *_TEXT_OUT),
    "wsy_yuan_to_fen": (c_char_p, POINTER(c_int32)),
    "wsy_fen_to_yuan": (c_int32, *_TEXT_OUT),
}


def _library() -> str:
    """The library that WSY_LIBRARY names, or the one inside the package, or on Linux the one that is installed.

    Windows is never asked to search: it might find another program's wsy.dll in the current folder.
    """
    named = os.environ.get("WSY_LIBRARY")
    if named:
        return os.path.abspath(named)
    inside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wsy.dll" if os.name == "nt" else "libwsy.so")
    return inside if os.name == "nt" or os.path.exists(inside) else "libwsy.so.0"


def _load() -> ctypes.CDLL:
    path = _library()
    bits = 8 * struct.calcsize("P")
    try:
        # CDLL, as wsy.h is cdecl; other threads of Python run while a call waits.
        library = ctypes.CDLL(path)
        for name, argtypes in PROTOTYPES.items():
            function = getattr(library, name)
            function.argtypes = argtypes
            function.restype = c_int32
    except (OSError, AttributeError) as error:
        raise ImportError(
            f"cannot load the wsy library {path}: {error}. This is a {bits}-bit Python {sys.version.split()[0]} and "
            f"takes a {bits}-bit library of the same version as this package; WSY_LIBRARY names another file."
        ) from error
    return library


lib = _load()


def read(function: Function, *arguments: object) -> Tuple[int, bytes]:
    """What a function writes into a buffer: its code and the bytes. Reading has no side effect, so it may be repeated."""
    size, needed = 256, c_int32(0)
    while True:
        buffer = ctypes.create_string_buffer(size)
        code = function(*arguments, buffer, size, ctypes.byref(needed))
        if code != Code.ERR_BUFFER:
            return code, buffer.raw[: needed.value]
        size = needed.value


def version() -> str:
    """The library's version, such as "0.1.0"."""
    return read(lib.wsy_version)[1].rstrip(b"\0").decode("ascii")


class Handle:
    """A handle of the library: freed once, by close or else by the garbage collector.

    Closed, or in a process that was forked from the one that opened it, it is NULL, which every function refuses: the
    ledger, its lock and the library's threads belong to the first process.
    """

    def __init__(self, pointer: c_void_p, free: Function, *, keep: object = None, at_exit: bool = False) -> None:
        _free_left_over()
        self._kind: Type[c_void_p] = type(pointer)
        self._number: Optional[int] = pointer.value
        self._process = os.getpid()
        self._finalizer = weakref.finalize(self, _free, free, self._kind(pointer.value), self._process, keep)
        self._finalizer.atexit = at_exit

    @property
    def pointer(self) -> c_void_p:
        """For a call."""
        return self._kind(self._number if self._process == os.getpid() else None)

    def close(self) -> None:
        """Frees it. Calls that are going on end as the library says; once is enough."""
        self._number = None
        self._finalizer()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._number is None


_left_over: Deque[Tuple[Function, c_void_p, int, object]] = deque()


def _free(free: Function, pointer: c_void_p, process: int, keep: object) -> None:
    """Frees a handle. The collector may run inside the log callback, where the library cannot be called: then later.

    keep is what the library needs until the handle is freed.
    """
    if process == os.getpid() and free(pointer) == Code.ERR_IN_CALLBACK:
        _left_over.append((free, pointer, process, keep))


def _free_left_over() -> None:
    for _ in range(len(_left_over)):
        try:
            left = _left_over.popleft()
        except IndexError:
            return
        _free(*left)
