#!/usr/bin/env python3
"""A small till on the wsy library, with nothing but Python 3.8 and its ctypes. Copy from it what you need.

    till.py FOLDER [BASE] [--set NAME=VALUE]...

FOLDER is this till's data folder (one till, one folder), BASE the platform's address if it is not the default one,
--set an option of wsy_open, such as --set poll_ms=1000.

The library is looked for where the environment variable WSY_LIBRARY says, then beside this file, then where the
system keeps its libraries.

The scanner is the keyboard: a scanner in keyboard mode types the code and presses Enter, just like a person.
"""

import argparse
import ctypes
import ctypes.util
import os
import signal
import sys
from ctypes import POINTER, byref, c_char_p, c_int32, c_void_p

WSY_OK = 0
WSY_PAID = 1
WSY_REFUNDED = 2
WSY_NOT_PAID = -1
WSY_UNKNOWN = -2
WSY_NOT_REFUNDED = -3
WSY_PENDING = -4
WSY_UTF8 = 65001
WSY_ZH = 0
WSY_EN = 1


class Client(c_void_p):
    """wsy_client *"""


class Params(c_void_p):
    """wsy_params *"""


class Payment(c_void_p):
    """wsy_payment *"""


class Reply(c_void_p):
    """wsy_reply *"""


def find_library():
    beside = os.path.dirname(os.path.abspath(__file__))
    name = "wsy.dll" if os.name == "nt" else "libwsy.so"
    candidates = [os.environ.get("WSY_LIBRARY"), os.path.join(beside, name)]
    for candidate in candidates:
        if candidate and os.path.exists(candidate):
            return candidate
    return ctypes.util.find_library("wsy") or name


try:
    # CDLL, as wsy.h is cdecl; other threads of Python run while a call waits.
    lib = ctypes.CDLL(find_library())
except OSError as error:
    sys.exit(f"cannot load the wsy library ({error}); set WSY_LIBRARY to its path")


def prototype(name, *argtypes):
    """Declares a function. Without this ctypes would pass pointers as 32-bit numbers on a 64-bit system."""
    function = getattr(lib, name)
    function.argtypes = argtypes
    function.restype = c_int32
    return function


# int32_t wsy_params_new(int32_t code_page, wsy_params **params);
wsy_params_new = prototype("wsy_params_new", c_int32, POINTER(Params))

# int32_t wsy_params_set(wsy_params *params, const char *name, const char *value);
wsy_params_set = prototype("wsy_params_set", Params, c_char_p, c_char_p)

# int32_t wsy_params_free(wsy_params *params);
wsy_params_free = prototype("wsy_params_free", Params)

# int32_t wsy_open(const char *folder, int32_t code_page, const wsy_params *options, wsy_client **client,
#                  wsy_reply **reply);
wsy_open = prototype("wsy_open", c_char_p, c_int32, Params, POINTER(Client), POINTER(Reply))

# int32_t wsy_close(wsy_client *client);
wsy_close = prototype("wsy_close", Client)

# int32_t wsy_activate(wsy_client *client, const char *initkey, const char *hostid, wsy_reply **reply);
wsy_activate = prototype("wsy_activate", Client, c_char_p, c_char_p, POINTER(Reply))

# int32_t wsy_config(wsy_client *client, int32_t refresh, wsy_reply **reply);
wsy_config = prototype("wsy_config", Client, c_int32, POINTER(Reply))

# int32_t wsy_time(wsy_client *client, wsy_reply **reply);
wsy_time = prototype("wsy_time", Client, POINTER(Reply))

# int32_t wsy_recover(wsy_client *client, const wsy_params *params, wsy_reply **reply);
wsy_recover = prototype("wsy_recover", Client, Params, POINTER(Reply))

# int32_t wsy_micropay_start(wsy_client *client, const char *out_trade_no, const char *auth_code, int32_t total_fen,
#                            const wsy_params *params, wsy_payment **payment, wsy_reply **reply);
wsy_micropay_start = prototype(
    "wsy_micropay_start", Client, c_char_p, c_char_p, c_int32, Params, POINTER(Payment), POINTER(Reply)
)

# int32_t wsy_refund_start(wsy_client *client, const char *out_refund_no, const char *out_trade_no, const char *dm_id,
#                          int32_t refund_fen, const wsy_params *params, wsy_payment **payment, wsy_reply **reply);
wsy_refund_start = prototype(
    "wsy_refund_start", Client, c_char_p, c_char_p, c_char_p, c_int32, Params, POINTER(Payment), POINTER(Reply)
)

