"""Everything outside the calling thread: the log, threads, asyncio, and a process that is killed."""

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading

import wsy
from shop import ShopTest, eventually
from wsy import Code, LogLevel, Verdict, _native


class Log(ShopTest):
    def setUp(self):
        super().setUp()
        self.lines = []

    def take(self, level, line):
        self.lines.append((level, line, threading.get_ident()))

    def test_each_line_comes_also_from_the_library_s_threads(self):
        for code_page in wsy.CodePage:
            self.till.close()
            self.code_page = code_page
            self.till = self.open()
            self.till.on_log(self.take)
            gc.collect()
            self.sell("B%s" % code_page, 100)
            with self.till.micropay_start("P%s" % code_page, self.sandbox.customer(), 100) as payment:
                payment.result()
            said = "\n".join(line for _, line, _ in self.lines)
            self.assertIn("B%s" % code_page, said)
            self.assertIn("P%s" % code_page, said)
            self.assertGreater(len({thread for _, _, thread in self.lines}), 1)
            self.assertTrue({level for level, _, _ in self.lines} <= set(LogLevel))
            with open(os.path.join(self.folder, "wsy.log"), encoding="utf-8") as log:
                self.assertIn(self.lines[-1][1].split(" ", 2)[-1], log.read())
            self.lines.clear()

    def test_it_is_replaced_and_taken_away(self):
        other = []
        self.till.on_log(self.take)
        self.till.on_log(lambda level, line: other.append(line))
        self.sell("B1", 100)
        self.assertEqual(self.lines, [])
        self.assertTrue(other)
        self.till.on_log(None)
        other.clear()
        self.sell("B2", 100)
        self.assertEqual(other, [])

    def test_the_library_cannot_be_called_from_it_and_nothing_it_raises_harms_a_payment(self):
        caught, unraised = [], []

        def call_back(level, line):
            try:
                self.till.find("B1")
            except wsy.Error as error:
                caught.append(error.code)
            raise RuntimeError("from the log function")

        before, sys.unraisablehook = sys.unraisablehook, lambda found: unraised.append(str(found.exc_value))
        try:
            self.till.on_log(call_back)
            self.sell("B1", 100)
        finally:
            self.till.on_log(None)
            sys.unraisablehook = before
        self.assertEqual(set(caught), {Code.ERR_IN_CALLBACK})
        self.assertEqual(set(unraised), {"from the log function"})

    def test_what_is_freed_inside_it_is_freed_later(self):
        kept = [self.till.day() for _ in range(3)]
        numbers = [reply._pointer.value for reply in kept]
        self.till.on_log(lambda level, line: kept.clear())
        self.sell("B1", 100)
        self.assertEqual(kept, [])
        self.till.on_log(None)
        self.till.day()
        for number in numbers:
            self.assertEqual(_native.lib.wsy_reply_code(_native.ReplyPointer(number)), Code.ERR_HANDLE)


