#!/usr/bin/env python3
"""A small till on the wsy package for Python 3.8 and later. Copy from it what you need.

    till.py FOLDER [BASE] [--set NAME=VALUE]...

FOLDER is this till's data folder (one till, one folder), BASE the platform's address if it is not the default
one, --set an option of wsy_open, such as --set poll_ms=1000.

The scanner is the keyboard: a scanner in keyboard mode types the code and presses Enter, just like a person.
"""

import argparse
import inspect
import io
import signal
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Union

try:
    import wsy
except ModuleNotFoundError:
    # Not installed: use the package beside this example. WSY_LIBRARY then names the library.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))
    import wsy
from wsy import Language, Verdict

HEADLINES = {
    Verdict.PAID: "已收款  PAID",
    Verdict.NOT_PAID: "没有收款  NOT PAID",
    Verdict.REFUNDED: "已退款  REFUNDED",
    Verdict.NOT_REFUNDED: "没有退款  NOT REFUNDED",
    Verdict.UNKNOWN: "结果未知  UNKNOWN",
    Verdict.PAID_EARLIER: "已付过款，不要再收款  PAID EARLIER",
    Verdict.DECIDED: "已由人工认定  DECIDED",
    Verdict.VOIDED: "已撤销  VOIDED",
}


def labelled(label: str, text: object) -> None:
    if text != "":
        print(f"  {label} {text}")


def headline(text: str) -> None:
    print(f"  ========  {text}  ========")


def explain(found: Union[wsy.Reply, wsy.Error]) -> None:
    """What happened and what to do next. Its detail is for the log, not for the cashier."""
    for language in Language:
        print(" ", found.explain(language))


def verdict(outcome: wsy.Outcome) -> None:
    """Tells the cashier how a call about money ended."""
    headline(HEADLINES[outcome.verdict])
    explain(outcome)
    if outcome.verdict in (Verdict.NOT_PAID, Verdict.NOT_REFUNDED):
        labelled("原因 reason:", outcome.get("reason", ""))
    labelled("金额 yuan:", outcome.get("refund" if outcome.verdict is Verdict.REFUNDED else "total", ""))
    labelled("平台单号 order:", outcome.get("dm_id", ""))
    if outcome.verdict is Verdict.PAID_EARLIER:
        labelled("首次收款 first told:", outcome.first_told)
    if outcome.verdict is Verdict.DECIDED:
        labelled("认定结果 decision:", outcome.decision)
        labelled("认定人 decided by:", outcome.get("decided_by", ""))
        labelled("理由 why:", outcome.get("why", ""))
    if outcome.verdict is Verdict.UNKNOWN:
        print("  查清 to find out: settle NUMBER; 查不清的由人工认定 if it stays so: decide NUMBER ...")
    if outcome.verdict is Verdict.PAID:
        hand_over(outcome)


def hand_over(outcome: wsy.Outcome) -> None:
    """The only place in this program where goods change hands: a bill gets here once, however often it is
    queried."""
    if outcome.number("paid_attempts") > 1:
        print("  注意：这笔单收了不止一次款，请退还多收的 careful: paid more than once, give the rest back")
    receipt(outcome)


def receipt(reply: wsy.Reply) -> None:
    """A real till sends reply.receipt_bytes() to its ESC/POS printer instead."""
    for line in reply.get("receipt", "").splitlines():
        print(f"    | {line}")


def wait_for(payment: wsy.Payment) -> wsy.Outcome:
    """Waits for the verdict a fifth of a second at a time; a program with a window would draw it in between.

    Ctrl-C stops waiting. It cannot undo the payment: a charge that may have been made ends as unknown.
    """
    shown = ""
    in_place = sys.stdout.isatty()
    clear = "\r" + " " * 79 + "\r"
    before = signal.signal(signal.SIGINT, lambda *_: payment.cancel())
    try:
        while True:
            text = "  ".join(payment.text(language) for language in Language)
            if text != shown:
                print(f"{clear}{text}" if in_place else f"  {text}\n", end="", flush=True)
                shown = text
            outcome = payment.wait(200)
            if outcome is not None:
                return outcome
    finally:
        signal.signal(signal.SIGINT, before)
        if in_place:
            print(clear, end="")