# int32_t wsy_payment_wait(wsy_payment *payment, int32_t timeout_ms, wsy_reply **reply);
wsy_payment_wait = prototype("wsy_payment_wait", Payment, c_int32, POINTER(Reply))

# int32_t wsy_payment_text(const wsy_payment *payment, int32_t language, char *buffer, int32_t size, int32_t *needed);
wsy_payment_text = prototype("wsy_payment_text", Payment, c_int32, c_char_p, c_int32, POINTER(c_int32))

# int32_t wsy_payment_cancel(wsy_payment *payment);
wsy_payment_cancel = prototype("wsy_payment_cancel", Payment)

# int32_t wsy_payment_free(wsy_payment *payment);
wsy_payment_free = prototype("wsy_payment_free", Payment)

# int32_t wsy_void(wsy_client *client, const char *out_trade_no, const wsy_params *params, wsy_reply **reply);
wsy_void = prototype("wsy_void", Client, c_char_p, Params, POINTER(Reply))

# int32_t wsy_settle(wsy_client *client, const char *out_trade_no, const wsy_params *params, wsy_reply **reply);
wsy_settle = prototype("wsy_settle", Client, c_char_p, Params, POINTER(Reply))

# int32_t wsy_read_bill(wsy_client *client, const char *out_trade_no, const char *dm_id, const wsy_params *params,
#                       wsy_reply **reply);
wsy_read_bill = prototype("wsy_read_bill", Client, c_char_p, c_char_p, Params, POINTER(Reply))

# int32_t wsy_reprint(wsy_client *client, const char *out_trade_no, const char *dm_id, wsy_reply **reply);
wsy_reprint = prototype("wsy_reprint", Client, c_char_p, c_char_p, POINTER(Reply))

# int32_t wsy_day(wsy_client *client, const char *day, wsy_reply **reply);
wsy_day = prototype("wsy_day", Client, c_char_p, POINTER(Reply))

# int32_t wsy_unresolved(wsy_client *client, wsy_reply **reply);
wsy_unresolved = prototype("wsy_unresolved", Client, POINTER(Reply))

# int32_t wsy_reply_text(const wsy_reply *reply, const char *name, char *buffer, int32_t size, int32_t *needed);
wsy_reply_text = prototype("wsy_reply_text", Reply, c_char_p, c_char_p, c_int32, POINTER(c_int32))

# int32_t wsy_reply_count(const wsy_reply *reply, const char *list, int32_t *count);
wsy_reply_count = prototype("wsy_reply_count", Reply, c_char_p, POINTER(c_int32))

# int32_t wsy_reply_item_text(const wsy_reply *reply, const char *list, int32_t index, const char *name, char *buffer,
#                             int32_t size, int32_t *needed);
wsy_reply_item_text = prototype(
    "wsy_reply_item_text", Reply, c_char_p, c_int32, c_char_p, c_char_p, c_int32, POINTER(c_int32)
)

# int32_t wsy_reply_free(wsy_reply *reply);
wsy_reply_free = prototype("wsy_reply_free", Reply)

# int32_t wsy_code_text(int32_t code, int32_t language, int32_t code_page, char *buffer, int32_t size,
#                       int32_t *needed);
wsy_code_text = prototype("wsy_code_text", c_int32, c_int32, c_int32, c_char_p, c_int32, POINTER(c_int32))

# int32_t wsy_yuan_to_fen(const char *yuan, int32_t *fen);
wsy_yuan_to_fen = prototype("wsy_yuan_to_fen", c_char_p, POINTER(c_int32))

# int32_t wsy_fen_to_yuan(int32_t fen, char *buffer, int32_t size, int32_t *needed);
wsy_fen_to_yuan = prototype("wsy_fen_to_yuan", c_int32, c_char_p, c_int32, POINTER(c_int32))


def utf8(text):
    """Text for the library. A NUL would end it early and make another text of it, so it is refused here."""
    if "\0" in text:
        raise ValueError("a text with a NUL in it")
    return text.encode("utf-8", "surrogateescape")


def read_text(function, *arguments):
    """Text from the library: asks for the size, then for the text. Reading has no side effect."""
    needed = c_int32(0)
    function(*arguments, None, 0, byref(needed))
    if needed.value == 0:
        return ""
    buffer = ctypes.create_string_buffer(needed.value)
    function(*arguments, buffer, needed, None)
    return buffer.value.decode("utf-8")


