using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Text;
using System.Threading;

namespace Wsy.Tests
{
    /// <summary>The test program as a child process of itself.</summary>
    internal static class Child
    {
        /// <summary>child pay|leave FOLDER BASE AUTHCODE DEVICE KEY</summary>
        internal static int Run(string[] arguments)
        {
            WsyParams options = new WsyParams
            {
                { "base", arguments[3] }, { "poll_ms", 50 }, { "first_query_ms", 20 }, { "quiet_ms", 200 }
            };
            WsyClient client = WsyClient.Open(arguments[2], options);
            client.OnLog(delegate { });
            client.SetDevice(arguments[5], arguments[6]).Dispose();
            if (arguments[1] == "pay")
            {
                client.Micropay("B-1", arguments[4], 100).Dispose();
                return 0;
            }
            // Exits in the middle: nothing is disposed, and a payment is in progress and writes to the log.
            client.MicropayStart("B-1", arguments[4], 100);
            Console.ReadLine();
            return 7;
        }
    }

    public static class ProcessTests
    {
        [Test]
        public static void AKilledProgramsPaymentIsRecovered()
        {
            using (Shop shop = new Shop())
            {
                string code = shop.Sandbox.PatientCustomer();
                using (Process child = Program(Self(), "child", "pay", shop.Folder, shop.Sandbox.Base, code, shop.Sandbox.DeviceId,
                    shop.Sandbox.DeviceKey))
                {
                    Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("micropay") == 1; });
                    child.Kill();
                    child.WaitForExit();
                }
                using (WsyClient client = shop.Open())
                {
                    Expect.Equal(1, client.Opened.Number("open_charges"));
                    using (WsyReply reply = client.Recover(Shop.Deadline(300)))
                    {
                        Expect.Equal(0, reply.Number("settled"));
                        Expect.Equal(1, reply.Number("open"));
                        Expect.Equal("open", reply.Items("charge")[0].Text("state"));
                        shop.Sandbox.SetBill(shop.Sandbox.OrderOf(code), "paid");
                    }
                    using (WsyReply reply = client.Recover())
                    {
                        Expect.Equal(1, reply.Number("settled"));
                        Expect.Equal("paid", reply.Items("charge")[0].Text("state"));
                    }
                }
                Expect.Equal(1, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void AProgramThatDisposesOfNothingEndsWell()
        {
            using (Shop shop = new Shop())
            {
                string code = shop.Sandbox.PatientCustomer();
                using (Process child = Program(Self(), "child", "leave", shop.Folder, shop.Sandbox.Base, code, shop.Sandbox.DeviceId,
                    shop.Sandbox.DeviceKey))
                {
                    Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("micropay") == 1; });
                    child.StandardInput.WriteLine();
                    child.StandardInput.Flush();
                    Expect.True(child.WaitForExit(60000), "it ends");
                    Expect.Equal(7, child.ExitCode);
                }
                using (WsyClient client = shop.Open())
                    Expect.Equal(1, client.Opened.Number("open_charges"));
            }
        }

