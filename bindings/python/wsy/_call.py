"""One call of the library: parameters in; an error, a reply or an outcome out."""

from contextlib import contextmanager
from ctypes import byref
from typing import Iterator, Mapping, Optional, Union

from ._codes import OK, CodePage, Verdict
from ._native import Function, Handle, ParamsPointer, ReplyPointer, lib
from ._reply import NOT_MOVED, Outcome, Reply, error_of
from ._text import encode

Values = Mapping[str, Union[str, int]]
"""Named values for a call: options and parameters. A bool is 1 or 0."""

_VERDICTS = frozenset(int(verdict) for verdict in Verdict)


def call(code_page: CodePage, function: Function, *arguments: object, money: str = NOT_MOVED) -> Union[Reply, Outcome]:
    """Makes a call with a reply: returns the outcome of one about money or the reply of another, or raises
    the error.

    money is what an error says that comes without a reply.
    """
    pointer = ReplyPointer()
    code = function(*arguments, byref(pointer))
    handle = Handle(pointer, lib.wsy_reply_free) if pointer else None
    if code in _VERDICTS:
        return Outcome(handle, code_page, Verdict(code))
    reply = Reply(handle, code_page, code)
    if code != OK:
        raise error_of(code, reply if handle else None, money)
    return reply


def outcome(given: Union[Reply, Outcome]) -> Outcome:
    """The outcome of a call about money."""
    if not isinstance(given, Outcome):
        raise error_of(given.code)
    return given


def done(code: int, money: str = NOT_MOVED) -> None:
    """Checks a call without a reply: returns nothing, or raises the error."""
    if code != OK:
        raise error_of(code, money=money)


@contextmanager
def params_of(values: Optional[Values], code_page: CodePage) -> Iterator[Optional[ParamsPointer]]:
    """A list of named values for one call, which copies it."""
    if values is None:
        yield None
        return
    pointer = ParamsPointer()
    done(lib.wsy_params_new(code_page, byref(pointer)))
    handle = Handle(pointer, lib.wsy_params_free)
    try:
        for name, value in values.items():
            text = value if isinstance(value, str) else _number(value)
            done(lib.wsy_params_set(pointer, encode(name, code_page), encode(text, code_page)))
        yield pointer
    finally:
        handle.close()


def _number(value: int) -> str:
    if not isinstance(value, int):
        raise TypeError(f"a str or an int is needed, not {type(value).__name__}")
    return str(int(value))