class Answer:
    """What a call found out: its code, and the reply as a mapping whose missing fields are "". Frees the reply.

    with Answer(wsy_time, client) as answer: ...
    """

    def __init__(self, function, *arguments):
        self.reply = Reply()
        self.code = function(*arguments, byref(self.reply))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        wsy_reply_free(self.reply)

    def __bool__(self):
        return bool(self.reply)

    def __getitem__(self, name):
        return read_text(wsy_reply_text, self.reply, utf8(name))

    def number(self, name):
        return int(self[name] or 0)

    def items(self, name):
        """The items of a list, each a function from a field's name to its text."""
        count = c_int32(0)
        wsy_reply_count(self.reply, utf8(name), byref(count))
        for index in range(count.value):
            yield lambda field, index=index: read_text(
                wsy_reply_item_text, self.reply, utf8(name), index, utf8(field)
            )


HEADLINES = {
    WSY_PAID: "已收款  PAID",
    WSY_NOT_PAID: "没有收款  NOT PAID",
    WSY_REFUNDED: "已退款  REFUNDED",
    WSY_NOT_REFUNDED: "没有退款  NOT REFUNDED",
    WSY_UNKNOWN: "结果未知  UNKNOWN",
}


def explain(code, answer=None):
    """What a code means and what to do. A reply says it best; a call that had no good handle or text gives none."""
    if not answer:
        for language in (WSY_ZH, WSY_EN):
            print(" ", read_text(wsy_code_text, code, language, WSY_UTF8))
        return
    print(f"  {answer['message_zh']}{answer['advice_zh']}")
    print(f"  {answer['message_en']} {answer['advice_en']}")
    labelled("详情 detail:", answer["detail"])


def labelled(label, text):
    if text:
        print(f"  {label} {text}")


def good(answer):
    """For calls that ask or look up: whether it went well; if it did not, says why."""
    if answer.code == WSY_OK:
        return True
    print(f"  --  没有完成 FAILED ({answer.code})  --")
    explain(answer.code, answer)
    return False


def print_receipt(answer):
    """A real till sends the bytes of wsy_reply_receipt_bytes to its ESC/POS printer instead."""
    for line in answer["receipt"].splitlines():
        print(f"    | {line}")


def hand_over(answer):
    """The one place in this program where goods may change hands.

    Paid is said of a bill, not of this moment: it may have been paid and served yesterday, or refunded since.
    """
    if answer.number("refunded_fen") > 0:
        print("  注意：已退过款 careful: refunds were made, see: bill NUMBER")
    elif answer["recorded"] == "1":
        print("  注意：这笔单以前就已收款，商品可能已交付 careful: paid before, the goods may be gone")
    if answer.number("paid_attempts") > 1:
        print("  注意：这笔单收了不止一次款，请退还多收的 careful: paid more than once, give the rest back")
    print_receipt(answer)


def headline(code):
    print(f"  ========  {HEADLINES.get(code, '没有发出  NOTHING SENT')}  ========")


def verdict(answer):
    """Tells the cashier how a call about money ended."""
    headline(answer.code)
    explain(answer.code, answer)
    labelled("金额 yuan:", answer["refund" if answer.code == WSY_REFUNDED else "total"])
    labelled("平台单号 order:", answer["dm_id"])
    if answer.code == WSY_UNKNOWN:
        print("  查清 to find out: settle NUMBER, unresolved")
    if answer.code == WSY_PAID:
        hand_over(answer)


class Progress:
    """Shows what a payment is doing: in place on a terminal, else a line for each change."""

    def __init__(self, payment):
        self.payment = payment
        self.shown = ""

    def show(self):
        text = "  ".join(read_text(wsy_payment_text, self.payment, language) for language in (WSY_ZH, WSY_EN))
        if text == self.shown:
            return
        self.clear()
        if sys.stdout.isatty():
            print(text, end="", flush=True)
        else:
            print(f"  {text}", flush=True)
        self.shown = text

    def clear(self):
        if sys.stdout.isatty():
            print("\r" + " " * 79 + "\r", end="")


def wait_for(payment):
    """Waits for the verdict a fifth of a second at a time; a program with a window would draw it in between.

    Ctrl-C stops waiting. It cannot undo the payment: what may have been taken comes back as unknown.
    """
    progress = Progress(payment)
    before = signal.signal(signal.SIGINT, lambda *_: wsy_payment_cancel(payment))
    try:
        while True:
            progress.show()
            answer = Answer(wsy_payment_wait, payment, 200)
            if answer.code != WSY_PENDING:
                return answer
    finally:
        signal.signal(signal.SIGINT, before)
        progress.clear()


