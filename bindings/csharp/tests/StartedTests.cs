using System.Diagnostics;
using System.Threading;

namespace Wsy.Tests
{
    public static class StartedTests
    {
        [Test]
        public static void APaymentIsStartedAndWaitedFor()
        {
            using (Shop shop = new Shop())
            {
                string code = shop.Sandbox.PatientCustomer();
                using (WsyPayment payment = shop.Client.MicropayStart("B-1", code, 100))
                {
                    WsyOutcome outcome;
                    Expect.True(!payment.Poll(out outcome) && outcome == null, "it goes on");
                    Expect.True(!payment.Wait(0, out outcome) && outcome == null, "it goes on");
                    Expect.Soon("a text with the seconds", delegate
                    {
                        return payment.Text(WsyLanguage.Zh).Contains("秒")
                            && payment.Text(WsyLanguage.En).Contains(" s");
                    });
                    shop.Sandbox.SetBill(shop.Sandbox.OrderOf(code), "paid");
                    using (outcome = payment.Wait())
                        Expect.Equal(Verdict.Paid, outcome.Verdict);
                    Expect.True(payment.Poll(out outcome), "it has ended");
                    Expect.Equal(Verdict.Paid, outcome.Verdict);
                    Expect.Error(WsyCode.ErrArgument, delegate { payment.Wait(-1, out outcome); });
                    Expect.Error(WsyCode.ErrArgument, delegate { payment.Text((WsyLanguage)7); });
                }
            }
        }

        [Test]
        public static void AnErrorStartsNothing()
        {
            using (Shop shop = new Shop())
            {
                Expect.Error(WsyCode.ErrAuthCode, delegate { shop.Client.MicropayStart("B-1", "x", 100); });
                Expect.Error(WsyCode.ErrAmount, delegate { shop.Client.MicropayStart("B-1", "130000000000000001", 0); });
                Expect.Error(WsyCode.ErrNoBill, delegate
                {
                    using (WsyPayment refund = shop.Client.RefundStart("R-1", "B-none", null, 100))
                        refund.Wait();
                });
                Expect.Equal(0, shop.Sandbox.Requests("micropay"));
                Expect.Equal(0, shop.Sandbox.Requests("refund"));
            }
        }

        [Test]
        public static void ARecoveryGoesOnWhileTheTillSells()
        {
            using (Shop shop = new Shop())
            {
                string open = shop.Sandbox.PatientCustomer();
                shop.Client.Micropay("B-1", open, 100, Shop.Deadline(200)).Dispose();
                using (WsyWork recovery = shop.Client.RecoverStart())
                {
                    WsyReply reply;
                    Expect.Contains("正在查清上次未完成的单，0/1，还剩 ", recovery.Text(WsyLanguage.Zh));
                    using (WsyOutcome sold = shop.Client.Micropay("B-2", shop.Sandbox.Customer(), 100))
                        Expect.Equal(Verdict.Paid, sold.Verdict);
                    Expect.Error(WsyCode.ErrBusy, delegate { shop.Client.Settle("B-1"); });
                    Expect.True(!recovery.Poll(out reply), "it goes on");
                    shop.Sandbox.SetBill(shop.Sandbox.OrderOf(open), "paid");
                    using (reply = recovery.Wait())
                    {
                        Expect.Equal(1, reply.Number("settled"));
                        Expect.Equal(0, reply.Number("open"));
                    }
                }
            }
        }

        [Test]
        public static void ASettlingCanBeCancelledAndVoidedAndAVoidCannot()
        {
            using (Shop shop = new Shop())
            {
                string open = shop.Sandbox.PatientCustomer();
                shop.Client.Micropay("B-1", open, 100, Shop.Deadline(200)).Dispose();
                using (WsyPayment settling = shop.Client.SettleStart("B-1"))
                {
                    settling.Cancel();
                    using (WsyOutcome outcome = settling.Wait())
                        Expect.Equal(Verdict.Unknown, outcome.Verdict);
                }
                using (WsyPayment settling = shop.Client.SettleStart("B-1"))
                {
                    settling.Void();
                    shop.Sandbox.SetBill(shop.Sandbox.OrderOf(open), "paid");
                    using (WsyOutcome outcome = settling.Wait())
                        Expect.Equal(Verdict.Voided, outcome.Verdict);
                }
                shop.Client.Micropay("B-2", shop.Sandbox.Customer(), 100).Dispose();
                using (WsyPayment undoing = shop.Client.VoidStart("B-2"))
                {
                    using (WsyOutcome outcome = undoing.Wait())
                        Expect.Equal(Verdict.Refunded, outcome.Verdict);
                    Expect.Error(WsyCode.ErrArgument, delegate { undoing.Void(); });
                }
                Expect.Error(WsyCode.ErrNoBill, delegate { shop.Client.VoidStart("B-none"); });
            }
        }

