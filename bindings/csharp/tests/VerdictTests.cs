using System;
using System.Reflection;

namespace Wsy.Tests
{
    public static class VerdictTests
    {
        [Test]
        public static void AVerdictThatNobodySetIsUnknown()
        {
            Expect.Equal(Verdict.Unknown, default(Verdict));
            Expect.Equal(WsyCode.Unknown, default(Verdict).Code);
            Expect.Equal(Verdict.Unknown.GetHashCode(), default(Verdict).GetHashCode());
            Expect.Equal("Unknown", default(Verdict).ToString());
            Expect.Equal(WsyMoney.MayHaveMoved, default(WsyMoney));
        }

        [Test]
        public static void NoNumberButOneIsPaid()
        {
            for (int code = -200; code <= 200; code++)
                Expect.Equal(code == 1, Verdict.Of(code) == Verdict.Paid);
            Expect.Equal(Verdict.Unknown, Verdict.Of(0));
            Expect.Equal(Verdict.Unknown, Verdict.Of(7));
        }

        [Test]
        public static void AVerdictDoesNotTurnIntoABool()
        {
            foreach (MethodInfo method in typeof(Verdict).GetMethods())
            {
                Expect.True(method.ReturnType != typeof(bool) || method.GetParameters().Length > 0
                    || !method.IsStatic, method.Name);
                foreach (string conversion in new[] { "op_Implicit", "op_Explicit", "op_True", "op_False" })
                    Expect.True(method.Name != conversion, "no " + conversion);
            }
        }

        [Test]
        public static void VerdictsCompare()
        {
            Expect.True(Verdict.Paid == Verdict.Of(1) && Verdict.Paid.Equals((object)Verdict.Of(1)), "equal");
            Expect.True(Verdict.Paid != Verdict.Refunded && !Verdict.Paid.Equals("Paid"), "different");
            Expect.Equal("NotPaid", Verdict.NotPaid.ToString());
            Expect.Equal("NotRefunded", Verdict.NotRefunded.ToString());
            Expect.Equal("PaidEarlier", Verdict.PaidEarlier.ToString());
            Expect.Equal("Decided", Verdict.Decided.ToString());
            Expect.Equal("Voided", Verdict.Voided.ToString());
        }

        [Test]
        public static void Paid()
        {
            using (Shop shop = new Shop())
            using (WsyOutcome outcome = shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 1250))
            {
                Expect.Equal(Verdict.Paid, outcome.Verdict);
                Expect.Equal(WsyCode.Paid, outcome.Code);
                Expect.Equal(WsyMoney.Moved, outcome.Money);
                Expect.Equal(1250, outcome.Number("total_fen"));
                Expect.Equal("12.50", outcome.Text("total"));
                Expect.Equal("B-1", outcome.Text("out_trade_no"));
                Expect.Equal(outcome.Text("told"), outcome.FirstTold);
                Expect.Equal("", outcome.Decision);
                Expect.True(outcome.MessageZh[0] > 0x4e00 - 1 && outcome.AdviceZh[0] > 0x4e00 - 1, "Chinese");
                Expect.True(outcome.MessageEn != "" && outcome.AdviceEn != "", "English");
                Expect.Contains("12.5", outcome.Receipt);
                Expect.True(Array.IndexOf(outcome.ReceiptBytes(), (byte)0x1b) >= 0, "an escape in the bytes");
                Expect.True(outcome.Names.Contains("total_fen") && outcome.Names.Contains("money"), "names");
            }
        }