def show_config(config: wsy.Reply) -> None:
    labelled("设备 device:", config["device_id"])
    labelled("商户 shop:", config.get("client_name", ""))
    if config["config_source"] == "file":
        age = config["config_age_s"]
        print(f"  连不上平台，用的是 {age} 秒前保存的配置 offline, config is {age} s old")
    if config["config_source"] != "none":
        for pay_type in config.items_of("dm_code"):
            print(f"  支付方式 pay type: {pay_type['code']:<8}  {pay_type['name']}")


def show_list(reply: wsy.Reply, name: str, kind: str, number: str, yuan: str) -> None:
    for row in reply.items_of(name):
        print(
            f"  {kind:<7} {row[number]:<16}  {row['dm_id']:<16}  {row[yuan]:>10}  {row['state']:<12}  {row['started']}"
        )


def show_rows(reply: wsy.Reply) -> None:
    """One line for each charge and refund of a reply."""
    print(f"  {'kind':<7} {'number':<16}  {'order':<16}  {'yuan':>10}  {'state':<12}  begun")
    show_list(reply, "charge", "charge", "out_trade_no", "total")
    show_list(reply, "refund", "refund", "out_refund_no", "refund")


def show_unfinished(reply: wsy.Reply) -> None:
    """Bills that are paid but may never have been reported as paid: the goods may or may not have been handed
    over."""
    if reply.items_of("unfinished"):
        print("  已收款，但不能确认收银员看到过：先弄清商品是否已交付，再 settle NUMBER")
        print("  paid, and nobody is known to have seen it: are the goods gone? Then: settle NUMBER")
        show_list(reply, "unfinished", "charge", "out_trade_no", "total")


def show_differences(reply: wsy.Reply, name: str) -> None:
    """What the ledger has, what the platform has, and what it means."""
    for row in reply.items_of(name):
        numbers = f"{row.get('id')}  {row.get('out_trade_no')}".strip()
        print(f"  {numbers}  本机 here {row['here']}  平台 there {row['there']}")
        print(f"  {row['message_zh']}\n  {row['message_en']}")