class Threads(ShopTest):
    def test_many_tills_of_one_client(self):
        verdicts, troubles = {}, []

        def sell(number):
            try:
                kind = "pays" if number % 2 else "no_money"
                verdicts[number] = self.till.micropay("B%d" % number, self.sandbox.customer(kind), 100).verdict
                self.till.find("B%d" % number).items_of("charge")
            except BaseException as error:
                troubles.append(error)

        threads = [threading.Thread(target=sell, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(troubles, [])
        self.assertEqual(verdicts, {n: Verdict.PAID if n % 2 else Verdict.NOT_PAID for n in range(12)})
        self.assertEqual(self.paid_at_the_platform(), 600)

    def test_python_goes_on_while_a_call_waits_and_a_second_charge_of_the_bill_is_busy(self):
        code = self.sandbox.customer("never_answers")
        ended = []
        waiting = threading.Thread(target=lambda: ended.append(self.till.micropay("B1", code, 100)))
        waiting.start()
        eventually("the platform has the bill", self.sandbox.bills)
        self.assertEqual(ended, [])
        error = self.fails(Code.ERR_BUSY, self.till.micropay, "B1", self.sandbox.customer(), 100)
        self.assertIsInstance(error, wsy.BillError)
        self.sandbox.all_pay()
        waiting.join()
        self.assertIs(ended[0].verdict, Verdict.PAID)

    def test_a_close_in_another_thread_ends_a_call_as_unknown(self):
        code = self.sandbox.customer("never_answers")
        ended = []
        waiting = threading.Thread(target=lambda: ended.append(self.till.micropay("B1", code, 100)))
        waiting.start()
        eventually("the charge arrives", lambda: self.sandbox.sent("micropay"))
        self.till.close()
        waiting.join()
        self.assertIs(ended[0].verdict, Verdict.UNKNOWN)


class Asyncio(ShopTest):
    def run_now(self, coroutine):
        return asyncio.run(coroutine)

    def test_the_loop_goes_on_while_payments_are_awaited(self):
        async def sell():
            async def customers_pay():
                # Only a loop that keeps running gets here.
                while len(self.sandbox.bills()) < 3:
                    await asyncio.sleep(0.01)
                self.sandbox.all_pay()

            payments = [
                self.till.micropay_start("B%d" % n, self.sandbox.customer("never_answers"), 100) for n in range(3)
            ]
            paying = asyncio.ensure_future(customers_pay())
            outcomes = await asyncio.gather(*payments)
            await paying
            return outcomes

        self.assertEqual([outcome.verdict for outcome in self.run_now(sell())], [Verdict.PAID] * 3)

    def test_cancelling_stops_the_waiting_only(self):
        async def give_up():
            payment = self.till.micropay_start("B1", self.sandbox.customer("never_answers"), 100)
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(payment.finished(every_ms=10), 0.05)
            self.assertIsNone(payment.poll())
            eventually("the platform has the bill", self.sandbox.bills)
            self.sandbox.all_pay()
            return await payment

        self.assertTrue(self.run_now(give_up()).paid)

    def test_errors_and_refunds(self):
        self.sell("B1", 100)

        async def refund():
            self.assertIs((await self.till.refund_start("R1", "B1", 40)).verdict, Verdict.REFUNDED)
            self.sandbox.fault("read", "held")
            refund = self.till.refund_start("R2", "B1", 40)
            refund.cancel()
            self.sandbox.clear_faults()
            with self.assertRaises(wsy.PlatformError):
                await refund
            return await self.till.reconcile_start()

        self.assertEqual(self.run_now(refund()).number("differences"), 0)


VICTIM = """
import json, sys, wsy
folder, options, kind, code = json.loads(sys.argv[1])
till = wsy.Client(folder, options)
if kind == "charge":
    till.micropay("B1", code, 100)
else:
    till.refund("R1", "B0", 200)
"""


class Kill(ShopTest):
    """A program that is killed in the middle of a payment, and what the next start does about it."""

    def kill_during(self, kind, action, code):
        self.till.close()
        package = os.path.dirname(os.path.dirname(os.path.abspath(wsy.__file__)))
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, json.dumps([self.folder, self.options(), kind, code])],
            env=dict(os.environ, PYTHONPATH=package, WSY_LIBRARY=_native.lib._name),
        )
        try:
            eventually("the request arrives", lambda: self.sandbox.sent(action))
        finally:
            victim.kill()
            victim.wait()
        self.sandbox.clear_faults()
        return self.open()

    def test_a_charge(self):
        for kind, fault, verdict in (
            ("the response", {"kind": "response_lost"}, Verdict.PAID),
            ("the request", {"kind": "request_lost"}, Verdict.NOT_PAID),
        ):
            with self.subTest(kind + " is lost"):
                self.doCleanups()
                self.setUp()
                self.sandbox.fault("micropay", **fault)
                self.sandbox.fault("query", "request_lost", times=None)
                till = self.kill_during("charge", "micropay", self.sandbox.customer())
                self.assertEqual((till.opened.number("open_charges"), till.opened.number("open_refunds")), (1, 0))
                self.assertEqual([item["out_trade_no"] for item in till.unresolved().items_of("charge")], ["B1"])
                self.fails(Code.ERR_STILL_OPEN, till.micropay, "B1", self.sandbox.customer(), 100)
                done = till.recover()
                self.assertEqual((done.number("settled"), done.number("open")), (1, 0))
                self.assertIs(till.settle("B1").verdict, verdict)
                self.assertEqual(len(self.sandbox.sent("micropay")), 1)
                self.assertEqual(self.paid_at_the_platform(), 100 if verdict is Verdict.PAID else 0)

    def test_a_refund(self):
        self.sell("B0", 500)
        self.sandbox.fault("refund", "delay", ms=60000)
        till = self.kill_during("refund", "refund", None)
        self.assertEqual((till.opened.number("open_charges"), till.opened.number("open_refunds")), (0, 1))
        self.fails(Code.ERR_REFUND_OPEN, till.refund, "R2", "B0", 200)
        self.assertEqual(till.recover().items_of("refund")[0]["state"], "refunded")
        self.assertIs(till.refund("R1", "B0", 200).verdict, Verdict.REFUNDED)
        self.assertEqual(self.paid_at_the_platform(), 300)