        [Test]
        public static void PaidOnceUnderOneNumber()
        {
            using (Shop shop = new Shop())
            {
                string code = shop.Sandbox.Customer();
                string told;
                using (WsyOutcome first = shop.Client.Micropay("B-1", code, 100))
                    told = first.Text("told");
                using (WsyOutcome again = shop.Client.Micropay("B-1", code, 100))
                {
                    Expect.Equal(Verdict.PaidEarlier, again.Verdict);
                    Expect.Equal(told, again.FirstTold);
                }
                Expect.Error(WsyCode.ErrAmountDiffers, delegate { shop.Client.Micropay("B-1", code, 101); });
                Expect.Equal(1, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void APersonDecidesWhatStaysUnknown()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                client.Micropay("B-1", shop.Sandbox.PatientCustomer(), 100, Shop.Deadline(200)).Dispose();
                Expect.Error(WsyCode.ErrArgument, delegate { client.Decide("B-1", "maybe", "me", "so"); });
                Expect.Error(WsyCode.ErrNoBill, delegate { client.Decide("B-9", "paid", "me", "so"); });
                Expect.Error(WsyCode.ErrNoBill, delegate { client.DecideRefund("R-9", "keep", "me", "so"); });
                Expect.Soon("it can be decided", delegate
                {
                    try
                    {
                        client.Decide("B-1", "not_paid", "店长", "后台未收款", 1).Dispose();
                        return true;
                    }
                    catch (WsyException error)
                    {
                        Expect.Equal(WsyCode.ErrTooEarly, error.Code);
                        return false;
                    }
                });
                using (WsyOutcome outcome = client.Settle("B-1"))
                {
                    Expect.Equal(Verdict.Decided, outcome.Verdict);
                    Expect.Equal(WsyMoney.Decided, outcome.Money);
                    Expect.Equal("not_paid", outcome.Decision);
                    Expect.Equal("店长", outcome.Text("decided_by"));
                }
                Expect.Error(WsyCode.ErrNotOpen, delegate { client.Decide("B-1", "paid", "me", "so"); });
                using (WsyReply day = client.CloseDay("店长"))
                    Expect.Equal("店长", day.Text("closed_by"));
                using (WsyReply archived = client.Archive())
                    Expect.Equal("0", archived.Text("archived"));
            }
        }

        [Test]
        public static void NotPaid()
        {
            using (Shop shop = new Shop())
            {
                string poor = shop.Sandbox.Customer("{\"kind\": \"no_money\"}");
                using (WsyOutcome outcome = shop.Client.Micropay("B-1", poor, 100))
                {
                    Expect.Equal(Verdict.NotPaid, outcome.Verdict);
                    Expect.Equal(WsyCode.NotPaid, outcome.Code);
                    Expect.Equal(WsyMoney.NotMoved, outcome.Money);
                    Expect.Contains("余额不足", outcome.Text("reason"));
                    Expect.Equal("", outcome.Receipt);
                    Expect.Equal(0, outcome.ReceiptBytes().Length);
                }
                using (WsyOutcome outcome = shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 100))
                    Expect.Equal(Verdict.Paid, outcome.Verdict);
            }
        }