def start(function, *arguments):
    """Starts a payment or a refund, waits for it, and tells how it ended or why it was not started."""
    payment = Payment()
    with Answer(function, *arguments, None, byref(payment)) as answer:
        if answer.code != WSY_PENDING:
            verdict(answer)
            return
    try:
        with wait_for(payment) as answer:
            verdict(answer)
    finally:
        wsy_payment_free(payment)


def read_yuan(text):
    """Money as it was typed, in fen; says so and gives None if it is none. Never compute money in floats."""
    fen = c_int32(0)
    code = wsy_yuan_to_fen(utf8(text), byref(fen))
    if code == WSY_OK:
        return fen.value
    headline(code)
    explain(code)
    return None


def in_yuan(fen):
    return read_text(wsy_fen_to_yuan, fen)


def show_config(answer):
    labelled("设备 device:", answer["device_id"])
    labelled("商户 shop:", answer["client_name"])
    if answer["config_source"] == "file":
        age = answer["config_age_s"]
        print(f"  连不上平台，用的是 {age} 秒前保存的配置 offline, config is {age} s old")
    for pay_type in answer.items("dm_code"):
        print(f"  支付方式 pay type: {pay_type('code'):<8}  {pay_type('name')}")


def print_rows(answer):
    """One line for each charge and refund of a reply."""
    print(f"  {'kind':<7} {'number':<16}  {'order':<16}  {'yuan':>10}  {'state':<12}  begun")
    for kind, number, yuan in (("charge", "out_trade_no", "total"), ("refund", "out_refund_no", "refund")):
        for row in answer.items(kind):
            print(
                f"  {kind:<7} {row(number):<16}  {row('dm_id'):<16}  {row(yuan):>10}  {row('state'):<12}  "
                f"{row('started')}"
            )


class Till:
    """The commands. Each public method is one; its docstring is what help shows."""

    def __init__(self, client):
        self._client = client

    def activate(self, code):
        """激活本机，一生一次 once in a till's life"""
        with Answer(wsy_activate, self._client, utf8(code), None) as answer:
            if good(answer):
                print("  已激活 ACTIVATED")
                show_config(answer)

    def config(self):
        """重新读取支付配置 read the pay config"""
        with Answer(wsy_config, self._client, 1) as answer:
            if good(answer):
                show_config(answer)

    def time(self):
        """核对时钟 compare the clocks"""
        with Answer(wsy_time, self._client) as answer:
            if good(answer):
                labelled("平台时间 platform:", answer["time"])
                print(f"  本机快 this machine is ahead by {answer['ahead_s']} s")

    def pay(self, number, yuan, authcode=None):
        """收款 charge a customer"""
        fen = read_yuan(yuan)
        if fen is None:
            return
        if authcode is None:
            authcode = read_line("请扫付款码 scan: ")
        if authcode is None:
            return
        # number is the shop's own number of this bill. If this program dies during the call, the same number goes on
        # where it stopped: it is never charged twice.
        start(wsy_micropay_start, self._client, utf8(number), utf8(authcode), fen)

    def refund(self, refundno, number, yuan):
        """退款 give money back"""
        fen = read_yuan(yuan)
        if fen is not None:
            start(wsy_refund_start, self._client, utf8(refundno), utf8(number), None, fen)

    def void(self, number):
        """撤销整单 undo a bill, paid or not"""
        with Answer(wsy_void, self._client, utf8(number), None) as answer:
            verdict(answer)

    def settle(self, number):
        """查清一笔单 find out what became of a bill"""
        with Answer(wsy_settle, self._client, utf8(number), None) as answer:
            verdict(answer)

    def bill(self, number):
        """读取平台账单 read the platform's bill"""
        with Answer(wsy_read_bill, self._client, utf8(number), None, None) as answer:
            if not good(answer):
                return
            labelled("平台单号 order:     ", answer["dm_id"])
            labelled("已付 paid:          ", in_yuan(answer.number("pay_total_fen")))
            labelled("已退 refunded:      ", in_yuan(answer.number("refunded_fen")))
            labelled("可退 refundable:    ", in_yuan(answer.number("refundable_fen")))
            for line in answer.items("pay"):
                print(f"  {line('pay_total'):>10}  {line('pay_time'):<19}  {line('pay_name')}")

    def reprint(self, number):
        """补打小票 the receipt once more"""
        with Answer(wsy_reprint, self._client, utf8(number), None) as answer:
            # Without the platform's receipt the reply holds the one of the ledger, if there is one.
            good(answer)
            print_receipt(answer)

    def unresolved(self):
        """未查清的单 what is not decided"""
        with Answer(wsy_unresolved, self._client) as answer:
            if not good(answer):
                return
            if answer.number("open") == 0:
                print("  没有未查清的单 nothing is unresolved")
            else:
                print_rows(answer)

    def ledger(self):
        """今日流水 today's rows"""
        with Answer(wsy_day, self._client, None) as answer:
            if good(answer):
                print_rows(answer)
                paid, refunded = (in_yuan(answer.number(name)) for name in ("paid_fen", "refunded_fen"))
                print(f"  收款 paid {paid}   退款 refunded {refunded}   未查清 open {answer['open']}")

    def help(self):
        """命令列表 this list"""
        for name, command in COMMANDS.items():
            print(f"  {usage(name):<28} {command.__doc__}")
        print(f"  {'quit':<28} 退出 end the program")

    def _recover(self):
        """Before any new payment: finds out what became of those that a crash or a power cut left open."""
        print("  上次有未查清的单，正在查询 the last run left these open, asking about them:")
        self.unresolved()
        with Answer(wsy_recover, self._client, None) as answer:
            if good(answer):
                print("  查询之后 after asking:")
                print_rows(answer)


