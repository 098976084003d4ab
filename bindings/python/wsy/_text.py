"""Text between Python and the library."""

import codecs
from typing import Optional, Tuple, Union

from ._codes import CodePage

# This byte is not valid in either code page: the library returns ERR_TEXT and sends nothing.
_NO_TEXT = b"\xff"
_EURO = "\u20ac"


def _as_the_library_does(error: UnicodeError) -> Tuple[Union[str, bytes], int]:
    """Handles what Python's codecs reject: code page 936 has the euro at 80, which they lack."""
    if isinstance(error, UnicodeEncodeError):
        return b"\x80" if error.object[error.start] == _EURO else _NO_TEXT, error.start + 1
    if isinstance(error, UnicodeDecodeError):
        return _EURO if error.object[error.start] == 0x80 else "\ufffd", error.start + 1
    raise error


codecs.register_error("wsy", _as_the_library_does)


def encode(text: str, code_page: CodePage) -> bytes:
    """Encodes a text for the library, which rejects characters that its code page lacks.

    A NUL would end the text early and make another text of it, so the library is made to refuse that too.
    """
    if not isinstance(text, str):
        raise TypeError(f"a str is needed, not {type(text).__name__}")
    return text.encode("gbk" if code_page is CodePage.GBK else "utf-8", "wsy").replace(b"\0", _NO_TEXT)


def encode_optional(text: Optional[str], code_page: CodePage) -> Optional[bytes]:
    """Encodes an optional text."""
    return None if text is None else encode(text, code_page)


def decode(data: bytes, code_page: CodePage) -> str:
    """Decodes a text of the library, with or without its terminator."""
    # GB 18030 includes all of GBK, also the characters that Python's gbk codec lacks.
    return data.rstrip(b"\0").decode("gb18030" if code_page is CodePage.GBK else "utf-8", "wsy")
