"""Payments: every verdict, in both code pages, in one call and started."""

import wsy
from shop import SOON, ShopTest, eventually
from wsy import Code, Language, Verdict


class Payments(ShopTest):
    def test_paid(self):
        code = self.sandbox.customer()
        outcome = self.till.micropay("B1", code, 1250)
        self.assertIs(outcome.verdict, Verdict.PAID)
        self.assertTrue(outcome.paid)
        self.assertEqual((outcome.first_told, outcome.decision), (outcome["told"], ""))
        self.assertEqual((outcome.code, outcome.money), (1, "moved"))
        self.assertEqual((outcome["out_trade_no"], outcome["total"], outcome.number("total_fen")), ("B1", "12.50", 1250))
        self.assertEqual(str(outcome.yuan("total_fen")), "12.50")
        bill = self.sandbox.bills()[0]
        self.assertEqual((bill["dm_id"], bill["auth_code"], bill["total_fen"]), (outcome["dm_id"], code, 1250))
        self.assertNotIn(code, dict(outcome).values())

    def test_paid_is_reported_once_and_not_charged_again(self):
        sold = self.sell("B1", 100)
        for again in (self.till.micropay("B1", self.sandbox.customer(), 100), self.till.settle("B1")):
            self.assertIs(again.verdict, Verdict.PAID_EARLIER)
            self.assertFalse(again.paid)
            self.assertEqual(again.first_told, sold["told"])
        self.assertEqual(len(self.sandbox.sent("micropay")), 1)

    def test_a_person_decides_what_stays_unknown(self):
        self.till.micropay("B1", self.sandbox.customer("never_answers"), 100, SOON)
        for error in (
            self.fails(Code.ERR_ARGUMENT, self.till.decide, "B1", "maybe", "店长", "后台未收款"),
            self.fails(Code.ERR_ARGUMENT, self.till.decide, "B1", "not_paid", " ", "后台未收款"),
        ):
            self.assertIsInstance(error, wsy.UseError)
        self.assertIsInstance(self.fails(Code.ERR_NO_BILL, self.till.decide, "B9", "keep", "店长", "?"), wsy.BillError)

        def decided():
            try:
                return self.till.decide("B1", "not_paid", "店长", "后台未收款", attempt=1)["state"]
            except wsy.Error as error:
                self.assertIs(error.code, Code.ERR_TOO_EARLY)
                return None

        self.assertEqual(eventually("it can be decided", decided), "decided_not_paid")
        outcome = self.till.settle("B1")
        self.assertIs(outcome.verdict, Verdict.DECIDED)
        self.assertEqual((outcome.decision, outcome["decided_by"], outcome["why"]), ("not_paid", "店长", "后台未收款"))
        self.assertEqual((outcome.money, outcome.paid), ("decided", False))
        self.fails(Code.ERR_NOT_OPEN, self.till.decide, "B1", "paid", "店长", "?")
        self.fails(Code.ERR_NO_BILL, self.till.decide_refund, "R9", "refunded", "店长", "?")
        self.assertIs(self.till.micropay("B1", self.sandbox.customer(), 100).verdict, Verdict.PAID)

    def test_an_undone_payment_is_voided_and_not_paid(self):
        with self.till.micropay_start("B1", self.sandbox.customer(), 100) as payment:
            self.assertTrue(payment.result().paid)
            payment.void()
            self.assertIs(payment.result().verdict, Verdict.VOIDED)
        self.assertEqual(self.paid_at_the_platform(), 0)

    def test_not_paid(self):
        declined = self.sandbox.customer("declines", reason="银行卡交易受限")
        outcome = self.till.micropay("B1", declined, 100)
        self.assertIs(outcome.verdict, Verdict.NOT_PAID)
        self.assertFalse(outcome.paid)
        self.assertEqual(outcome.money, "not_moved")
        self.assertIn("银行卡交易受限", outcome["reason"])
        self.assertIs(self.till.micropay("B1", self.sandbox.customer(), 100).verdict, Verdict.PAID)
        self.assertEqual(self.paid_at_the_platform(), 100)

    def test_unknown_and_then_settled(self):
        outcome = self.till.micropay("B1", self.sandbox.customer("never_answers"), 100, SOON)
        self.assertIs(outcome.verdict, Verdict.UNKNOWN)
        self.assertFalse(outcome.paid)
        self.assertEqual((outcome.money, outcome["state"]), ("may_have_moved", "open"))
        error = self.fails(Code.ERR_STILL_OPEN, self.till.micropay, "B1", self.sandbox.customer(), 100)
        self.assertIsInstance(error, wsy.BillError)
        self.assertIs(self.till.settle("B1", SOON).verdict, Verdict.UNKNOWN)
        self.sandbox.decide(self.sandbox.bills()[0]["dm_id"], "paid")
        self.assertIs(self.till.settle("B1").verdict, Verdict.PAID)

    def test_a_response_that_is_lost_is_found_again(self):
        self.sandbox.fault("micropay", "response_lost")
        self.assertTrue(self.till.micropay("B1", self.sandbox.customer(), 100).paid)
        self.sandbox.fault("micropay", "request_lost")
        self.assertIs(self.till.micropay("B2", self.sandbox.customer(), 100).verdict, Verdict.NOT_PAID)
        self.assertEqual(self.paid_at_the_platform(), 100)

    def test_further_parameters_are_sent(self):
        params = {"operator_id": "收银员 7", "noremind": True, "deadline_ms": 9000, "insist": "may_charge_twice"}
        self.assertTrue(self.till.micropay("B1", self.sandbox.customer(), 100, params).paid)
        sent = self.sandbox.sent("micropay")[0]["params"]
        self.assertEqual(sent["operator_id"], "收银员 7")
        self.assertIn("noremind", sent)
        self.assertNotIn("deadline_ms", sent)

    def test_errors_say_what_is_wrong_and_send_nothing(self):
        self.sell("B1", 100)
        used = self.sandbox.bills()[0]["auth_code"]
        sent = len(self.sandbox.sent("micropay"))
        for code, arguments in (
            (Code.ERR_AUTH_CODE, ("B2", "12", 100)),
            (Code.ERR_AUTH_CODE_USED, ("B2", used, 100)),
            (Code.ERR_AMOUNT, ("B2", "130000000000000001", 0)),
            (Code.ERR_AMOUNT_DIFFERS, ("B1", "130000000000000001", 101)),
            (Code.ERR_OUT_TRADE_NO, ("", "130000000000000001", 100)),
            (Code.ERR_PAY_TYPE, ("B2", "999999999999999999", 100)),
        ):
            for function in (self.till.micropay, self.till.micropay_start):
                with self.subTest(code=code, function=function.__name__):
                    error = self.fails(code, function, *arguments)
                    self.assertIsInstance(error, wsy.BillError)
                    # The recorded charge moved money earlier; the failed call moved none.
                    self.assertIn(error.money, ("not_moved", "moved"))
                    self.assertEqual(error.reply.number("code"), code)
                    self.assertEqual(error.reply.code, code)
                    cashiers = (error.message_zh, error.message_en, error.advice_zh, error.advice_en)
                    for text in (*cashiers, error.hint_zh, error.hint_en):
                        self.assertTrue(text)
                    self.assertIn(error.message_en, str(error))
                    self.assertEqual(error.explain(), error.message_zh + error.advice_zh)
        self.assertEqual(len(self.sandbox.sent("micropay")), sent)

    def test_no_network_is_an_error_and_nothing_was_sent(self):
        # A port that is never assigned.
        nobody = "http://127.0.0.1:1"
        self.sandbox.control("PUT", "settings", {"server": nobody})
        self.assertEqual(self.till.config(refresh=True)["server"], nobody)
        error = self.fails(Code.ERR_NOT_SENT, self.till.micropay, "B1", "130000000000000001", 100)
        self.assertIsInstance(error, wsy.PlatformError)
        self.assertEqual(error.money, "not_moved")

    def test_void_of_every_kind(self):
        self.sell("B1", 100)
        outcome = self.till.void("B1")
        self.assertIs(outcome.verdict, Verdict.REFUNDED)
        self.assertEqual(outcome.number("refund_fen"), 100)
        self.fails(Code.ERR_ALREADY_REFUNDED, self.till.settle, "B1")
        self.till.micropay("B2", self.sandbox.customer("declines", reason="x"), 100)
        self.assertIs(self.till.void("B2").verdict, Verdict.NOT_PAID)
        self.till.micropay("B3", self.sandbox.customer("never_answers"), 100, SOON)
        self.assertIs(self.till.void("B3", SOON).verdict, Verdict.UNKNOWN)
        self.sell("B4", 100)
        self.sandbox.fault("refund", "request_lost")
        self.assertIs(self.till.void("B4").verdict, Verdict.NOT_REFUNDED)
        self.fails(Code.ERR_NO_BILL, self.till.void, "B5")
        self.assertEqual(self.paid_at_the_platform(), 100)

    def test_refunds_of_every_kind(self):
        sold = self.sell("B1", 500)
        outcome = self.till.refund("R1", "B1", 200)
        self.assertIs(outcome.verdict, Verdict.REFUNDED)
        self.assertEqual((outcome.money, outcome.number("refund_fen"), outcome["refund"]), ("moved", 200, "2.00"))
        self.assertIs(self.till.refund("R1", "B1", 200).verdict, Verdict.REFUNDED)
        self.assertEqual(len(self.sandbox.sent("refund")), 1)
        self.assertIs(self.till.refund("R2", None, 100, dm_id=sold["dm_id"]).verdict, Verdict.REFUNDED)
        self.sandbox.fault("refund", "request_lost")
        self.assertIs(self.till.refund("R3", "B1", 100).verdict, Verdict.NOT_REFUNDED)
        error = self.fails(Code.ERR_REFUND_TOO_MUCH, self.till.refund, "R4", "B1", 201)
        self.assertEqual(error.reply.number("refundable_fen"), 200)
        self.fails(Code.ERR_REFUND_DIFFERS, self.till.refund, "R1", "B1", 199)
        self.fails(Code.ERR_OUT_REFUND_NO, self.till.refund, "void-1", "B1", 1)
        self.assertEqual(self.paid_at_the_platform(), 200)

    def test_a_refund_that_is_unknown_is_read_again_under_the_same_number(self):
        self.sell("B1", 500)
        self.sandbox.fault("refund", "held")
        first = self.till.refund_start("R1", "B1", 200)
        eventually("the refund is sent", lambda: self.sandbox.sent("refund"))
        self.sandbox.fault("read", "html", times=None)
        self.sandbox.control("DELETE", "faults/refund/held")
        eventually("the bill is read again", lambda: len(self.sandbox.sent("read")) > 1)
        first.cancel()
        outcome = first.result()
        self.assertIs(outcome.verdict, Verdict.UNKNOWN)
        self.assertEqual(self.till.unresolved().items_of("refund")[0]["out_refund_no"], "R1")
        self.sandbox.clear_faults()
        self.assertIs(self.till.refund("R1", "B1", 200).verdict, Verdict.REFUNDED)
        self.assertEqual(len(self.sandbox.sent("refund")), 1)

    def test_single_queries(self):
        code = self.sandbox.customer()
        sold = self.till.micropay("B1", code, 100)
        asked = self.till.query_auth_code(code, 100)
        self.assertNotIsInstance(asked, wsy.Outcome)
        self.assertEqual((asked.code, asked["state"], asked.money), (0, "was_paid", "not_moved"))
        self.assertEqual(self.till.query_auth_code(code, 101)["state"], "differs")
        self.assertEqual(self.till.query_order(sold["dm_id"], 100, {"noremind": 1})["state"], "was_paid")
        waiting = self.sandbox.customer("never_answers")
        open_bill = self.till.micropay("B2", waiting, 100, SOON)
        self.assertEqual(self.till.query_auth_code(waiting, 100)["state"], "paying")
        self.sandbox.decide(open_bill["dm_id"], "failed")
        self.assertEqual(self.till.query_order(open_bill["dm_id"], 100)["state"], "failed")
        self.fails(Code.ERR_AUTH_CODE, self.till.query_auth_code, "x", 100)


