"""Replies: what a call found out, as named fields. And errors, which carry the reply of the call that failed.

A verdict is never an error: what was not paid, or is unknown, comes back as an Outcome. Both are in one module since reading
a reply can fail, too.
"""

import os
from ctypes import byref, c_int32
from decimal import Decimal
from itertools import count
from types import TracebackType
from typing import Dict, Iterator, List, Mapping, Optional, Tuple, Type, TypeVar, Union

from ._codes import OK, Code, CodePage, Language, Verdict
from ._native import Handle, ReplyPointer, lib, read
from ._text import decode, encode, encode_optional

NOT_MOVED = "not_moved"
MAY_HAVE_MOVED = "may_have_moved"


def code_text(code: int, language: Language = Language.ZH) -> str:
    """The meaning of a code and what to do next, in a sentence; empty for a number that is not a code."""
    done, text = read(lib.wsy_code_text, code, language, CodePage.UTF8)
    return decode(text, CodePage.UTF8) if done == 0 else ""


class Error(Exception):
    """A call failed. From a call about money it guarantees that the call sent nothing that moves money.

    Raised by a Payment with ERR_HANDLE or ERR_ARGUMENT it is about that call alone, and not about the
    payment; its ``money`` is then "may_have_moved".
    """

    code: int
    """A ``Code``; a plain int if a newer library has one that this package does not know."""
    message_zh: str
    """What happened."""
    message_en: str
    advice_zh: str
    """What to do next. Empty if there is no reply; the message says it then."""
    advice_en: str
    hint_zh: str
    """For the programmer: the call, field or option to use next. Empty where there is no reply."""
    hint_en: str
    money: str
    """"moved", "not_moved", "may_have_moved", or "decided" if a person decided it."""
    detail: str
    """For the log, not for the cashier: the reason as the platform, the network or the disk gave it; may be empty."""
    reply: "Optional[Reply]"
    """All fields of the reply; None if there is none because a handle or text was not valid."""

    def __init__(self, code: int, reply: "Optional[Reply]" = None, money: str = NOT_MOVED) -> None:
        super().__init__(code)
        self.code = _known(code)
        self.reply = reply
        fields = reply if reply is not None else {}
        self.message_zh = fields.get("message_zh", code_text(code, Language.ZH))
        self.message_en = fields.get("message_en", code_text(code, Language.EN))
        self.advice_zh = fields.get("advice_zh", "")
        self.advice_en = fields.get("advice_en", "")
        self.hint_zh = fields.get("hint_zh", "")
        self.hint_en = fields.get("hint_en", "")
        self.money = fields.get("money", money)
        self.detail = fields.get("detail", "")

    def explain(self, language: Language = Language.ZH) -> str:
        """What happened and what to do next, for the cashier."""
        if language is Language.ZH:
            return f"{self.message_zh}{self.advice_zh}"
        return f"{self.message_en} {self.advice_en}".rstrip()

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        hint = f" {self.hint_en}" if self.hint_en else ""
        return f"[{self.code} {int(self.code)}] {self.explain(Language.EN)}{hint}{detail}"


class UseError(Error):
    """The call was wrong: a closed client or payment, an invalid text or number, an unknown option."""


class FolderError(Error):
    """The data folder, its ledger, or an address or file in the options cannot be used."""


class DeviceError(Error):
    """The till is not activated, could not be, or has no config."""


class BillError(Error):
    """This bill, amount, auth code, parameter or refund is not acceptable, or not at this moment."""


class PlatformError(Error):
    """The platform could not be reached or did not respond properly; or the call was cancelled before it sent
    anything."""


class ReceiptError(Error):
    """The receipt could not be drawn or printed. No payment is affected."""


# The codes are grouped, see wsy.h; a new code belongs to its neighbours' group.
_GROUPS = (
    (-120, UseError),
    (-130, FolderError),
    (-140, DeviceError),
    (-160, BillError),
    (-167, PlatformError),
    (-180, ReceiptError),
    (-200, PlatformError),
)
_OUTSIDE: Dict[int, Type[Error]] = {
    Code.ERR_INTERNAL: Error,
    Code.ERR_BUSY: BillError,
    Code.ERR_ALREADY_OPEN: FolderError,
    Code.ERR_NO_ALARM: BillError,
    Code.ERR_BILL_LACKS_REFUND: BillError,
    Code.ERR_DM_ID: BillError,
    Code.ERR_DAY_NOT_ARCHIVABLE: BillError,
    Code.ERR_ARCHIVE: FolderError,
}


def error_of(code: int, reply: "Optional[Reply]" = None, money: str = NOT_MOVED) -> Error:
    """The exception for a code. Below -100 nothing was sent; for another number that is not a verdict that is
    not certain."""
    return _class(code)(code, reply, money if code <= Code.ERR_HANDLE else MAY_HAVE_MOVED)


