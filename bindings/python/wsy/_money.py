"""Money: int in fen (1/100 yuan), as text or Decimal in yuan. Never float."""

from ctypes import byref, c_int32
from decimal import Decimal
from typing import Union

from ._codes import Code, CodePage
from ._native import lib, read
from ._reply import error_of, int32
from ._text import decode, encode


def fen_to_yuan(fen: int) -> str:
    """An amount in fen as text in yuan with two places, such as "12.50"."""
    _, text = read(lib.wsy_fen_to_yuan, int32(fen, Code.ERR_AMOUNT))
    return decode(text, CodePage.UTF8)


def yuan(fen: int) -> Decimal:
    """An amount in fen as an exact Decimal in yuan, such as Decimal("12.50")."""
    return Decimal(fen_to_yuan(fen))


def yuan_to_fen(yuan: Union[str, Decimal]) -> int:
    """An amount in yuan, such as "12.50" or Decimal("12.5"), in fen.

    Raises BillError (ERR_AMOUNT) for what is no amount from 0.01 to 1000000.00 with at most two places, and
    TypeError for a float, which cannot hold most amounts, and for an int, which may be meant in fen.
    """
    text = format(yuan, "f") if isinstance(yuan, Decimal) else yuan
    fen = c_int32(0)
    code: int = lib.wsy_yuan_to_fen(encode(text, CodePage.UTF8), byref(fen))
    if code != 0:
        raise error_of(code)
    return fen.value
