"""Right and wrong use: truth values, closed handles, None, numbers that do not fit, invalid text, and
memory."""

import ctypes
import gc
import os
import sqlite3
import subprocess
import sys
import unittest
import weakref

import wsy
from shop import SOON, ShopTest
from wsy import Code, Verdict, _native


class Truth(unittest.TestCase):
    def test_a_verdict_is_no_yes_or_no(self):
        for verdict in Verdict:
            with self.assertRaises(TypeError) as caught:
                if verdict:
                    self.fail("this is how goods are handed over unpaid")
            self.assertIn("compare the verdict", str(caught.exception))
            with self.assertRaises(TypeError):
                not verdict

    def test_verdicts_compare_with_verdicts_and_with_the_numbers_of_the_header(self):
        self.assertEqual(Verdict.PAID, 1)
        self.assertEqual(Verdict(-2), Verdict.UNKNOWN)
        self.assertEqual([verdict for verdict in Verdict if verdict == Verdict.PAID], [Verdict.PAID])
        self.assertEqual(sorted(verdict for verdict in Verdict if verdict > 0), [Verdict.PAID, Verdict.REFUNDED])

    def test_they_print_as_their_names(self):
        self.assertEqual((str(Verdict.PAID), "{:>6}".format(Verdict.PAID), "%s" % Code.ERR_TEXT), ("PAID", "  PAID", "ERR_TEXT"))
        self.assertIn("NOT_PAID", repr(Verdict.NOT_PAID))


class Replies(ShopTest):
    def test_a_reply_is_no_yes_or_no_and_no_number(self):
        outcome = self.sell("B1", 100)
        for reply in (outcome, self.till.find("B1")):
            with self.assertRaises(TypeError):
                bool(reply)
            for number in (Verdict.PAID, 1, True):
                with self.assertRaises(TypeError):
                    reply == number
                with self.assertRaises(TypeError):
                    number != reply
            self.assertTrue(reply == reply and reply != self.till.find("B1") and reply is not None)
            self.assertEqual(len({reply, reply}), 1)

    def test_it_is_a_mapping(self):
        reply = self.till.micropay("B1", self.sandbox.customer("no_money"), 100)
        fields = dict(reply)
        self.assertEqual(list(fields)[:3], ["code", "money", "message_zh"])
        self.assertEqual(len(reply), len(fields))
        self.assertTrue("state" in reply and "no_such" not in reply)
        self.assertEqual((reply.get("no_such"), reply.get("no_such", "x")), (None, "x"))
        self.assertEqual(fields["message_zh"] + fields["advice_zh"], reply.explain())
        self.assertEqual(reply.explain(wsy.Language.EN), fields["message_en"] + " " + fields["advice_en"])
        self.assertEqual(reply.detail, fields["detail"])
        self.assertIn("NOT_PAID", repr(reply))

    def test_what_is_not_there_is_a_key_error(self):
        reply = self.till.day()
        self.sell("B1", 100)
        item = self.till.day().items_of("charge")[0]
        for read in (
            lambda: reply["no_such"],
            lambda: reply["\ud800"],
            lambda: reply["a\0b"],
            lambda: reply.number("no_such"),
            lambda: reply.number("message_zh"),
            lambda: reply.yuan("day"),
            lambda: reply.items_of("no_such"),
            lambda: item["no_such"],
            lambda: item.number("state"),
        ):
            with self.assertRaises(KeyError):
                read()
        self.assertEqual((item.get("no_such"), item.get("state")), ("", "paid"))
        with self.assertRaises(TypeError):
            reply[1]

    def test_a_reply_outlives_its_till_and_a_row_its_reply(self):
        self.sell("B1", 100)
        items = self.till.day().items_of("charge")
        outcome = self.till.settle("B1")
        self.till.close()
        gc.collect()
        self.assertEqual((items[0]["out_trade_no"], outcome["state"]), ("B1", "paid"))

    def test_a_closed_reply_cannot_be_read(self):
        with self.till.day() as day:
            self.assertEqual(day.items_of("charge"), [])
        for read in (
            lambda: day["day"],
            lambda: day.get("day"),
            lambda: dict(day),
            lambda: day.number("open"),
            lambda: day.items_of("charge"),
            lambda: day.receipt_bytes(),
            lambda: day.receipt_text(),
            lambda: day.receipt_png(),
            lambda: day.receipt_png_file("receipt.png"),
        ):
            self.fails(Code.ERR_HANDLE, read)
        day.close()

    def test_a_failure_that_nobody_foresaw_has_no_reply_and_is_still_unknown(self):
        outcome = wsy.Outcome(None, wsy.CodePage.UTF8, Verdict.UNKNOWN)
        self.assertEqual((outcome.code, outcome.money, outcome.detail), (-2, "may_have_moved", ""))
        self.assertEqual(outcome.explain(), wsy.code_text(-2))
        self.assertEqual((dict(outcome), outcome.paid, outcome.first_told), ({}, False, ""))
        for read in (lambda: outcome["state"], lambda: outcome.items_of("charge"), outcome.receipt_bytes, outcome.receipt_text):
            with self.assertRaises(KeyError):
                read()


