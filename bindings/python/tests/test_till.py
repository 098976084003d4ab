"""Everything of a till that is not a payment: opening, activating, the ledger, bills, receipts, days,
alarms."""

import datetime
import os
import socket
import threading
import time
import unittest
from decimal import Decimal

import wsy
from shop import PATIENCE, SOON, ShopTest, eventually
from wsy import Code, Verdict


def today():
    """The day in Beijing, as the ledger counts."""
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).strftime("%Y-%m-%d")


class Opening(ShopTest):
    def test_a_folder_is_made_and_used_by_one_client_at_a_time(self):
        self.assertTrue(os.path.exists(os.path.join(self.folder, "ledger.db")))
        error = self.fails(Code.ERR_ALREADY_OPEN, self.open)
        self.assertIsInstance(error, wsy.FolderError)
        self.till.close()
        self.assertTrue(self.till.closed)
        with self.open() as again:
            self.assertFalse(again.closed)

    def test_what_an_earlier_run_left_open_is_closed(self):
        wsy.close_all()
        self.fails(Code.ERR_HANDLE, self.till.day)
        with self.open() as again:
            self.assertFalse(again.closed)
            self.assertEqual(again.opened["device_id"], self.device["device_id"])
            self.assertEqual(again.opened.number("alarms"), 0)
        self.assertTrue(again.closed)

    def test_a_path_object_will_do(self):
        class Folder:
            def __fspath__(self_):
                return os.path.join(self.home, "又一个 2")

        with self.open(Folder()):
            self.assertTrue(os.path.isdir(os.path.join(self.home, "又一个 2")))

    def test_wrong_options(self):
        for code, options in (
            (Code.ERR_OPTIONS, {"no_such": 1}),
            (Code.ERR_OPTIONS, {"poll_ms": 1}),
            (Code.ERR_BASE, {"base": "nonsense"}),
            (Code.ERR_CA_FILE, {"ca_file": os.path.join(self.home, "none.pem")}),
        ):
            with self.subTest(options=options):
                self.fails(code, wsy.Client, os.path.join(self.home, "other"), options)
        self.fails(Code.ERR_FOLDER, wsy.Client, os.path.join(self.folder, "ledger.db", "x"))
        with self.assertRaises(ValueError):
            wsy.Client(self.folder, code_page=1252)
        with self.assertRaises(TypeError):
            wsy.Client(os.path.join(self.home, "other"), {"poll_ms": 1.5})

    def test_activation(self):
        fresh = self.open(os.path.join(self.home, "fresh"))
        self.assertEqual(fresh.opened["device_id"], "")
        error = self.fails(Code.ERR_NOT_ACTIVATED, fresh.micropay, "B1", self.sandbox.customer(), 100)
        self.assertIsInstance(error, wsy.DeviceError)
        self.fails(Code.ERR_ACTIVATION_REFUSED, fresh.activate, "0")
        code = self.sandbox.control("POST", "activation-codes", {})["code"]
        reply = fresh.activate(code, '<host cpu="1" mac="2" />')
        self.assertTrue(reply["device_id"])
        self.assertEqual(reply["config_source"], "platform")
        self.assertTrue(fresh.micropay("B1", self.sandbox.customer(), 100).paid)

    def test_config_and_time(self):
        self.assertEqual(self.till.config()["client_name"], "示例店 - 2")
        self.sandbox.control("PUT", "devices/" + self.device["device_id"], {"client_name": "新名字"})
        self.assertEqual(self.till.config()["client_name"], "示例店 - 2")
        fresh = self.till.config(refresh=True)
        self.assertEqual((fresh["client_name"], fresh["config_source"]), ("新名字", "platform"))
        kinds = [item["name"] for item in fresh.items_of("dm_code")]
        self.assertEqual(len(kinds), 2)
        self.sandbox.control("PUT", "settings", {"clock_skew_s": 3600})
        self.till.prepare()
        told = self.till.time()
        self.assertRegex(told["time"], r"^\d{14}$")
        self.assertAlmostEqual(told.number("ahead_s"), -3600, delta=60)

    def test_set_device_refuses_what_is_none(self):
        self.fails(Code.ERR_ACTIVATION_REFUSED, self.till.set_device, "", "key")


