using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace Wsy.Tests
{
    public static class MisuseTests
    {
        [Test]
        public static void ADisposedClientSaysSoAndSendsNothing()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string code = shop.Sandbox.Customer();
                client.Dispose();
                client.Dispose();
                List<Action> calls = new List<Action>
                {
                    delegate { client.OnLog(null); },
                    delegate { client.OnLog(delegate { }); },
                    delegate { client.Activate("1"); },
                    delegate { client.SetDevice("1", "2"); },
                    delegate { client.Config(false); },
                    delegate { client.Time(); },
                    delegate { client.Micropay("B-1", code, 100); },
                    delegate { client.Refund("R-1", "B-1", null, 100); },
                    delegate { client.Void("B-1"); },
                    delegate { client.Settle("B-1"); },
                    delegate { client.Recover(); },
                    delegate { client.MicropayStart("B-1", code, 100); },
                    delegate { client.RefundStart("R-1", "B-1", null, 100); },
                    delegate { client.VoidStart("B-1"); },
                    delegate { client.SettleStart("B-1"); },
                    delegate { client.RecoverStart(); },
                    delegate { client.ReprintStart("B-1"); },
                    delegate { client.PrintReceiptStart(null, "tcp:127.0.0.1:1"); },
                    delegate { client.PrintBytesStart(new byte[1], "tcp:127.0.0.1:1"); },
                    delegate { client.QueryAuthCode(code, 100); },
                    delegate { client.QueryOrder("dm1", 100); },
                    delegate { client.ReadBill("B-1"); },
                    delegate { client.Reprint("B-1"); },
                    delegate { client.FindReceipt("B-1"); },
                    delegate { client.FindRefundReceipt("R-1"); },
                    delegate { client.PrintReceipt(null, "tcp:127.0.0.1:1"); },
                    delegate { client.PrintBytes(new byte[1], "tcp:127.0.0.1:1"); },
                    delegate { client.Find("B-1"); },
                    delegate { client.FindRefund("R-1"); },
                    delegate { client.Day(); },
                    delegate { client.Unresolved(); },
                    delegate { client.Reconcile(); },
                    delegate { client.ReconcileStart(); },
                    delegate { client.Alarms(); },
                    delegate { client.Acknowledge(1, "7"); },
                    delegate { client.Opened.Text("device_id"); }
                };
                foreach (Action call in calls)
                    Expect.Throws<ObjectDisposedException>(call);
                AggregateException late = Expect.Throws<AggregateException>(
                    delegate { client.MicropayAsync("B-1", code, 100).Wait(); });
                Expect.True(late.InnerException is ObjectDisposedException, late.InnerException.Message);
                Expect.Equal(0, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void NullIsAnErrorOfTheLibrary()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string code = shop.Sandbox.Customer();
                Expect.Error(WsyCode.ErrArgument, delegate { WsyClient.Open(null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Activate(null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.SetDevice(null, null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Micropay(null, code, 100); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Micropay("B-1", null, 100); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.MicropayStart("B-1", null, 100); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Refund(null, "B-1", null, 100); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Void(null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Settle(null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Find(null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.QueryAuthCode(null, 100); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Acknowledge(1, null); });
                WsyParams nothing = new WsyParams { { null, "x" } };
                Expect.Error(WsyCode.ErrArgument, delegate { client.Micropay("B-1", code, 100, nothing); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Opened.Text(null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Opened.Number(null); });
                Expect.Error(WsyCode.ErrArgument, delegate { client.Opened.Items(null); });
                Expect.Equal(0, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void WrongOptionsAndFoldersAreErrors()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                Expect.Error(WsyCode.ErrAlreadyOpen, delegate { shop.Open(); });
                string other = Path.Combine(Path.GetDirectoryName(shop.Folder), "2");
                WsyException error = Expect.Error(WsyCode.ErrOptions,
                    delegate { WsyClient.Open(other, new WsyParams { { "colour", "red" } }); });
                Expect.Contains("colour", error.Detail);
                Expect.Error(WsyCode.ErrBase, delegate { WsyClient.Open(other, new WsyParams { { "base", "x" } }); });
                File.WriteAllText(other, "no folder");
                Expect.Error(WsyCode.ErrFolder, delegate { WsyClient.Open(other, shop.Options()); });
                Expect.Error(WsyCode.ErrParam, delegate
                {
                    client.Micropay("B-1", shop.Sandbox.Customer(), 100, new WsyParams { { "sign", "x" } });
                });
                Expect.Equal(0, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void TheLastOfTwoValuesCounts()
        {
            using (Shop shop = new Shop())
            {
                WsyParams parameters = new WsyParams { { "info", "first" }, { "info", "second" } };
                shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 100, parameters).Dispose();
                Expect.Contains("second", shop.Sandbox.Log());
                Expect.True(!shop.Sandbox.Log().Contains("first"), "only the last one is sent");
            }
        }

        [Test]
        public static void ADisposedReplyOrPaymentSaysSo()
        {
            using (Shop shop = new Shop())
            {
                WsyOutcome outcome = shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 100);
                outcome.Dispose();
                outcome.Dispose();
                Expect.Equal(Verdict.Paid, outcome.Verdict);
                Expect.Equal("(disposed)", outcome.ToString());
                Expect.Throws<ObjectDisposedException>(delegate { outcome.Text("total"); });
                Expect.Throws<ObjectDisposedException>(delegate { outcome.Number("total_fen", 0); });
                Expect.Throws<ObjectDisposedException>(delegate { outcome.ReceiptBytes(); });
                Expect.Throws<ObjectDisposedException>(delegate { outcome.ReceiptText(); });
                Expect.Throws<ObjectDisposedException>(delegate { outcome.ReceiptPng(); });
                Expect.Throws<ObjectDisposedException>(delegate { outcome.ReceiptPngFile("receipt.png"); });
                Expect.Throws<ObjectDisposedException>(delegate { Expect.Equal(0, outcome.Code); });

                WsyPayment payment = shop.Client.MicropayStart("B-2", shop.Sandbox.Customer(), 100);
                payment.Wait().Dispose();
                payment.Dispose();
                payment.Dispose();
                Expect.Throws<ObjectDisposedException>(delegate { payment.Poll(out outcome); });
                Expect.Throws<ObjectDisposedException>(delegate { payment.Wait(); });
                Expect.Throws<ObjectDisposedException>(payment.Cancel);
                Expect.Throws<ObjectDisposedException>(payment.Void);
                Expect.Throws<ObjectDisposedException>(delegate { payment.Text(WsyLanguage.Zh); });
            }
        }

        [Test]
        public static void RepliesAndPaymentsOutliveTheirClient()
        {
            using (Shop shop = new Shop())
            {
                WsyOutcome outcome = shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 100);
                WsyPayment payment = shop.Client.MicropayStart("B-1", shop.Sandbox.Customer(), 100);
                payment.Wait().Dispose();
                shop.Close();
                Expect.Equal(100, outcome.Number("total_fen"));
                using (WsyOutcome again = payment.Wait())
                    Expect.Equal(Verdict.PaidEarlier, again.Verdict);
                outcome.Dispose();
                payment.Dispose();
            }
        }

        [Test]
        public static void ForgedHandlesAreErrors()
        {
            foreach (long address in new[] { 0L, 1L, 0x1234L, -1L, 0x7fff0000L })
            {
                IntPtr forged = new IntPtr(address);
                Expect.Equal(WsyCode.ErrHandle, Native.wsy_close(forged));
                Expect.Equal(WsyCode.ErrHandle, Native.wsy_reply_free(forged));
                Expect.Equal(WsyCode.ErrHandle, Native.wsy_payment_free(forged));
                Expect.Equal(WsyCode.ErrHandle, Native.wsy_params_free(forged));
            }
            ReplyHandle reply;
            Expect.Equal(WsyCode.ErrHandle, Native.wsy_time(new ClientHandle(), out reply));
            ParamsHandle parameters;
            Expect.Equal(WsyCode.ErrArgument, Native.wsy_params_new(1252, out parameters));
            Expect.Equal(WsyCode.Ok, Native.wsy_params_new(65001, out parameters));
            IntPtr address2 = parameters.DangerousGetHandle();
            Expect.Equal(WsyCode.ErrHandle, Native.wsy_reply_free(address2));
            parameters.Dispose();
            Expect.Equal(WsyCode.ErrHandle, Native.wsy_params_free(address2));
        }

        [Test]
        public static void LinesOfTheLogArrive()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string code = shop.Sandbox.Customer();
                List<string> lines = new List<string>();
                client.OnLog(delegate(WsyLogLevel level, string line)
                {
                    lock (lines)
                        lines.Add(level + " " + line);
                });
                GC.Collect();
                GC.WaitForPendingFinalizers();
                client.MicropayAsync("B-1", code, 100).Result.Dispose();
                lock (lines)
                {
                    Expect.True(lines.Count > 0, "lines");
                    Expect.Contains("B-1", string.Join("\n", lines));
                    Expect.True(!string.Join("\n", lines).Contains(code), "no auth code");
                    Expect.True(lines.TrueForAll(delegate(string line)
                    {
                        return line.StartsWith("Info ") || line.StartsWith("Warning ") || line.StartsWith("Error ");
                    }), "levels");
                    lines.Clear();
                }
                client.OnLog(null);
                client.Micropay("B-2", shop.Sandbox.Customer(), 100).Dispose();
                Expect.Equal(0, lines.Count);
            }
        }

        [Test]
        public static void AHandlerThatFailsHarmsNobody()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                int calls = 0;
                client.OnLog(delegate
                {
                    Interlocked.Increment(ref calls);
                    throw new InvalidOperationException("a handler that fails");
                });
                using (WsyOutcome outcome = client.Micropay("B-1", shop.Sandbox.Customer(), 100))
                    Expect.Equal(Verdict.Paid, outcome.Verdict);
                Expect.True(calls > 0, "it was called");
            }
        }

        [Test]
        public static void AHandlerCannotCallTheLibrary()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                List<int> codes = new List<int>();
                client.OnLog(delegate
                {
                    foreach (Action call in new Action[] { delegate { client.Unresolved(); }, client.Dispose })
                    {
                        try
                        {
                            call();
                        }
                        catch (WsyException error)
                        {
                            lock (codes)
                                codes.Add(error.Code);
                        }
                    }
                });
                client.Micropay("B-1", shop.Sandbox.Customer(), 100).Dispose();
                client.OnLog(null);
                Expect.True(codes.Count >= 2, "both were tried");
                Expect.True(codes.TrueForAll(delegate(int code) { return code == WsyCode.ErrInCallback; }), "refused");
                client.Unresolved().Dispose();
            }
        }
    }
}