class WrongUse(ShopTest):
    def test_everything_of_a_closed_till(self):
        self.till.close()
        self.till.close()
        code = "130000000000000001"
        for call in (
            lambda: self.till.activate("1"),
            lambda: self.till.set_device("1", "k"),
            lambda: self.till.config(),
            lambda: self.till.time(),
            lambda: self.till.micropay("B1", code, 100),
            lambda: self.till.micropay_start("B1", code, 100),
            lambda: self.till.refund("R1", "B1", 100),
            lambda: self.till.refund_start("R1", "B1", 100),
            lambda: self.till.void("B1"),
            lambda: self.till.void_start("B1"),
            lambda: self.till.settle("B1"),
            lambda: self.till.settle_start("B1"),
            lambda: self.till.recover(),
            lambda: self.till.recover_start(),
            lambda: self.till.query_auth_code(code, 100),
            lambda: self.till.query_order("dm1", 100),
            lambda: self.till.decide("B1", "paid", "me", "so"),
            lambda: self.till.decide_refund("R1", "refunded", "me", "so"),
            lambda: self.till.close_day("me"),
            lambda: self.till.archive(),
            lambda: self.till.read_bill("B1"),
            lambda: self.till.reprint("B1"),
            lambda: self.till.reprint_start("B1"),
            lambda: self.till.reconcile(),
            lambda: self.till.reconcile_start(),
            lambda: self.till.find("B1"),
            lambda: self.till.find_refund("R1"),
            lambda: self.till.find_receipt("B1"),
            lambda: self.till.find_refund_receipt("R1"),
            lambda: self.till.print_bytes(b"1", "tcp:127.0.0.1:1"),
            lambda: self.till.print_bytes_start(b"1", "tcp:127.0.0.1:1"),
            lambda: self.till.day(),
            lambda: self.till.unresolved(),
            lambda: self.till.alarms(),
            lambda: self.till.acknowledge(1, "x"),
            lambda: self.till.on_log(print),
        ):
            error = self.fails(Code.ERR_HANDLE, call)
            self.assertIsInstance(error, wsy.UseError)
            self.assertEqual((error.money, error.reply), ("not_moved", None))
            self.assertEqual(error.explain(), wsy.code_text(Code.ERR_HANDLE))

    def test_everything_of_a_closed_payment(self):
        payment = self.till.micropay_start("B1", self.sandbox.customer(), 100)
        payment.result()
        payment.close()
        payment.close()
        for call in (payment.poll, lambda: payment.wait(1), payment.result, payment.text, payment.cancel, payment.void):
            error = self.fails(Code.ERR_HANDLE, call)
            # It concerns this call, not the payment.
            self.assertEqual(error.money, "may_have_moved")

    def test_none_and_other_types_are_refused_before_anything_is_sent(self):
        code = self.sandbox.customer()
        for call in (
            lambda: wsy.Client(None),
            lambda: self.till.micropay(None, code, 100),
            lambda: self.till.micropay("B1", None, 100),
            lambda: self.till.micropay("B1", code, None),
            lambda: self.till.micropay("B1", code, 12.5),
            lambda: self.till.micropay("B1", code, "100"),
            lambda: self.till.micropay("B1", code, True),
            lambda: self.till.micropay(b"B1", code, 100),
            lambda: self.till.micropay("B1", code, 100, {"info": None}),
            lambda: self.till.micropay("B1", code, 100, {"dic_amount": 1.5}),
            lambda: self.till.refund("R1", 1, 100),
            lambda: self.till.settle(None),
            lambda: self.till.find(None),
            lambda: self.till.activate(None),
            lambda: self.till.acknowledge("1", "x"),
            lambda: self.till.on_log(1),
        ):
            with self.assertRaises(TypeError):
                call()
        self.assertEqual(self.sandbox.sent("micropay"), [])

    def test_an_amount_that_does_not_fit_is_refused_and_never_cut(self):
        code = self.sandbox.customer()
        for fen in (2**32 + 100, 2**31, -(2**31) - 1, 2**64 + 100, 100000001, -100, 0):
            self.fails(Code.ERR_AMOUNT, self.till.micropay, "B1", code, fen)
            self.fails(Code.ERR_AMOUNT, self.till.micropay_start, "B1", code, fen)
            self.fails(Code.ERR_AMOUNT, self.till.query_auth_code, code, fen)
        for fen in (2**32 + 1, 0):
            self.fails(Code.ERR_AMOUNT, self.till.refund, "R1", "B1", fen)
            self.fails(Code.ERR_AMOUNT, self.till.refund_start, "R1", "B1", fen)
        payment = self.till.micropay_start("B1", code, 100)
        for timeout in (-1, 3600001, 2**32 + 1):
            error = self.fails(Code.ERR_ARGUMENT, payment.wait, timeout)
            self.assertEqual(error.money, "may_have_moved")
        self.assertTrue(payment.result().paid)
        self.assertEqual([bill["total_fen"] for bill in self.sandbox.bills()], [100])

    def test_text_that_is_none_is_refused_by_the_library(self):
        code = self.sandbox.customer()
        for text in ("B1\0", "\0", "\ud800", "B\udcff1"):
            self.fails(Code.ERR_TEXT, self.till.micropay, text, code, 100)
            self.fails(Code.ERR_TEXT, self.till.micropay, "B1", text, 100)
            self.fails(Code.ERR_TEXT, self.till.micropay, "B1", code, 100, {"info": text})
            self.fails(Code.ERR_TEXT, self.till.micropay, "B1", code, 100, {text: "x"})
            self.fails(Code.ERR_TEXT, wsy.Client, os.path.join(self.home, text))
        self.assertEqual(self.sandbox.sent("micropay"), [])

    def test_the_library_s_functions_take_null_stale_and_forged_handles(self):
        lib = _native.lib
        number = ctypes.c_int32(7)
        for forged in (None, 1, 0x7FFFFFF0, 2**40 if sys.maxsize > 2**32 else 2**30):
            for kind, calls in (
                (_native.ClientPointer, (lambda h: lib.wsy_close(h), lambda h: lib.wsy_time(h, None))),
                (_native.ParamsPointer, (lambda h: lib.wsy_params_free(h), lambda h: lib.wsy_params_set(h, b"a", b"b"))),
                (_native.PaymentPointer, (lambda h: lib.wsy_payment_free(h), lambda h: lib.wsy_payment_poll(h, None))),
                (
                    _native.ReplyPointer,
                    (
                        lambda h: lib.wsy_reply_free(h),
                        lambda h: lib.wsy_reply_code(h),
                        lambda h: lib.wsy_reply_int(h, b"code", number),
                    ),
                ),
            ):
                for call in calls:
                    self.assertEqual(call(kind(forged)), Code.ERR_HANDLE)
        self.assertEqual(number.value, 7)

    def test_short_buffers(self):
        lib = _native.lib
        with self.till.config() as reply:
            pointer = reply._pointer
            needed = ctypes.c_int32(0)
            whole = "示例店 - 2".encode()
            self.assertEqual(lib.wsy_reply_text(pointer, b"client_name", None, 0, needed), Code.ERR_BUFFER)
            self.assertEqual(needed.value, len(whole) + 1)
            for size in range(1, len(whole) + 1):
                buffer = ctypes.create_string_buffer(b"?" * 40, 40)
                self.assertEqual(lib.wsy_reply_text(pointer, b"client_name", buffer, size, None), Code.ERR_BUFFER)
                # Cut between characters, terminated, and nothing beyond it was overwritten.
                self.assertTrue("示例店 - 2".startswith(buffer.value.decode()))
                self.assertEqual(buffer.raw[size:], b"?" * (40 - size))
            self.assertEqual(lib.wsy_reply_text(pointer, b"client_name", buffer, 40, None), 0)
            self.assertEqual(buffer.value, whole)
            self.assertEqual(lib.wsy_reply_text(pointer, b"client_name", buffer, -1, None), Code.ERR_ARGUMENT)
            self.assertEqual(lib.wsy_reply_text(pointer, None, buffer, 40, None), Code.ERR_ARGUMENT)