class GbkPayments(Payments):
    """The same with the library in GBK."""

    code_page = wsy.CodePage.GBK


class Started(ShopTest):
    def test_a_payment_is_pending_until_it_ends_and_then_says_the_same_for_ever(self):
        for code_page in wsy.CodePage:
            self.till.close()
            self.code_page = code_page
            self.till = self.open()
            code = self.sandbox.customer("never_answers")
            with self.till.micropay_start("B%s" % code_page, code, 100) as payment:
                self.assertIsNone(payment.poll())
                eventually("the customer is asked", lambda: payment.text().startswith("等待顾客输入密码（平台："))
                self.assertRegex(payment.text(Language.EN), "^Waiting for the customer's password \\(platform: .*\\), .* s left$")
                self.assertIsNone(payment.wait(1))
                self.sandbox.all_pay()
                outcome = payment.result()
                self.assertIs(outcome.verdict, Verdict.PAID)
                for again in (payment.poll(), payment.wait(0), payment.result()):
                    self.assertEqual(dict(again), dict(outcome))
                payment.cancel()
                self.assertTrue(payment.poll().paid)
            # The outcome stays valid by itself.
            self.assertEqual(outcome.number("total_fen"), 100)

    def test_a_started_refund(self):
        self.sell("B1", 100)
        with self.till.refund_start("R1", "B1", 40) as refund:
            self.assertIs(refund.result().verdict, Verdict.REFUNDED)
            self.fails(Code.ERR_ARGUMENT, refund.void)
        self.fails(Code.ERR_REFUND_TOO_MUCH, self.till.refund_start, "R2", "B1", 61)
        self.assertEqual(self.paid_at_the_platform(), 60)

    def test_cancel_stops_the_waiting_and_undoes_nothing(self):
        payment = self.till.micropay_start("B1", self.sandbox.customer("never_answers"), 100)
        eventually("the charge arrives", lambda: self.sandbox.sent("micropay"))
        payment.cancel()
        outcome = payment.result()
        self.assertIs(outcome.verdict, Verdict.UNKNOWN)
        self.assertEqual(outcome["state"], "open")
        self.sandbox.all_pay()
        self.assertTrue(self.till.settle("B1").paid)

    def test_cancel_before_anything_was_sent_is_an_error(self):
        self.sell("B1", 100)
        self.sandbox.fault("read", "held")
        refund = self.till.refund_start("R1", "B1", 40)
        eventually("the bill is read", lambda: self.sandbox.sent("read"))
        refund.cancel()
        self.sandbox.clear_faults()
        error = self.fails(Code.ERR_CANCELLED, refund.result)
        self.assertIsInstance(error, wsy.PlatformError)
        self.assertEqual(error.money, "not_moved")
        self.assertEqual(self.sandbox.sent("refund"), [])

    def test_void_of_a_running_payment_and_of_one_that_has_ended(self):
        with self.till.micropay_start("B1", self.sandbox.customer("asks_password", ms=300), 100) as payment:
            eventually("the charge arrives", lambda: self.sandbox.sent("micropay"))
            payment.void()
            self.assertIs(payment.result().verdict, Verdict.VOIDED)
        with self.till.micropay_start("B2", self.sandbox.customer(), 100) as payment:
            self.assertTrue(payment.result().paid)
            payment.void()
            self.assertIs(payment.result().verdict, Verdict.VOIDED)
        self.assertEqual(self.paid_at_the_platform(), 0)

    def test_a_payment_that_is_freed_goes_on_and_is_written_down(self):
        for number, free in (("B1", lambda payment: payment.close()), ("B2", lambda payment: None)):
            payment = self.till.micropay_start(number, self.sandbox.customer("asks_password", ms=200), 100)
            free(payment)
            del payment
            eventually("it is written down", lambda number=number: self.state(number) == "paid")

    def state(self, number):
        items = {item["out_trade_no"]: item["state"] for item in self.till.day().items_of("charge")}
        return items.get(number)

    def test_closing_the_till_ends_what_goes_on_as_unknown(self):
        payment = self.till.micropay_start("B1", self.sandbox.customer("never_answers"), 100)
        eventually("the charge arrives", lambda: self.sandbox.sent("micropay"))
        self.till.close()
        self.assertIs(payment.result().verdict, Verdict.UNKNOWN)
        error = self.fails(Code.ERR_HANDLE, payment.void)
        self.assertEqual(error.money, "may_have_moved")
        again = self.open()
        self.assertEqual(again.opened.number("open_charges"), 1)