class Ledger(ShopTest):
    def test_find(self):
        self.till.micropay("B1", self.sandbox.customer("no_money"), 100)
        self.sell("B1", 100)
        self.till.refund("R1", "B1", 30)
        found = self.till.find("B1")
        self.assertEqual([item["state"] for item in found.items_of("charge")], ["not_paid", "paid"])
        self.assertEqual([item.number("attempt") for item in found.items_of("charge")], [1, 2])
        self.assertEqual(found["state"], "paid")
        refund = self.till.find_refund("R1")
        self.assertEqual((refund["state"], refund["out_trade_no"]), ("refunded", "B1"))
        for function in (self.till.find, self.till.find_refund):
            error = self.fails(Code.ERR_NO_BILL, function, "X")
            self.assertIsInstance(error, wsy.BillError)

    def test_day_and_unresolved(self):
        self.sell("B1", 100)
        self.till.refund("R1", "B1", 30)
        self.till.micropay("B2", self.sandbox.customer("never_answers"), 200, SOON)
        day = self.till.day()
        self.assertEqual([item["out_trade_no"] for item in day.items_of("charge")], ["B1", "B2"])
        self.assertEqual([item.yuan("refund_fen") for item in day.items_of("refund")], [Decimal("0.30")])
        self.assertEqual([day.number(name) for name in ("paid_fen", "refunded_fen", "open")], [100, 30, 1])
        self.assertEqual(dict(self.till.day(day["day"])), dict(day))
        self.assertEqual(self.till.day("2001-01-01").items_of("charge"), [])
        closed = self.till.close_day("店长")
        self.assertEqual((closed.number("paid_fen"), closed["closed_by"]), (100, "店长"))
        self.assertEqual(self.till.close_day("别人", closed["day"])["closed_by"], "店长")
        self.fails(Code.ERR_DAY_NOT_OVER, self.till.close_day, "店长", "2999-01-01")
        self.fails(Code.ERR_DAY_NOT_ARCHIVABLE, self.till.archive, closed["day"])
        self.assertEqual(self.till.archive().number("archived"), 0)
        self.fails(Code.ERR_ARGUMENT, self.till.day, "yesterday")
        unresolved = self.till.unresolved()
        self.assertEqual((unresolved.number("open"), unresolved.items_of("charge")[0]["out_trade_no"]), (1, "B2"))
        recovered = self.till.recover(SOON)
        self.assertEqual((recovered.number("settled"), recovered.number("open")), (0, 1))
        self.sandbox.decide(unresolved.items_of("charge")[0]["dm_id"] or self.sandbox.bills()[1]["dm_id"], "paid")
        recovered = self.till.recover()
        self.assertEqual((recovered.number("settled"), recovered.number("open")), (1, 0))
        self.assertEqual(recovered.items_of("charge")[0]["state"], "paid")
        unfinished = self.till.unresolved()
        self.assertEqual([item["out_trade_no"] for item in unfinished.items_of("unfinished")], ["B2"])
        self.assertIs(self.till.settle("B2").verdict, Verdict.PAID)
        self.assertEqual(self.till.unresolved().items_of("unfinished"), [])

    def test_read_bill(self):
        sold = self.sell("B1", 500)
        self.till.refund("R1", "B1", 200)
        for bill in (
            self.till.read_bill("B1"),
            self.till.read_bill("B1", {"operator_id": "7"}, dm_id=sold["dm_id"]),
            self.till.read_bill(None, dm_id=sold["dm_id"]),
        ):
            amounts = [bill.number(name) for name in ("pay_total_fen", "refunded_fen", "refundable_fen")]
            self.assertEqual(amounts, [500, 200, 300])
            self.assertEqual([item.number("pay_total_fen") for item in bill.items_of("pay")], [500, -200])
            self.assertEqual(bill.items_of("pay")[1].yuan("pay_total_fen"), Decimal("-2.00"))
        self.fails(Code.ERR_NO_BILL, self.till.read_bill, "X")

    def test_receipts(self):
        sold = self.sell("B1", 880)
        for reply in (sold, self.till.reprint("B1"), self.till.reprint(None, dm_id=sold["dm_id"])):
            self.assertIn("8.80", reply["receipt"])
            data = reply.receipt_bytes()
            self.assertIn(b"8.80", data)
            self.assertIn("微信".encode("gbk"), data)
            self.assertNotIn(b"\\x1b", data)
        # Longer than the first buffer.
        self.assertGreater(len(sold["printinfo"].encode()), 256)
        with self.assertRaises(KeyError):
            self.till.time().receipt_bytes()
        self.sandbox.fault("reprint", "not_found", times=None)
        error = self.fails(Code.ERR_NO_RECEIPT, self.till.reprint, "B1")
        self.assertIn("8.80", error.reply["printinfo"])
        self.assertIn(b"8.80", error.reply.receipt_bytes())