class GbkText(ShopTest):
    code_page = wsy.CodePage.GBK

    def test_chinese_text_goes_both_ways(self):
        self.assertTrue(os.path.exists(os.path.join(self.folder, "ledger.db")))
        self.assertEqual(self.till.config()["client_name"], "示例店 - 2")
        self.assertEqual(self.till.config()._read_text(b"client_name")[1], "示例店 - 2".encode("gbk") + b"\0")

    def test_what_gbk_cannot_hold(self):
        self.fails(Code.ERR_TEXT, self.till.micropay, "B1", self.sandbox.customer(), 100, {"info": "😀"})
        self.sandbox.control("PUT", "devices/" + self.device["device_id"], {"client_name": "店 😀 €5 ǹ"})
        self.assertEqual(self.till.config(refresh=True)["client_name"], "店 ? €5 ǹ")
        self.assertTrue(self.till.micropay("B1", self.sandbox.customer(), 100, {"info": "€5"}).paid)
        self.assertEqual(self.sandbox.sent("micropay")[0]["params"]["info"], "€5")


class Memory(ShopTest):
    def test_handles_are_freed_without_a_close(self):
        freed = []
        reply, payment = self.till.day(), self.till.micropay_start("B1", self.sandbox.customer(), 100)
        payment.result()
        numbers = [(_native.ReplyPointer, reply._pointer.value), (_native.PaymentPointer, payment._handle.pointer.value)]
        weakref.finalize(reply, freed.append, 1)
        del reply, payment
        gc.collect()
        self.assertEqual(freed, [1])
        self.assertEqual(_native.lib.wsy_reply_code(_native.ReplyPointer(numbers[0][1])), Code.ERR_HANDLE)
        self.assertEqual(_native.lib.wsy_payment_poll(_native.PaymentPointer(numbers[1][1]), None), Code.ERR_HANDLE)

    def test_a_till_that_nobody_refers_to_is_closed(self):
        folder = os.path.join(self.home, "other")
        till = wsy.Client(folder, self.options())
        till.on_log(lambda level, line: None)
        # Even if its log function references it.
        till.self = till
        till.on_log(lambda level, line: till)
        del till
        gc.collect()
        self.open(folder).close()

    def test_no_reply_is_left_over_after_many_calls(self):
        self.sell("B1", 100)
        gc.collect()

        def live():
            return sum(1 for found in gc.get_objects() if isinstance(found, _native.Handle) and not found.closed)

        before = live()
        for _ in range(200):
            with self.assertRaises(wsy.Error):
                self.till.find("X")
            self.till.day().items_of("charge")[0]["state"]
            self.till.settle("B1", SOON)
        gc.collect()
        self.assertEqual(live(), before)

    def test_params_are_freed_also_when_one_is_refused(self):
        made = []
        original = _native.lib.wsy_params_free

        def note(handle):
            made.append(handle.value)
            return original(handle)

        _native.lib.wsy_params_free = note
        try:
            self.fails(Code.ERR_TEXT, self.till.settle, "B1", {"a": "\0"})
            self.fails(Code.ERR_OPTIONS, self.till.settle, "B1", {"deadline_ms": 0})
        finally:
            _native.lib.wsy_params_free = original
        self.assertEqual(len(made), 2)
        for number in made:
            self.assertEqual(original(_native.ParamsPointer(number)), Code.ERR_HANDLE)