COMMANDS = {name: command for name, command in vars(Till).items() if not name.startswith("_")}


def parameters(name):
    """How many words a command has to get and may get, and their names."""
    code = COMMANDS[name].__code__
    names = code.co_varnames[1 : code.co_argcount]
    return len(names) - len(COMMANDS[name].__defaults__ or ()), len(names), names


def usage(name):
    least, _, names = parameters(name)
    words = [word.upper() if at < least else f"[{word.upper()}]" for at, word in enumerate(names)]
    return " ".join([name, *words])


def read_line(prompt):
    """A line from the keyboard or the scanner, without its end; None at the end of the input."""
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


def run(till, words):
    name, *rest = words
    if name not in COMMANDS:
        print("  没有这个命令，请输入 help  no such command, type help")
        return
    least, most, _ = parameters(name)
    if least <= len(rest) <= most:
        COMMANDS[name](till, *rest)
    else:
        print(f"  用法 usage: {usage(name)}")


def serve(till):
    while (line := read_line("till> ")) is not None:
        words = line.split()
        if words == ["quit"]:
            return
        if words:
            run(till, words)


def make_options(arguments):
    options = Params()
    wsy_params_new(WSY_UTF8, byref(options))
    pairs = [pair.partition("=")[::2] for pair in arguments.set]
    if arguments.base:
        pairs.append(("base", arguments.base))
    for name, value in pairs:
        wsy_params_set(options, utf8(name), utf8(value))
    return options


def open_till(arguments):
    """Opens the till and settles what the last run left open; None if it cannot be opened."""
    client = Client()
    options = make_options(arguments)
    with Answer(wsy_open, utf8(arguments.folder), WSY_UTF8, options, byref(client)) as answer:
        wsy_params_free(options)
        if not good(answer):
            return None
        if answer["device_id"]:
            show_config(answer)
        else:
            print("  尚未激活 not activated yet: activate CODE")
        is_open = answer.number("open_charges") + answer.number("open_refunds") > 0
        needs_person = answer.number("conflicts") > 0
    if is_open:
        Till(client)._recover()
    if needs_person:
        print("  有退款需要人工核对 some refunds need a person: unresolved")
    return client


def main():
    parser = argparse.ArgumentParser(description="A small till on the wsy library.")
    parser.add_argument("folder", metavar="FOLDER", help="this till's data folder")
    parser.add_argument("base", metavar="BASE", nargs="?", help="the platform's address")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="an option of wsy_open")
    client = open_till(parser.parse_args())
    if client is None:
        return 1
    try:
        serve(Till(client))
    except KeyboardInterrupt:
        print()
    finally:
        wsy_close(client)
    return 0


if __name__ == "__main__":
    for stream in (sys.stdin, sys.stdout):
        # What the screen cannot show is shown as "?"; what is no text is the library's to refuse.
        stream.reconfigure(errors="surrogateescape" if stream is sys.stdin else "replace")
    sys.exit(main())
