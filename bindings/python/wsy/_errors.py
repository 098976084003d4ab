"""Errors. A verdict is never an error: "not paid" and "unknown" are returned as an Outcome."""

from typing import TYPE_CHECKING, Dict, Optional, Type

from ._codes import Code, CodePage, Language
from ._native import lib, read
from ._text import decode

if TYPE_CHECKING:
    from ._reply import Reply

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
_OUTSIDE: Dict[int, Type[Error]] = {Code.ERR_INTERNAL: Error, Code.ERR_BUSY: BillError}


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