class OtherSqlite(ShopTest):
    def test_another_sqlite_in_this_process_finds_the_ledger_locked(self):
        self.sell("B1", 100)
        ledger = os.path.join(self.folder, "ledger.db")
        with open(ledger, "rb") as file:
            self.assertEqual(file.read(15), b"SQLite format 3")
        other = sqlite3.connect(ledger, timeout=0)
        with self.assertRaisesRegex(sqlite3.OperationalError, "locked"):
            other.execute("SELECT COUNT(*) FROM charge")
        other.close()
        self.fails(Code.ERR_ALREADY_OPEN, wsy.Client, self.folder, {"refresh_config": 0})
        self.sell("B2", 100)
        self.till.close()
        other = sqlite3.connect(ledger)
        self.assertEqual(other.execute("SELECT COUNT(*) FROM charge").fetchone(), (2,))
        other.close()


if hasattr(os, "fork"):

    class Fork(ShopTest):
        def test_a_forked_process_leaves_the_till_of_its_parent_alone(self):
            self.sell("B1", 100)
            program = (
                "import os, sys, wsy\n"
                "till = wsy.Client(%r, {'refresh_config': 0})\n"
                "found = till.find('B1')\n"
                "child = os.fork()\n"
                "if child == 0:\n"
                "    for use in (lambda: till.find('B1'), lambda: found['state'], lambda: till.on_log(None)):\n"
                "        try:\n"
                "            use()\n"
                "        except wsy.UseError as error:\n"
                "            assert error.code == wsy.Code.ERR_FORKED\n"
                "        else:\n"
                "            os._exit(3)\n"
                "    till.close()\n"
                "    sys.exit(7)\n"
                "assert os.waitpid(child, 0)[1] == 7 << 8\n"
                "assert os.path.exists(os.path.join(%r, 'ledger.db-wal'))\n"
                "assert (till.find('B1')['state'], found['state']) == ('paid', 'paid')\n"
                "till.close()\n" % (self.folder, self.folder)
            )
            self.till.close()
            package = os.path.dirname(os.path.dirname(os.path.abspath(wsy.__file__)))
            environment = dict(os.environ, PYTHONPATH=package, WSY_LIBRARY=_native.lib._name)
            subprocess.run([sys.executable, "-W", "ignore", "-c", program], env=environment, check=True, timeout=60)