class Till:
    """The commands. Each public method is one; its docstring is what help shows."""

    def __init__(self, client: wsy.Client) -> None:
        self._client = client
        # Payments that the last run left open are queried in the background, while the shop goes on selling.
        self._recovery: Optional[wsy.Work] = None

    def activate(self, code: str) -> None:
        """激活本机，只需一次 only once"""
        config = self._client.activate(code)
        print("  已激活 ACTIVATED")
        show_config(config)

    def config(self) -> None:
        """重新读取支付配置 read the pay config"""
        show_config(self._client.config(refresh=True))

    def time(self) -> None:
        """核对时钟 compare the clocks"""
        time = self._client.time()
        labelled("平台时间 platform:", time["time"])
        print(f"  本机快 this machine is ahead by {time['ahead_s']} s")

    def pay(self, number: str, yuan: str, authcode: str = "") -> None:
        """收款 charge a customer"""
        # number is the shop's own number of this bill. If this program dies during the call, calling again
        # with the same number continues where it stopped: it is never charged twice.
        fen = wsy.yuan_to_fen(yuan)
        scanned = authcode or read_line("请扫付款码 scan: ")
        if scanned is not None:
            with self._client.micropay_start(number, scanned, fen) as payment:
                verdict(wait_for(payment))

    def refund(self, refundno: str, number: str, yuan: str) -> None:
        """退款 give money back"""
        with self._client.refund_start(refundno, number, wsy.yuan_to_fen(yuan)) as refund:
            verdict(wait_for(refund))

    def void(self, number: str) -> None:
        """撤销整单 undo a bill, paid or not"""
        with self._client.void_start(number) as undoing:
            verdict(wait_for(undoing))

    def settle(self, number: str) -> None:
        """查清一笔单 find out what became of a bill"""
        with self._client.settle_start(number) as settling:
            verdict(wait_for(settling))

    def decide(self, number: str, decision: str, who: str, why: str) -> None:
        """人工认定查不清的收款 a person's word on a charge: paid, not_paid, keep"""
        # Records what a person has found out, in the back office or on the customer's phone, about a bill
        # that stays unknown.
        labelled("已记下 written down:", self._client.decide(number, decision, who, why)["state"])

    def decide_refund(self, refundno: str, decision: str, who: str, why: str) -> None:
        """人工认定查不清的退款 the same on a refund: refunded, not_refunded, keep"""
        labelled("已记下 written down:", self._client.decide_refund(refundno, decision, who, why)["state"])

    def bill(self, number: str) -> None:
        """读取平台账单 read the platform's bill"""
        bill = self._client.read_bill(number)
        labelled("平台单号 order:     ", bill["dm_id"])
        labelled("已付 paid:          ", bill.yuan("pay_total_fen"))
        labelled("已退 refunded:      ", bill.yuan("refunded_fen"))
        labelled("可退 refundable:    ", bill.yuan("refundable_fen"))
        for line in bill.items_of("pay"):
            print(f"  {line['pay_total']:>10}  {line['pay_time']:<19}  {line['pay_name']}")

    def reprint(self, number: str) -> None:
        """补打小票 the receipt once more"""
        try:
            receipt(self._client.reprint(number))
        except wsy.Error as error:
            # Without the platform's receipt the reply has the ledger's, if there is one.
            failed(error)
            if error.reply is not None:
                receipt(error.reply)

    def unresolved(self) -> None:
        """未查清和未了结的单 what is not decided or finished"""
        unresolved = self._client.unresolved()
        if unresolved.number("open") == 0:
            print("  没有未查清的单 nothing is unresolved")
        else:
            show_rows(unresolved)
        show_unfinished(unresolved)

    def wait(self) -> None:
        """等待后台查询 wait for what is being asked about"""
        if self._recovery is None:
            print("  后台没有查询 nothing is being asked about")
        shown = ""
        while self._recovery is not None:
            text = "  ".join(self._recovery.text(language) for language in Language)
            if text != shown:
                print(f"  {text}", flush=True)
            shown = text
            self._look_at_recovery(200)

    def ledger(self) -> None:
        """今日流水 today's rows"""
        day = self._client.day()
        show_rows(day)
        paid, refunded = day.yuan("paid_fen"), day.yuan("refunded_fen")
        print(f"  收款 paid {paid}   退款 refunded {refunded}   未查清 open {day['open']}")

    def reconcile(self) -> None:
        """与平台对账 compare today with the platform"""
        found = self._client.reconcile()
        print(f"  已核对 asked {found['asked']}，差异 differences {found['differences']}")
        show_differences(found, "difference")

    def close_day(self, who: str) -> None:
        """日结 close the day"""
        # Its totals are final, and later outcomes count for the next day.
        day = self._client.close_day(who)
        labelled("已日结 day closed:", day["closed"])
        labelled("日结人 closed by:", day["closed_by"])
        labelled("收款 paid:", day.yuan("paid_fen"))
        labelled("退款 refunded:", day.yuan("refunded_fen"))
        labelled("未查清 open:", day["open"])

    def alarms(self) -> None:
        """警报 verdicts that turned out to be wrong"""
        alarms = self._client.alarms()
        print(f"  警报 alarms: {alarms['alarms']}")
        show_differences(alarms, "alarm")

    def acknowledge(self, id: str, who: str) -> None:
        """确认警报 a person has seen to it"""
        self._client.acknowledge(int(id) if id.isdecimal() else 0, who)
        print("  已确认 acknowledged")

    def help(self) -> None:
        """命令列表 this list"""
        for name, command in COMMANDS.items():
            print(f"  {usage(name):<28} {command.__doc__}")
        print(f"  {'quit':<28} 退出 end the program")

    def _recover(self) -> None:
        """Starts to settle the payments that a crash or a power cut left open."""
        self._recovery = self._client.recover_start()
        print("  正在后台查询，可以继续收款 asking about them in the background, go on selling")

    def _look_at_recovery(self, timeout_ms: int) -> None:
        """Checks whether it has ended, waiting at most this long, and shows the result."""
        if self._recovery is None:
            return
        try:
            found = self._recovery.wait(timeout_ms)
        except wsy.Error as error:
            self._recovery = None
            failed(error)
            return
        if found is None:
            return
        self._recovery = None
        print(f"  后台查询结束 recovered: 查清 settled {found['settled']}, 未查清 open {found['open']}")
        show_rows(found)
        show_unfinished(found)