        [Test]
        public static void TheExampleWorksADay()
        {
            using (Shop shop = new Shop())
            {
                string poor = shop.Sandbox.Customer("{\"kind\": \"no_money\"}");
                string shy = shop.Sandbox.Customer("{\"kind\": \"asks_password\", \"ms\": 300}");
                string shown = Till(shop, PatientTill,
                    "help", "pay B-0 1 130000000000000009", "activate " + Sandbox.ActivationCode, "config", "time",
                    "pay B-1 12.50 " + shop.Sandbox.Customer(), "pay B-2 8", shy, "pay B-3 8 " + poor,
                    "pay B-1 12.50 " + shop.Sandbox.Customer(), "pay B-4 0", "refund R-1 B-1 2.50", "bill B-1",
                    "reprint B-1", "void B-2", "settle B-1", "unresolved", "wait", "decide B-1 paid me so", "reconcile", "alarms",
                    "acknowledge 1 me", "ledger", "close_day me", "fly", "pay", "quit");
                string rest = shown;
                foreach (string part in new[]
                {
                    "not activated yet", "reconcile [YYYY-MM-DD]", "NO MONEY MOVED (-130)", "ACTIVATED", "pay type:",
                    "platform:", "已收款  PAID", "    | ", "scan: ", "已收款  PAID", "没有收款  NOT PAID", "余额不足",
                    "PAID EARLIER", "first told: 20", "(-142)", "已退款  REFUNDED", "2.50", "refundable:    10.00", "    | ", "REFUNDED",
                    "PAID EARLIER", "nothing is unresolved", "nothing is being asked about", "(-157)", "differences 0", "alarms: 0", "(-166)", "paid 20.50",
                    "closed by: me", "no such command", "usage: pay NUMBER"
                })
                {
                    int at = rest.IndexOf(part, StringComparison.Ordinal);
                    Expect.True(at >= 0, "\"" + part + "\", in its place, in:\n" + shown);
                    rest = rest.Substring(at + part.Length);
                }
                Expect.Equal(3, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void TheExampleRecoversAfterAKill()
        {
            using (Shop shop = new Shop())
            {
                string code = shop.Sandbox.PatientCustomer();
                shop.Client.Dispose();
                using (Process till = StartTill(shop, PatientTill))
                {
                    till.StandardInput.WriteLine("pay B-1 5 " + code);
                    till.StandardInput.Flush();
                    Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("micropay") == 1; });
                    till.Kill();
                    till.WaitForExit();
                }
                string shown = Till(shop, HastyTill, "unresolved", "wait", "settle B-1", "quit");
                Expect.Contains("the last run left these open", shown);
                Expect.Contains("recovered: 查清 settled 0, 未查清 open 1", shown);
                Expect.Contains("结果未知  UNKNOWN", shown);
                Expect.Equal(1, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void TheExampleSaysHowItIsCalled()
        {
            using (Process till = Program(Sandbox.Given("WSY_TILL")))
            {
                Expect.Contains("usage: Till FOLDER", till.StandardError.ReadToEnd());
                till.WaitForExit();
                Expect.Equal(2, till.ExitCode);
            }
        }

        /// <summary>
        /// A deadline that only a hang reaches, and one for calls that are supposed to stay undecided.
        /// </summary>
        private const string PatientTill = "deadline_ms=60000";

        private const string HastyTill = "deadline_ms=1500";

        private static string Till(Shop shop, string deadline, params string[] lines)
        {
            using (Process till = StartTill(shop, deadline))
            {
                // Read concurrently, so that neither side blocks on a full pipe.
                string shown = null;
                Thread reader = new Thread(delegate() { shown = till.StandardOutput.ReadToEnd(); });
                reader.Start();
                foreach (string line in lines)
                    till.StandardInput.WriteLine(line);
                till.StandardInput.Close();
                reader.Join();
                till.WaitForExit();
                Expect.Equal(0, till.ExitCode);
                return shown;
            }
        }

        private static Process StartTill(Shop shop, string deadline)
        {
            return Program(Sandbox.Given("WSY_TILL"), shop.Folder, shop.Sandbox.Base, "--set", "poll_ms=50", "--set",
                deadline, "--set", "first_query_ms=20", "--set", "quiet_ms=200");
        }

        private static string Self()
        {
            return Assembly.GetExecutingAssembly().Location;
        }

        /// <summary>Starts a .NET program on the runtime that this one runs on.</summary>
        private static Process Program(string file, params string[] arguments)
        {
            StringBuilder line = new StringBuilder("\"" + file + "\"");
            foreach (string argument in arguments)
                line.Append(" \"").Append(argument).Append('"');
            ProcessStartInfo start = new ProcessStartInfo(
                Process.GetCurrentProcess().MainModule.FileName, line.ToString());
            start.UseShellExecute = false;
            start.RedirectStandardInput = true;
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            start.StandardOutputEncoding = new UTF8Encoding(false);
            start.StandardErrorEncoding = new UTF8Encoding(false);
            return Process.Start(start);
        }
    }
}