class Printer(threading.Thread):
    """A network printer that does not answer status requests, and keeps what it prints."""

    def __init__(self):
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.name_of_it = "tcp:127.0.0.1:%d" % self._listener.getsockname()[1]
        self._paper = b""
        self.start()

    def run(self):
        with self._listener, self._listener.accept()[0] as line:
            while True:
                part = line.recv(65536)
                if not part:
                    return
                self._paper += part

    def paper(self):
        """What was printed, after the status requests for cover and paper."""
        self.join(PATIENCE)
        questions = b"\x10\x04\x02\x10\x04\x04"
        assert self._paper.startswith(questions), self._paper
        return self._paper[len(questions) :]


class Receipts(ShopTest):
    font = os.environ.get("WSY_FONT")

    def test_the_ledger_has_them(self):
        sold = self.sell("B1", 880)
        found = self.till.find_receipt("B1")
        self.assertEqual(found["printinfo"], sold["printinfo"])
        copy = self.till.find_receipt("B1", {"copy": 1})
        self.assertEqual(copy["receipt"].splitlines()[0], "补打")
        self.till.refund("R1", "B1", 80)
        self.assertIn("0.80", self.till.find_refund_receipt("R1")["receipt"])
        for function in (self.till.find_receipt, self.till.find_refund_receipt):
            self.fails(Code.ERR_NO_BILL, function, "X")
        self.fails(Code.ERR_OPTIONS, self.till.find_receipt, "B1", {"copies": 1})

    def test_text_in_the_columns_of_the_paper(self):
        sold = self.sell("B1", 880)
        for width, most in ((58, 32), (80, 48)):
            for line in sold.receipt_text(width).splitlines():
                self.assertLessEqual(sum(1 if c.isascii() else 2 for c in line), most)
        self.assertEqual(sold.receipt_text(), sold.receipt_text(58))
        with self.assertRaises(wsy.UseError):
            sold.receipt_text(57)
        with self.assertRaises(KeyError):
            self.till.time().receipt_text()

    def test_pictures(self):
        sold = self.sell("B1", 880)
        drawn = sold.receipt_png(80, self.font)
        self.assertEqual(drawn[:8], b"\x89PNG\r\n\x1a\n")
        file = os.path.join(self.home, "小票.png")
        sold.receipt_png_file(file, 80, self.font)
        with open(file, "rb") as kept:
            self.assertEqual(kept.read(), drawn)
        self.assertNotEqual(sold.receipt_png(font=self.font), drawn)
        no_font = os.path.join(self.home, "none.ttf")
        nowhere = os.path.join(self.home, "none", "receipt.png")
        for code, call in (
            (Code.ERR_NO_FONT, lambda: sold.receipt_png(58, no_font)),
            (Code.ERR_PICTURE, lambda: sold.receipt_png_file(nowhere, 58, self.font)),
        ):
            self.assertIsInstance(self.fails(code, call), wsy.ReceiptError)
        with self.assertRaises(KeyError):
            self.till.time().receipt_png(58, self.font)

    def test_what_the_platform_answered(self):
        sold = self.sell("B1", 880)
        self.assertEqual([sold[name] for name in ("pay_type", "pay_name")], ["4", "微信"])
        (answer,) = sold.items_of("response")
        self.assertEqual((answer["total"], answer["pay_id"]), ("8.80", sold["pay_id"]))
        names = answer.names()
        self.assertEqual(names[:3], ["ok", "info", "dm_id"])
        self.assertEqual(dict(zip(names, map(answer.__getitem__, names)))["total"], "8.80")
        (pay,) = sold.items_of("paylist")
        self.assertEqual((pay["paymode"], pay.number("total_fee")), ("微信", 880))
        self.assertEqual(sold.canvas_text().splitlines()[-1], "支付金额: 8.80")
        drawn = sold.canvas_png(self.font)
        self.assertEqual(drawn[:8], b"\x89PNG\r\n\x1a\n")
        file = os.path.join(self.home, "弹窗.png")
        sold.canvas_png_file(file, self.font)
        with open(file, "rb") as kept:
            self.assertEqual(kept.read(), drawn)
        time = self.till.time()
        for call in (time.canvas_text, time.canvas_png, lambda: time.canvas_png_file(file)):
            with self.assertRaises(KeyError):
                call()

    def test_printing(self):
        sold = self.sell("B1", 880)
        printer = Printer()
        self.assertEqual(self.till.print_receipt(sold, printer.name_of_it).code, 0)
        self.assertEqual(printer.paper(), sold.receipt_bytes())
        printer = Printer()
        self.till.print_bytes(b"\x1bp\0\x19\xfa", printer.name_of_it, 5000)
        self.assertEqual(printer.paper(), b"\x1bp\0\x19\xfa")
        for code, name in ((Code.ERR_PRINTER_OFFLINE, "tcp:127.0.0.1:1"), (Code.ERR_NO_PRINTER, "nonsense")):
            error = self.fails(code, self.till.print_receipt, sold, name)
            self.assertIsInstance(error, wsy.ReceiptError)
            self.assertTrue(error.detail)
        self.fails(Code.ERR_ARGUMENT, self.till.print_bytes, b"", "tcp:127.0.0.1:1")
        self.fails(Code.ERR_NO_FIELD, self.till.print_receipt, self.till.time(), "tcp:127.0.0.1:1")

    def test_reprinting_and_printing_in_the_background(self):
        sold = self.sell("B1", 880)
        with self.till.reprint_start("B1") as fetching:
            self.assertEqual(fetching.result().receipt_bytes(), self.till.reprint("B1").receipt_bytes())
        self.fails(Code.ERR_NO_BILL, self.till.reprint_start("B9").result)
        printer = Printer()
        self.assertEqual(self.till.print_receipt_start(sold, printer.name_of_it).result().code, 0)
        self.assertEqual(printer.paper(), sold.receipt_bytes())
        printer = Printer()
        self.till.print_bytes_start(b"\x1bp\0\x19\xfa", printer.name_of_it, 5000).result()
        self.assertEqual(printer.paper(), b"\x1bp\0\x19\xfa")
        self.fails(Code.ERR_PRINTER_OFFLINE, self.till.print_bytes_start(b"1", "tcp:127.0.0.1:1").result)
        self.fails(Code.ERR_NO_PRINTER, self.till.print_receipt_start, sold, "nonsense")
        self.fails(Code.ERR_ARGUMENT, self.till.print_bytes_start, b"", "tcp:127.0.0.1:1")


