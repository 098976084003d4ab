using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

namespace Wsy.Tests
{
    public static class StressTests
    {
        [Test]
        public static void ManyThreadsPayAtOnce()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                int paid = 0;
                Together(12, delegate(int thread)
                {
                    for (int round = 0; round < 4; round++)
                    {
                        string bill = "B-" + thread + "-" + round;
                        using (WsyOutcome outcome = client.Micropay(bill, shop.Sandbox.Customer(), 100 + thread))
                        {
                            Expect.Equal(bill, outcome.Text("out_trade_no"));
                            Expect.Equal(100 + thread, outcome.Number("total_fen"));
                            if (outcome.Verdict == Verdict.Paid)
                                Interlocked.Increment(ref paid);
                        }
                    }
                });
                Expect.Equal(48, paid);
                Expect.Equal(48, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void ManyThreadsWithOneNumberChargeOnce()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string code = shop.Sandbox.Customer("{\"kind\": \"asks_password\", \"ms\": 200}");
                int paid = 0, busy = 0;
                Together(8, delegate
                {
                    try
                    {
                        using (WsyOutcome outcome = client.Micropay("B-1", code, 100))
                        {
                            Expect.Equal(Verdict.Paid, outcome.Verdict);
                            Interlocked.Increment(ref paid);
                        }
                    }
                    catch (WsyException error)
                    {
                        Expect.Equal(WsyCode.ErrBusy, error.Code);
                        Interlocked.Increment(ref busy);
                    }
                });
                Expect.Equal(8, paid + busy);
                Expect.True(paid >= 1, "one has paid");
                Expect.Equal(1, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void WhatNobodyDisposesOfIsCollected()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string bill = shop.PaidBill(100);
                int lines = 0;
                client.OnLog(delegate { Interlocked.Increment(ref lines); });
                bool stop = false;
                Thread collector = new Thread(delegate()
                {
                    while (!stop)
                    {
                        GC.Collect();
                        GC.WaitForPendingFinalizers();
                    }
                });
                collector.Start();
                try
                {
                    Together(4, delegate(int thread)
                    {
                        for (int round = 0; round < 100; round++)
                            Leak(client, bill);
                        client.MicropayStart("L-" + thread, shop.Sandbox.Customer(), 100);
                    });
                }
                finally
                {
                    stop = true;
                    collector.Join();
                }
                Expect.Soon("the payments that nobody holds are paid", delegate
                {
                    using (WsyReply day = client.Day())
                        return day.Number("paid_fen") == 500;
                });
                Expect.True(lines > 0, "the log went on");
            }
        }

        [Test]
        public static void ADisposedTwinDoesNotCloseAnother()
        {
            // Handles are freed and reused all the time; a late second Dispose must never hit a new owner.
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string bill = shop.PaidBill(100);
                Together(4, delegate
                {
                    for (int round = 0; round < 200; round++)
                    {
                        WsyReply first = client.Find(bill);
                        first.Dispose();
                        using (WsyReply second = client.Find(bill))
                        {
                            first.Dispose();
                            Expect.Equal(100, second.Number("total_fen"));
                        }
                    }
                });
            }
        }

        [Test]
        public static void AClientThatNobodyHoldsIsClosed()
        {
            using (Shop shop = new Shop())
            {
                LoseClient(shop);
                WsyClient next = null;
                Expect.Soon("the folder is free", delegate
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    try
                    {
                        next = shop.Open();
                        return true;
                    }
                    catch (WsyException error)
                    {
                        Expect.Equal(WsyCode.ErrAlreadyOpen, error.Code);
                        return false;
                    }
                });
                next.Dispose();
            }
        }

        [Test]
        public static void ManyThreadsDisposeAtOnce()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                Together(8, delegate { client.Dispose(); });
                shop.Open().Dispose();
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Leak(WsyClient client, string bill)
        {
            WsyReply reply = client.Find(bill);
            Expect.Equal(100, reply.Number("total_fen"));
            Expect.Throws<WsyException>(delegate { client.Find("B-none"); });
        }

        // On a separate thread, so that no stack of ours still references the client. Its log handler
        // references it, which must not keep it alive.
        private static void LoseClient(Shop shop)
        {
            Thread thread = new Thread(delegate()
            {
                WsyClient client = shop.Open();
                client.OnLog(delegate { GC.KeepAlive(client); });
                client.SetDevice(shop.Sandbox.DeviceId, shop.Sandbox.DeviceKey).Dispose();
            });
            thread.Start();
            thread.Join();
        }

        /// <summary>
        /// Runs something on many threads at once, and rethrows an exception of any of them.
        /// </summary>
        private static void Together(int count, Action<int> action)
        {
            List<Exception> errors = new List<Exception>();
            List<Thread> threads = new List<Thread>();
            for (int index = 0; index < count; index++)
            {
                int number = index;
                Thread thread = new Thread(delegate()
                {
                    try
                    {
                        action(number);
                    }
                    catch (Exception error)
                    {
                        lock (errors)
                            errors.Add(error);
                    }
                });
                thread.Start();
                threads.Add(thread);
            }
            foreach (Thread thread in threads)
                thread.Join();
            if (errors.Count > 0)
                throw new NotAsExpected(errors.Count + " threads failed, the first with " + errors[0]);
        }
    }
}