COMMANDS: Dict[str, Callable[..., Any]] = {
    name: command for name, command in vars(Till).items() if not name.startswith("_")
}


def usage(name: str) -> str:
    words = list(inspect.signature(COMMANDS[name]).parameters.values())[1:]
    shown = (word.name.upper() if word.default is word.empty else f"[{word.name.upper()}]" for word in words)
    return " ".join([name, *shown])


def failed(error: wsy.Error) -> None:
    """An error says what happened and what to do. It never means that this call made a payment."""
    headline("没有完成  NOT DONE")
    explain(error)


def read_line(prompt: str) -> Optional[str]:
    """A line from the keyboard or the scanner, without its end; None at the end of the input."""
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


def run(till: Till, name: str, *words: str) -> None:
    if name not in COMMANDS:
        print("  没有这个命令，请输入 help  no such command, type help")
        return
    try:
        inspect.signature(COMMANDS[name]).bind(till, *words)
    except TypeError:
        print(f"  用法 usage: {usage(name)}")
        return
    try:
        COMMANDS[name](till, *words)
    except wsy.Error as error:
        failed(error)


def begin(client: wsy.Client, till: Till) -> None:
    """Before the first payment: shows what the last run left open or unfinished, and starts to settle it."""
    opened = client.opened
    if opened["device_id"]:
        show_config(opened)
    else:
        print("  尚未激活 not activated yet: activate CODE")
    left_open = opened.number("open_charges") + opened.number("open_refunds")
    if left_open + opened.number("conflicts") + opened.number("unfinished") > 0:
        print("  上次有未查清或未了结的单 the last run left these open or unfinished:")
        till.unresolved()
    if left_open > 0:
        till._recover()
    if opened.number("alarms") > 0:
        print("  有警报，请店长处理 verdicts turned out to be wrong, a person has to see them: alarms")


def serve(client: wsy.Client) -> None:
    till = Till(client)
    try:
        begin(client, till)
    except wsy.Error as error:
        failed(error)
    while True:
        till._look_at_recovery(0)
        line = read_line("till> ")
        if line is None or line.split() == ["quit"]:
            return
        if line.split():
            run(till, *line.split())


def main() -> int:
    parser = argparse.ArgumentParser(description="A small till on the wsy library.")
    parser.add_argument("folder", metavar="FOLDER", help="this till's data folder")
    parser.add_argument("base", metavar="BASE", nargs="?", help="the platform's address")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="an option of wsy_open")
    arguments = parser.parse_args()
    options = dict(pair.partition("=")[::2] for pair in arguments.set)
    if arguments.base:
        options["base"] = arguments.base
    try:
        with wsy.Client(arguments.folder, options) as client:
            serve(client)
    except wsy.Error as error:
        failed(error)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    # Characters that the screen cannot show become "?"; the library rejects invalid text.
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
    sys.exit(main())
