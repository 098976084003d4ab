using System.Collections.Generic;

namespace Wsy.Tests
{
    public static class AskingTests
    {
        [Test]
        public static void OpenTellsWhatIsThere()
        {
            using (Shop shop = new Shop())
            {
                using (WsyClient client = shop.Open())
                {
                    Expect.Equal("", client.Opened.Text("device_id"));
                    Expect.Equal(0, client.Opened.Number("open_charges"));
                    Expect.Error(WsyCode.ErrNotActivated,
                        delegate { client.Micropay("B-1", "130000000000000001", 100); });
                }
                shop.Client.Opened.Dispose();
                shop.Close();
                using (WsyClient client = shop.Open())
                    Expect.Equal(shop.Sandbox.DeviceId, client.Opened.Text("device_id"));
            }
        }

        [Test]
        public static void ActivatesWithACode()
        {
            using (Shop shop = new Shop())
            using (WsyClient client = shop.Open())
            {
                WsyException refused = Expect.Error(
                    WsyCode.ErrActivationRefused, delegate { client.Activate("00000000000000"); });
                Expect.True(refused.Reply.Text("info") != "", "the platform's reason");
                using (WsyReply reply = client.Activate(Sandbox.ActivationCode, "<host cpu=\"1\" mac=\"2\" />"))
                {
                    Expect.True(reply.Text("device_id") != "", "a device");
                    Expect.Equal("platform", reply.Text("config_source"));
                }
                Expect.Error(WsyCode.ErrActivationRefused, delegate { client.SetDevice("", "k"); });
            }
        }

        [Test]
        public static void ReadsTheConfig()
        {
            using (Shop shop = new Shop())
            {
                using (WsyClient fresh = shop.Open())
                    Expect.Error(WsyCode.ErrNoConfig, delegate { fresh.Config(false); });
                shop.Sandbox.Control("PUT", "devices/" + shop.Sandbox.DeviceId, "{\"client_name\": \"茶馆 - 2\"}");
                using (WsyReply reply = shop.Client.Config(true))
                {
                    Expect.Contains("茶馆", reply.Text("client_name"));
                    IList<WsyItem> types = reply.Items("dm_code");
                    Expect.Equal(reply.Count("dm_code"), types.Count);
                    Expect.True(types.Count == 2, "WeChat and Alipay");
                    Expect.True(types[0].Text("code") != "" && types[0].Text("name") != "", "a pay type");
                    Expect.True(types[0].Number("type") > 0, "a number");
                    Expect.Equal("none", types[0].Text("colour", "none"));
                    Expect.Equal(7, types[0].Number("colour", 7));
                    Expect.Error(WsyCode.ErrNoField, delegate { types[0].Text("colour"); });
                    Expect.Error(WsyCode.ErrNoField, delegate { types[0].Number("name"); });
                }
                shop.Sandbox.Stop();
                using (WsyReply reply = shop.Client.Config(false))
                    Expect.Contains("茶馆", reply.Text("client_name"));
                Expect.Error(WsyCode.ErrNotSent, delegate { shop.Client.Config(true); });
            }
        }

        [Test]
        public static void ReadsTheClock()
        {
            using (Shop shop = new Shop())
            {
                shop.Client.Time().Dispose();
                shop.Sandbox.Control("PUT", "settings", "{\"clock_skew_s\": 3600}");
                using (WsyReply reply = shop.Client.Time())
                {
                    Expect.Equal(14, reply.Text("time").Length);
                    int ahead = reply.Number("ahead_s");
                    Expect.True(ahead < -3590 && ahead > -3610, "an hour behind: " + ahead);
                }
            }
        }