        [Test]
        public static void ReprintsAndPrintsAreStarted()
        {
            using (Shop shop = new Shop())
            using (WsyOutcome sold = shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 100))
            {
                using (WsyWork fetching = shop.Client.ReprintStart("B-1"))
                using (WsyReply reply = fetching.Wait())
                    Expect.True(reply.Text("receipt") != "", "a receipt");
                using (WsyWork printing = shop.Client.PrintReceiptStart(sold, "tcp:127.0.0.1:1"))
                    Expect.Error(WsyCode.ErrPrinterOffline, delegate { printing.Wait(); });
                using (WsyWork printing = shop.Client.PrintBytesStart(new byte[1], "queue:no such printer"))
                    Expect.Error(WsyCode.ErrNoPrinter, delegate { printing.Wait(); });
                Expect.Error(WsyCode.ErrNoPrinter, delegate { shop.Client.PrintReceiptStart(sold, "nonsense"); });
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.PrintBytesStart(null, "tcp:127.0.0.1:1"); });
            }
        }

        [Test]
        public static void CancellingStopsTheWaitingAndNothingElse()
        {
            using (Shop shop = new Shop())
            {
                string slow = shop.Sandbox.PatientCustomer();
                using (WsyPayment payment = shop.Client.MicropayStart("B-1", slow, 100))
                {
                    Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("micropay") == 1; });
                    payment.Cancel();
                    using (WsyOutcome outcome = payment.Wait())
                        Expect.Equal(Verdict.Unknown, outcome.Verdict);
                    payment.Cancel();
                }
                shop.Sandbox.SetBill(shop.Sandbox.OrderOf(slow), "paid");
                using (WsyOutcome outcome = shop.Client.Settle("B-1"))
                    Expect.Equal(Verdict.Paid, outcome.Verdict);
            }
        }

        [Test]
        public static void AStartedPaymentIsVoided()
        {
            using (Shop shop = new Shop())
            using (WsyPayment payment = shop.Client.MicropayStart("B-1", shop.Sandbox.Customer(), 100))
            {
                using (WsyOutcome outcome = payment.Wait())
                    Expect.Equal(Verdict.Paid, outcome.Verdict);
                payment.Void();
                using (WsyOutcome outcome = payment.Wait())
                    Expect.Equal(Verdict.Voided, outcome.Verdict);
                Expect.Equal(1, shop.Sandbox.Requests("refund"));
            }
        }

        [Test]
        public static void ARefundIsStartedAndCannotBeVoided()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(500);
                using (WsyPayment refund = shop.Client.RefundStart("R-1", bill, null, 500))
                {
                    Expect.Error(WsyCode.ErrArgument, refund.Void);
                    using (WsyOutcome outcome = refund.Wait())
                        Expect.Equal(Verdict.Refunded, outcome.Verdict);
                }
            }
        }

        [Test]
        public static void APaymentThatIsDisposedOfGoesOn()
        {
            using (Shop shop = new Shop())
            {
                string code = shop.Sandbox.Customer("{\"kind\": \"asks_password\", \"ms\": 300}");
                shop.Client.MicropayStart("B-1", code, 100).Dispose();
                Expect.Soon("paid in the ledger", delegate
                {
                    using (WsyReply day = shop.Client.Day())
                        return day.Number("paid_fen") == 100;
                });
            }
        }

        [Test]
        public static void ClosingEndsTheCallsOfOtherThreads()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                WsyPayment payment = client.MicropayStart("B-1", shop.Sandbox.PatientCustomer(), 100);
                string customer = shop.Sandbox.PatientCustomer();
                Verdict verdict = Verdict.Paid;
                Thread thread = new Thread(delegate()
                {
                    using (WsyOutcome outcome = client.Micropay("B-2", customer, 100))
                        verdict = outcome.Verdict;
                });
                thread.Start();
                Expect.Soon("both were sent", delegate { return shop.Sandbox.Requests("micropay") == 2; });
                Stopwatch clock = Stopwatch.StartNew();
                shop.Close();
                thread.Join();
                Expect.True(clock.ElapsedMilliseconds < 40000, "long before the deadline of 60 s");
                Expect.Equal(Verdict.Unknown, verdict);
                using (WsyOutcome outcome = payment.Wait())
                    Expect.Equal(Verdict.Unknown, outcome.Verdict);
                Expect.Error(WsyCode.ErrHandle, payment.Void);
                payment.Dispose();
            }
        }
    }
}