def _class(code: int) -> Type[Error]:
    if code in _OUTSIDE:
        return _OUTSIDE[code]
    for end, group in _GROUPS:
        if end < code <= Code.ERR_HANDLE:
            return group
    return Error


def _known(code: int) -> int:
    try:
        return Code(code)
    except ValueError:
        return code


def int32(number: int, code: Code, money: str = NOT_MOVED) -> int:
    """Returns a number that fits the C ABI, or raises the error. ctypes would truncate it and charge another
    amount."""
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError(f"an int is needed, not {type(number).__name__}")
    if not -(2**31) <= number < 2**31:
        raise error_of(code, money=money)
    return number


AnyReply = TypeVar("AnyReply", bound="Reply")
Path = Union[str, "os.PathLike[str]"]


class Fields:
    """Named fields of a reply, or of an item in one of its lists. wsy.h documents the names at each call."""

    def __init__(self, handle: Optional[Handle], code_page: CodePage) -> None:
        self._handle = handle
        self._code_page = code_page

    @property
    def _pointer(self) -> ReplyPointer:
        return ReplyPointer() if self._handle is None else ReplyPointer(self._handle.pointer.value)

    def __getitem__(self, name: str) -> str:
        code, text = self._read_text(encode(name, self._code_page))
        self._found(code, name)
        return decode(text, self._code_page)

    def number(self, name: str) -> int:
        """A field that is an integer, such as "total_fen". KeyError if it does not exist or is not a
        number."""
        value = c_int32(0)
        self._found(self._read_number(encode(name, self._code_page), value), name)
        return value.value

    def yuan(self, name: str) -> Decimal:
        """A field that is an amount in fen, such as "total_fen", in yuan."""
        # From text, since arithmetic rounds to the context of the thread.
        return Decimal(f"{self.number(name)}e-2")

    def _read_text(self, name: bytes) -> Tuple[int, bytes]:
        raise NotImplementedError

    def _read_number(self, name: bytes, value: c_int32) -> int:
        raise NotImplementedError

    def _found(self, code: int, name: str) -> None:
        # After an unforeseen failure there may be no reply, and so no field.
        if self._handle is None or code in (Code.ERR_NO_FIELD, Code.ERR_TEXT):
            raise KeyError(name)
        if code != OK:
            raise error_of(code)


class Item(Fields):
    """An item of a list in a reply, such as one charge of a day. It can be read until the reply is closed."""

    def __init__(self, reply: "Reply", name: str, index: int) -> None:
        super().__init__(reply._handle, reply._code_page)
        self._list = encode(name, reply._code_page)
        self._index = index

    def get(self, name: str, default: str = "") -> str:
        """The field, or the default if it does not exist."""
        try:
            return self[name]
        except KeyError:
            return default

    def names(self) -> List[str]:
        """The names of all its fields, including those that only the platform defines."""
        names: List[str] = []
        for field in count():
            code, name = read(lib.wsy_reply_item_name, self._pointer, self._list, self._index, field)
            if self._handle is None or code == Code.ERR_NO_FIELD:
                break
            self._found(code, "")
            names.append(decode(name, self._code_page))
        return names

    def _read_text(self, name: bytes) -> Tuple[int, bytes]:
        return read(lib.wsy_reply_item_text, self._pointer, self._list, self._index, name)

    def _read_number(self, name: bytes, value: c_int32) -> int:
        code: int = lib.wsy_reply_item_int(self._pointer, self._list, self._index, name, byref(value))
        return code


