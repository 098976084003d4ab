"""The numbers of wsy.h as enums: verdicts, the codes of errors, languages, code pages."""

import enum


class _Numbers(enum.IntEnum):
    """Numbers that print as their names, alike in every version of Python."""

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.name, spec)


class Verdict(_Numbers):
    """How a call about money ended.

    A verdict is no yes or no, so it has no truth: ``if verdict:`` raises TypeError. Compare it:
    ``if verdict is Verdict.PAID:``.
    """

    PAID = 1
    """The money was taken. The only verdict on which goods may be handed over."""
    REFUNDED = 2
    """The money went back to the customer."""
    NOT_PAID = -1
    """No money was taken, and none will be."""
    UNKNOWN = -2
    """The money may have been taken (or given back). Hand over nothing, charge nothing; ``settle`` finds out."""
    NOT_REFUNDED = -3
    """No money went back, and none will."""
    PENDING = -4
    """Still going on. Only from the single queries."""

    def __bool__(self) -> bool:
        raise TypeError(f"{self} is no yes or no: compare the verdict, such as with 'is Verdict.PAID'")


class Code(_Numbers):
    """The codes of errors. What each means: ``code_text``, docs/errors.md."""

    ERR_HANDLE = -101
    ERR_ARGUMENT = -102
    ERR_TEXT = -103
    ERR_BUFFER = -104
    ERR_NO_FIELD = -105
    ERR_INTERNAL = -106
    ERR_BUSY = -107
    ERR_IN_CALLBACK = -108
    ERR_OPTIONS = -110
    ERR_FOLDER = -120
    ERR_FOLDER_IN_USE = -121
    ERR_LEDGER = -122
    ERR_LEDGER_DAMAGED = -123
    ERR_LEDGER_NEWER = -124
    ERR_BASE = -125
    ERR_CA_FILE = -126
    ERR_LEDGER_COPIED = -127
    ERR_LEDGER_RESTORED = -128
    ERR_SERVER_NOT_ALLOWED = -129
    ERR_NOT_ACTIVATED = -130
    ERR_ACTIVATION_REFUSED = -131
    ERR_ACTIVATION_LOST = -132
    ERR_ACTIVATE_AGAIN = -133
    ERR_NO_CONFIG = -134
    ERR_AUTH_CODE = -140
    ERR_AUTH_CODE_USED = -141
    ERR_AMOUNT = -142
    ERR_AMOUNT_NOT_ALLOWED = -143
    ERR_PAY_TYPE = -144
    ERR_NOT_LICENSED = -145
    ERR_OUT_TRADE_NO = -146
    ERR_AMOUNT_DIFFERS = -147
    ERR_STILL_OPEN = -148
    ERR_ALREADY_REFUNDED = -149
    ERR_PARAM = -150
    ERR_NO_BILL = -151
    ERR_BILL_NOT_PAID = -152
    ERR_OUT_REFUND_NO = -153
    ERR_REFUND_DIFFERS = -154
    ERR_REFUND_OPEN = -155
    ERR_REFUND_TOO_MUCH = -156
    ERR_NOT_SENT = -160
    ERR_NO_ANSWER = -161
    ERR_BAD_ANSWER = -162
    ERR_REFUSED = -163
    ERR_NO_RECEIPT = -164
    ERR_CANCELLED = -165
    ERR_NO_ALARM = -166
    ERR_NO_FONT = -167
    ERR_PICTURE = -168
    ERR_NO_PRINTER = -170
    ERR_PRINTER_OFFLINE = -171
    ERR_NO_PAPER = -172
    ERR_NOT_PRINTED = -173


class Language(_Numbers):
    """The language of a sentence."""

    ZH = 0
    EN = 1


class CodePage(_Numbers):
    """How the library and this package exchange text. A Python program sees ``str`` either way."""

    UTF8 = 65001
    GBK = 936


class LogLevel(_Numbers):
    """How grave a line of the log is. ``10 * level + 10`` is its level in Python's logging."""

    INFO = 1
    WARNING = 2
    ERROR = 3


OK = 0