class Started(ShopTest):
    def leave_open(self, bill):
        code = self.sandbox.customer("never_answers")
        self.assertIs(self.till.micropay(bill, code, 100, SOON).verdict, Verdict.UNKNOWN)

    def test_a_recovery_while_the_till_sells(self):
        self.leave_open("B1")
        recovery = self.till.recover_start()
        self.assertTrue(recovery.text().startswith("正在查清上次未完成的单，0/1，还剩 "))
        self.assertTrue(recovery.text(wsy.Language.EN).startswith("Checking what was left open, 0 of 1, "))
        self.sell("B2", 100)
        self.fails(Code.ERR_BUSY, self.till.settle, "B1")
        self.assertIsNone(recovery.poll())
        self.sandbox.all_pay()
        found = recovery.result()
        self.assertEqual((found.number("settled"), found.number("open")), (1, 0))
        self.assertEqual(found.items_of("charge")[0]["state"], "paid")
        self.leave_open("B3")
        recovery = self.till.recover_start()
        recovery.cancel()
        self.assertEqual(recovery.result().number("open"), 1)

    def test_a_settling_can_be_cancelled_and_voided(self):
        self.leave_open("B1")
        settling = self.till.settle_start("B1")
        settling.cancel()
        self.assertIs(settling.result().verdict, Verdict.UNKNOWN)
        settling = self.till.settle_start("B1")
        settling.void()
        self.sandbox.all_pay()
        self.assertIs(settling.result().verdict, Verdict.VOIDED)
        self.fails(Code.ERR_NO_BILL, self.till.settle_start, "B9")

    def test_a_void(self):
        self.sell("B1", 100)
        with self.till.void_start("B1") as undoing:
            self.assertIs(undoing.result().verdict, Verdict.REFUNDED)
            self.fails(Code.ERR_ARGUMENT, undoing.void)
        self.fails(Code.ERR_NO_BILL, self.till.void_start, "B9")