        [Test]
        public static void AsksAboutAnAuthCodeAndAnOrder()
        {
            using (Shop shop = new Shop())
            {
                string paid = shop.Sandbox.Customer(), slow = shop.Sandbox.PatientCustomer();
                string poor = shop.Sandbox.Customer("{\"kind\": \"no_money\"}");
                shop.Client.Micropay("B-1", paid, 100).Dispose();
                shop.Client.Micropay("B-2", slow, 200, Shop.Deadline(200)).Dispose();
                string slowOrder = shop.Sandbox.OrderOf(slow);
                shop.Client.Micropay("B-3", poor, 300).Dispose();
                string poorOrder = shop.Sandbox.OrderOf(poor);
                States("was_paid", shop.Client.QueryAuthCode(paid, 100));
                States("differs", shop.Client.QueryAuthCode(paid, 101));
                States("paying", shop.Client.QueryAuthCode(slow, 200));
                States("not_known", shop.Client.QueryAuthCode(poor, 300));
                States("not_known", shop.Client.QueryAuthCode("139999999999999999", 100));
                States("paying", shop.Client.QueryOrder(slowOrder, 200, new WsyParams { { "noremind", 1 } }));
                States("failed", shop.Client.QueryOrder(poorOrder, 300));
                Expect.Error(WsyCode.ErrAuthCode, delegate { shop.Client.QueryAuthCode("1", 100); });
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.QueryOrder(null, 100); });
            }
        }

        private static void States(string expected, WsyReply reply)
        {
            using (reply)
            {
                Expect.Equal(WsyCode.Ok, reply.Code);
                Expect.Equal(expected, reply.Text("state"));
                Expect.Equal(WsyMoney.NotMoved, reply.Money);
            }
        }

        [Test]
        public static void ReadsABill()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000), dmId;
                shop.Client.Refund("R-1", bill, null, 400).Dispose();
                using (WsyReply reply = shop.Client.ReadBill(bill))
                {
                    Expect.Equal(1000, reply.Number("pay_total_fen"));
                    Expect.Equal(400, reply.Number("refunded_fen"));
                    Expect.Equal(600, reply.Number("refundable_fen"));
                    dmId = reply.Text("dm_id");
                    IList<WsyItem> lines = reply.Items("pay");
                    Expect.Equal(2, lines.Count);
                    Expect.Equal(1000, lines[0].Number("pay_total_fen"));
                    Expect.Equal(-400, lines[1].Number("pay_total_fen"));
                    Expect.Equal(0, reply.Items("nothing").Count);
                    Expect.Error(WsyCode.ErrNoField, delegate { reply.Count("nothing"); });
                }
                using (WsyReply reply = shop.Client.ReadBill(null, dmId, new WsyParams { { "operator_id", "7" } }))
                    Expect.Equal(600, reply.Number("refundable_fen"));
                Expect.Contains("operator_id", shop.Sandbox.Log());
                Expect.Error(WsyCode.ErrNoBill, delegate { shop.Client.ReadBill("B-none"); });
            }
        }

        [Test]
        public static void ReprintsAReceipt()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000), dmId;
                using (WsyReply reply = shop.Client.Reprint(bill))
                    Expect.Contains("10.00", reply.Receipt);
                using (WsyReply reply = shop.Client.Find(bill))
                    dmId = reply.Text("dm_id");
                using (WsyReply reply = shop.Client.Reprint(null, dmId))
                    Expect.True(reply.ReceiptBytes().Length > 0, "bytes");
                shop.Sandbox.Fault("reprint", "{\"kind\": \"not_found\"}");
                WsyException error = Expect.Error(WsyCode.ErrNoReceipt, delegate { shop.Client.Reprint(bill); });
                Expect.Contains("10.00", error.Reply.Receipt);
                Expect.True(error.Reply.ReceiptBytes().Length > 0, "bytes of the ledger");
            }
        }

        [Test]
        public static void LooksUpTheLedger()
        {
            using (Shop shop = new Shop())
            {
                string bill = shop.PaidBill(1000);
                shop.Client.Refund("R-1", bill, null, 400).Dispose();
                using (WsyReply reply = shop.Client.Find(bill))
                {
                    Expect.Equal("paid", reply.Text("state"));
                    Expect.Equal(1, reply.Count("charge"));
                    Expect.Equal(1, reply.Items("charge")[0].Number("attempt"));
                }
                using (WsyReply reply = shop.Client.FindRefund("R-1"))
                    Expect.Equal("refunded", reply.Text("state"));
                string day;
                using (WsyReply reply = shop.Client.Day())
                {
                    Expect.Equal(1000, reply.Number("paid_fen"));
                    Expect.Equal(400, reply.Number("refunded_fen"));
                    day = reply.Text("day");
                }
                using (WsyReply reply = shop.Client.Day("2001-01-01"))
                    Expect.Equal(0, reply.Count("charge"));
                using (WsyReply reply = shop.Client.Day(day))
                    Expect.Equal(1, reply.Count("charge"));
                using (WsyReply reply = shop.Client.Unresolved())
                    Expect.Equal(0, reply.Number("open"));
                using (WsyReply reply = shop.Client.Recover(Shop.Deadline(1000)))
                    Expect.Equal(0, reply.Number("open"));
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.Day("yesterday"); });
                Expect.Error(WsyCode.ErrNoBill, delegate { shop.Client.Find("B-none"); });
                Expect.Error(WsyCode.ErrNoBill, delegate { shop.Client.FindRefund("R-none"); });
            }
        }

        [Test]
        public static void ComparesADayAndRaisesAnAlarm()
        {
            using (Shop shop = new Shop())
            {
                string poor = shop.Sandbox.Customer("{\"kind\": \"no_money\"}");
                shop.Client.Micropay("B-1", poor, 300).Dispose();
                using (WsyReply reply = shop.Client.Reconcile())
                    Expect.Equal(0, reply.Number("differences"));
                shop.Sandbox.SetBill(shop.Sandbox.OrderOf(poor), "paid");
                using (WsyReconciliation started = shop.Client.ReconcileStart())
                {
                    Expect.True(started.Text(WsyLanguage.Zh) != "", "how far it is");
                    using (WsyReply reply = started.Wait())
                    {
                        Expect.Equal(1, reply.Number("differences"));
                        Expect.Equal("paid_there", reply.Items("difference")[0].Text("kind"));
                    }
                }
                int alarm;
                using (WsyReply reply = shop.Client.Alarms())
                {
                    Expect.Equal(1, reply.Number("alarms"));
                    alarm = reply.Items("alarm")[0].Number("id");
                    Expect.Equal("B-1", reply.Items("alarm")[0].Text("out_trade_no"));
                }
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.Acknowledge(alarm, ""); });
                shop.Client.Acknowledge(alarm, "收银员 7");
                using (WsyReply reply = shop.Client.Alarms())
                    Expect.Equal(0, reply.Number("alarms"));
                Expect.Error(WsyCode.ErrNoAlarm, delegate { shop.Client.Acknowledge(alarm, "7"); });
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.Reconcile("today"); });
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.ReconcileStart("today"); });
                shop.Sandbox.Stop();
                WsyException error = Expect.Error(WsyCode.ErrNoResponse, delegate { shop.Client.Reconcile(); });
                Expect.Equal(1, error.Reply.Number("unanswered"));
            }
        }
    }
}