        [Test]
        public static void UnknownAndSettled()
        {
            using (Shop shop = new Shop())
            {
                string slow = shop.Sandbox.PatientCustomer();
                using (WsyOutcome outcome = shop.Client.Micropay("B-1", slow, 100, Shop.Deadline(300)))
                {
                    Expect.Equal(Verdict.Unknown, outcome.Verdict);
                    Expect.Equal(WsyMoney.MayHaveMoved, outcome.Money);
                }
                Expect.Error(WsyCode.ErrStillOpen,
                    delegate { shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 100); });
                using (WsyReply open = shop.Client.Unresolved())
                {
                    Expect.Equal(1, open.Number("open"));
                    Expect.Equal("B-1", open.Items("charge")[0].Text("out_trade_no"));
                }
                using (WsyOutcome outcome = shop.Client.Settle("B-1", Shop.Deadline(200)))
                    Expect.Equal(Verdict.Unknown, outcome.Verdict);
                shop.Sandbox.SetBill(shop.Sandbox.OrderOf(slow), "paid");
                using (WsyOutcome outcome = shop.Client.Settle("B-1"))
                    Expect.Equal(Verdict.Paid, outcome.Verdict);
                Expect.Equal(1, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void ALostResponseIsFoundOut()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                shop.Sandbox.Fault("micropay", "{\"kind\": \"response_lost\"}");
                using (WsyOutcome outcome = client.Micropay("B-1", shop.Sandbox.Customer(), 100))
                    Expect.Equal(Verdict.Paid, outcome.Verdict);
                shop.Sandbox.Fault("micropay", "{\"kind\": \"request_lost\"}");
                using (WsyOutcome outcome = client.Micropay("B-2", shop.Sandbox.Customer(), 100))
                    Expect.Equal(Verdict.NotPaid, outcome.Verdict);
                Expect.Equal(2, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void NothingIsSentWithoutAPlatform()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string code = shop.Sandbox.Customer();
                shop.Sandbox.Stop();
                WsyException error = Expect.Error(
                    WsyCode.ErrNotSent, delegate { client.Micropay("B-1", code, 100); });
                using (WsyReply found = client.Find("B-1"))
                    Expect.Equal("not_sent", found.Text("state"));
                Expect.Equal(WsyCode.ErrNotSent, error.Reply.Code);
            }
        }

        [Test]
        public static void Refunded()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000);
                for (int round = 0; round < 2; round++)
                {
                    using (WsyOutcome outcome = shop.Client.Refund("R-1", bill, null, 400))
                    {
                        Expect.Equal(Verdict.Refunded, outcome.Verdict);
                        Expect.Equal(WsyMoney.Moved, outcome.Money);
                        Expect.Equal(400, outcome.Number("refund_fen"));
                    }
                }
                Expect.Equal(1, shop.Sandbox.Requests("refund"));
                WsyException error = Expect.Error(
                    WsyCode.ErrRefundTooMuch, delegate { shop.Client.Refund("R-2", bill, null, 601); });
                Expect.Equal(600, error.Reply.Number("refundable_fen"));
                Expect.Error(WsyCode.ErrRefundDiffers, delegate { shop.Client.Refund("R-1", bill, null, 401); });
            }
        }

        [Test]
        public static void RefundedByTheOrderOfThePlatform()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000), dmId;
                using (WsyReply found = shop.Client.Find(bill))
                    dmId = found.Text("dm_id");
                using (WsyOutcome outcome = shop.Client.Refund("R-1", null, dmId, 1000))
                    Expect.Equal(Verdict.Refunded, outcome.Verdict);
                Expect.Error(WsyCode.ErrAlreadyRefunded, delegate { shop.Client.Settle(bill); });
            }
        }

        [Test]
        public static void NotRefunded()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000);
                shop.Sandbox.Fault("refund", "{\"kind\": \"request_lost\"}");
                using (WsyOutcome outcome = shop.Client.Refund("R-1", bill, null, 400))
                {
                    Expect.Equal(Verdict.NotRefunded, outcome.Verdict);
                    Expect.Equal(WsyMoney.NotMoved, outcome.Money);
                }
            }
        }

        [Test]
        public static void ARefundCanBeUnknown()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000);
                shop.Sandbox.Fault("refund", "{\"kind\": \"response_lost\"}");
                shop.Sandbox.Fault("read", "{\"kind\": \"html\"}", "null", 1);
                using (WsyPayment refund = shop.Client.RefundStart("R-1", bill, null, 400))
                {
                    Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("refund") == 1; });
                    refund.Cancel();
                    using (WsyOutcome outcome = refund.Wait())
                    {
                        Expect.Equal(Verdict.Unknown, outcome.Verdict);
                        Expect.Equal(WsyMoney.MayHaveMoved, outcome.Money);
                    }
                }
                Expect.Error(WsyCode.ErrRefundOpen, delegate { shop.Client.Refund("R-2", bill, null, 100); });
                shop.Sandbox.ClearFaults();
                using (WsyReply recovered = shop.Client.Recover())
                {
                    Expect.Equal(1, recovered.Number("settled"));
                    Expect.Equal("refunded", recovered.Items("refund")[0].Text("state"));
                }
                Expect.Equal(1, shop.Sandbox.Requests("refund"));
            }
        }

        [Test]
        public static void VoidUndoesWhatWasPaid()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000);
                using (WsyOutcome outcome = shop.Client.Void(bill))
                {
                    Expect.Equal(Verdict.Refunded, outcome.Verdict);
                    Expect.Equal(1000, outcome.Number("refund_fen"));
                }
                Expect.Equal(1, shop.Sandbox.Requests("refund"));
                string poor = shop.Sandbox.Customer("{\"kind\": \"no_money\"}");
                shop.Client.Micropay("B-poor", poor, 100).Dispose();
                using (WsyOutcome outcome = shop.Client.Void("B-poor"))
                    Expect.Equal(Verdict.NotPaid, outcome.Verdict);
                shop.Client.Micropay("B-slow", shop.Sandbox.PatientCustomer(), 100, Shop.Deadline(200)).Dispose();
                using (WsyOutcome outcome = shop.Client.Void("B-slow", Shop.Deadline(200)))
                    Expect.Equal(Verdict.Unknown, outcome.Verdict);
                Expect.Error(WsyCode.ErrNoBill, delegate { shop.Client.Void("B-none"); });
            }
        }

        [Test]
        public static void AVoidThatThePlatformDoesNotMakeIsNotRefunded()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000);
                shop.Sandbox.Fault("refund", "{\"kind\": \"request_lost\"}");
                using (WsyOutcome outcome = shop.Client.Void(bill))
                    Expect.Equal(Verdict.NotRefunded, outcome.Verdict);
            }
        }
    }
}