class Reconciling(ShopTest):
    def setUp(self):
        # A sale and the report on it must fall on the same day: if the day is about to end in Beijing, wait
        # for the next.
        left = 86400 - (time.time() + 8 * 3600) % 86400
        if left <= 60:
            time.sleep(left)
        super().setUp()

    def paid_late(self):
        """A bill that was reported as not paid, and that the platform then charged anyway."""
        self.till.micropay("B1", self.sandbox.customer("no_money"), 1250)
        self.sandbox.decide(self.sandbox.bills()[0]["dm_id"], "paid")

    def test_differences_and_alarms(self):
        self.paid_late()
        found = self.till.reconcile()
        self.assertEqual([item["kind"] for item in found.items_of("difference")], ["paid_there"])
        self.assertEqual(found.items_of("difference")[0].yuan("there_fen"), Decimal("12.50"))
        alarm = self.till.alarms().items_of("alarm")[0]
        number = alarm.number("id")
        self.fails(Code.ERR_ARGUMENT, self.till.acknowledge, number, " ")
        self.fails(Code.ERR_NO_ALARM, self.till.acknowledge, number + 1, "店长")
        self.fails(Code.ERR_NO_ALARM, self.till.acknowledge, 2**40, "店长")
        self.assertEqual(self.till.acknowledge(number, "店长").code, 0)
        self.assertEqual(self.till.alarms().number("alarms"), 0)

    def test_in_the_background(self):
        self.sell("B1", 100)
        self.sell("B2", 100)
        with self.till.reconcile_start() as walk:
            self.assertTrue(walk.text())
            self.assertEqual(walk.result().number("asked"), 2)
            self.assertEqual(walk.poll().number("differences"), 0)
        self.sandbox.fault("read", "html")
        error = self.fails(Code.ERR_NO_RESPONSE, self.till.reconcile_start(today()).result)
        self.assertEqual(len(error.reply.items_of("unanswered")), 1)
        self.fails(Code.ERR_ARGUMENT, self.till.reconcile, "yesterday")
        self.sandbox.fault("read", "held")
        walk = self.till.reconcile_start()
        eventually("it asks", lambda: len(self.sandbox.sent("read")) > 4)
        walk.cancel()
        self.sandbox.clear_faults()
        self.fails(Code.ERR_CANCELLED, walk.result)


