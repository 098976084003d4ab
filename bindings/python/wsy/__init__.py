"""wsy: a till knows for certain whether a phone payment was taken.

    import wsy

    with wsy.Client("C:/till/wsy") as till:
        recovery = till.recover_start()  # and go on selling
        outcome = till.micropay("B20261122-0001", scanned, 1250)
        if outcome.verdict is wsy.Verdict.PAID:
            hand_over()
        else:
            show(outcome.explain())

A thin wrapper of the wsy library: the functions of wsy.h have the same names here, and wsy.h documents them
in detail.
"""

from ._call import Values
from ._client import Client, LogFunction, close_all
from ._codes import Code, CodePage, Language, LogLevel, Verdict
from ._money import fen_to_yuan, yuan, yuan_to_fen
from ._native import version
from ._payment import Payment, Reconciliation, Work
from ._reply import (
    BillError,
    DeviceError,
    Error,
    FolderError,
    Item,
    Outcome,
    PlatformError,
    ReceiptError,
    Reply,
    UseError,
    code_text,
)

__version__ = "0.1.0"

__all__ = [
    "BillError",
    "Client",
    "Code",
    "CodePage",
    "DeviceError",
    "Error",
    "FolderError",
    "Language",
    "LogFunction",
    "LogLevel",
    "Outcome",
    "Payment",
    "PlatformError",
    "ReceiptError",
    "Reconciliation",
    "Reply",
    "Item",
    "UseError",
    "Values",
    "Verdict",
    "Work",
    "close_all",
    "code_text",
    "fen_to_yuan",
    "version",
    "yuan",
    "yuan_to_fen",
]