class Reply(Fields, Mapping[str, str]):
    """The result of a call: a mapping of its fields, which are read from the library on demand.

    It never changes and may be read from any thread. Freed by ``close``, at the end of ``with``, or when the
    last reference to it and its items is gone. Like a verdict it has no truth: ``if reply:`` raises
    TypeError.
    """

    def __init__(self, handle: Optional[Handle], code_page: CodePage, code: int) -> None:
        super().__init__(handle, code_page)
        self.code: int = code if handle is None else lib.wsy_reply_code(self._pointer)
        """The code that the call returned."""

    def __enter__(self: AnyReply) -> AnyReply:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees it; reading it then raises UseError (ERR_HANDLE)."""
        if self._handle is not None:
            self._handle.close()

    def __bool__(self) -> bool:
        raise TypeError("a reply is no yes or no: look at its verdict, or at its fields")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            raise TypeError("a reply is no number: compare its verdict")
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __iter__(self) -> Iterator[str]:
        # A field from the platform may have the name of one of the library's, which takes precedence.
        names: Dict[str, None] = {}
        for index in count():
            code, name = read(lib.wsy_reply_name, self._pointer, index)
            if self._handle is None or code == Code.ERR_NO_FIELD:
                break
            self._found(code, "")
            names[decode(name, self._code_page)] = None
        return iter(names)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"

    @property
    def money(self) -> str:
        """"moved", "not_moved", "may_have_moved", or "decided" if a person decided it."""
        return self.get("money", MAY_HAVE_MOVED if self.code == Verdict.UNKNOWN else NOT_MOVED)

    @property
    def detail(self) -> str:
        """For the log, not for the cashier: the reason as the platform, the network or the disk gave it; may be empty."""
        return self.get("detail", "")

    def explain(self, language: Language = Language.ZH) -> str:
        """What happened and what to do next, for the cashier."""
        end, space = ("zh", "") if language is Language.ZH else ("en", " ")
        try:
            return f"{self['message_' + end]}{space}{self['advice_' + end]}".rstrip()
        except KeyError:
            return code_text(self.code, language)

    def items_of(self, name: str) -> List[Item]:
        """A list in the reply, such as "charge" of a day or "pay" of a bill. KeyError if the list
        does not exist."""
        size = c_int32(0)
        code: int = lib.wsy_reply_count(self._pointer, encode(name, self._code_page), byref(size))
        self._found(code, name)
        return [Item(self, name, index) for index in range(size.value)]

    def receipt_bytes(self) -> bytes:
        """The receipt for an ESC/POS printer, to be sent unchanged. KeyError if the reply has none."""
        code, data = read(lib.wsy_reply_receipt_bytes, self._pointer)
        self._found(code, "printinfo")
        return data

    def receipt_text(self, width_mm: int = 58) -> str:
        """The receipt as plain lines, laid out for paper that is 58 or 80 mm wide. KeyError if the reply has
        none."""
        code, text = read(lib.wsy_reply_receipt_text, self._pointer, int32(width_mm, Code.ERR_ARGUMENT))
        self._found(code, "printinfo")
        return decode(text, self._code_page)

    def receipt_png(self, width_mm: int = 58, font: Optional[Path] = None) -> bytes:
        """The receipt as a picture, in a system font unless a font file is named. KeyError if the reply has
        no receipt; ReceiptError (ERR_NO_FONT) if no font has all of its characters."""
        width = int32(width_mm, Code.ERR_ARGUMENT)
        code, data = read(lib.wsy_reply_receipt_png, self._pointer, width, self._path(font))
        self._found(code, "printinfo")
        return data

    def receipt_png_file(self, path: Path, width_mm: int = 58, font: Optional[Path] = None) -> None:
        """Writes the same picture to a file, replacing an existing one. ReceiptError (ERR_PICTURE) if it
        cannot be written."""
        width = int32(width_mm, Code.ERR_ARGUMENT)
        code: int = lib.wsy_reply_receipt_png_file(self._pointer, width, self._path(font), self._path(path))
        self._found(code, "printinfo")

    def canvas_text(self) -> str:
        """The pop-up of the platform's own client as plain lines. KeyError if the reply has none."""
        code, text = read(lib.wsy_reply_canvas_text, self._pointer)
        self._found(code, "canvas")
        return decode(text, self._code_page)

    def canvas_png(self, font: Optional[Path] = None) -> bytes:
        """The same pop-up as a picture, without its images. KeyError if the reply has none; ReceiptError as
        for receipt_png."""
        code, data = read(lib.wsy_reply_canvas_png, self._pointer, self._path(font))
        self._found(code, "canvas")
        return data

    def canvas_png_file(self, path: Path, font: Optional[Path] = None) -> None:
        """Writes the same picture to a file, replacing an existing one."""
        code: int = lib.wsy_reply_canvas_png_file(self._pointer, self._path(font), self._path(path))
        self._found(code, "canvas")

    def _path(self, path: Optional[Path]) -> Optional[bytes]:
        return encode_optional(None if path is None else os.fspath(path), self._code_page)

    def _read_text(self, name: bytes) -> Tuple[int, bytes]:
        return read(lib.wsy_reply_text, self._pointer, name)

    def _read_number(self, name: bytes, value: c_int32) -> int:
        code: int = lib.wsy_reply_int(self._pointer, name, byref(value))
        return code


class Outcome(Reply):
    """The reply of a call about money: its verdict and its fields.

    ``if outcome:`` raises TypeError, so that nothing but paid is ever taken for paid. Write ``if
    outcome.paid:`` or ``if outcome.verdict is Verdict.PAID:``.
    """

    def __init__(self, handle: Optional[Handle], code_page: CodePage, verdict: Verdict) -> None:
        super().__init__(handle, code_page, int(verdict))
        self.verdict = verdict
        """How the call ended."""

    @property
    def paid(self) -> bool:
        """True only if the goods may be handed over: the money was taken, and no earlier call has reported
        that."""
        return self.verdict is Verdict.PAID

    @property
    def first_told(self) -> str:
        """When the bill was first reported as paid (Beijing time), by this call or an earlier one. Empty if
        it never was."""
        return self.get("first_told", "")

    @property
    def decision(self) -> str:
        """After DECIDED: the person's decision, "paid", "not_paid", "refunded" or "not_refunded"; else
        empty."""
        return self.get("decision", "")

    def __repr__(self) -> str:
        return f"<Outcome {self.verdict}>"