class Money(unittest.TestCase):
    def test_yuan_and_fen(self):
        for yuan, fen in (("12.50", 1250), ("0.01", 1), ("12.5", 1250), ("12", 1200), ("1000000.00", 100000000)):
            self.assertEqual(wsy.yuan_to_fen(yuan), fen)
            self.assertEqual(wsy.yuan_to_fen(Decimal(yuan)), fen)
            self.assertEqual(wsy.yuan(fen), Decimal(yuan))
        self.assertEqual((wsy.fen_to_yuan(1250), wsy.fen_to_yuan(-5)), ("12.50", "-0.05"))
        self.assertEqual(wsy.yuan_to_fen(Decimal("1E+2")), 10000)
        for fen in (-(2**31), 2**31 - 1):
            self.assertEqual(int(wsy.yuan(fen) * 100), fen)

    def test_what_is_no_amount(self):
        for text in ("", "0", "-1", "1.234", "1,5", "１２", "NaN", "1e2", "1 2", "1\0", "1000000.01"):
            with self.subTest(text), self.assertRaises(wsy.BillError) as caught:
                wsy.yuan_to_fen(text)
            self.assertIs(caught.exception.code, Code.ERR_AMOUNT)
        for decimal in ("NaN", "Infinity", "0.001", "-1"):
            with self.subTest(decimal), self.assertRaises(wsy.BillError):
                wsy.yuan_to_fen(Decimal(decimal))
        for other in (12.5, 12, None, b"12"):
            with self.subTest(other), self.assertRaises(TypeError):
                wsy.yuan_to_fen(other)
        for other in (12.5, "12", None, True):
            with self.subTest(other), self.assertRaises(TypeError):
                wsy.yuan(other)
        with self.assertRaises(wsy.BillError):
            wsy.yuan(2**31)


class Codes(unittest.TestCase):
    def test_every_code_has_a_sentence_in_both_languages(self):
        for code in [*Code, *Verdict]:
            zh, en = (wsy.code_text(code, language) for language in wsy.Language)
            self.assertTrue(zh and en and zh != en, code)
            self.assertTrue(zh.isascii() is False and en.isascii(), code)
        self.assertEqual(wsy.code_text(-9999), "")

    def test_every_code_has_its_kind_of_error(self):
        from wsy._reply import error_of

        kinds = {code: type(error_of(code)).__name__ for code in Code}
        for code, kind in (
            (Code.ERR_HANDLE, "UseError"),
            (Code.ERR_OPTIONS, "UseError"),
            (Code.ERR_INTERNAL, "Error"),
            (Code.ERR_BUSY, "BillError"),
            (Code.ERR_FOLDER, "FolderError"),
            (Code.ERR_CA_FILE, "FolderError"),
            (Code.ERR_NOT_ACTIVATED, "DeviceError"),
            (Code.ERR_NO_CONFIG, "DeviceError"),
            (Code.ERR_AUTH_CODE, "BillError"),
            (Code.ERR_REFUND_TOO_MUCH, "BillError"),
            (Code.ERR_NOT_SENT, "PlatformError"),
            (Code.ERR_CANCELLED, "PlatformError"),
            (Code.ERR_NO_ALARM, "BillError"),
            (Code.ERR_BILL_LACKS_REFUND, "BillError"),
            (Code.ERR_DM_ID, "BillError"),
            (Code.ERR_NO_FONT, "ReceiptError"),
            (Code.ERR_NOT_PRINTED, "ReceiptError"),
        ):
            self.assertEqual(kinds[code], kind)
        self.assertEqual([code for code, kind in kinds.items() if kind == "Error"], [Code.ERR_INTERNAL])

    def test_a_number_that_nobody_knows_yet_never_says_that_no_money_moved(self):
        from wsy._reply import error_of

        self.assertEqual(error_of(-50).money, "may_have_moved")
        self.assertEqual((error_of(-199).money, error_of(-199).code), ("not_moved", -199))
