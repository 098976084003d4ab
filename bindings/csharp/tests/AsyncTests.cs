using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Wsy.Tests
{
    public static class AsyncTests
    {
        [Test]
        public static void TheTaskVersionsGiveTheSame()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                Verdicts(Verdict.Paid, client.MicropayAsync("B-1", shop.Sandbox.Customer(), 100));
                Verdicts(Verdict.PaidEarlier, client.SettleAsync("B-1"));
                Verdicts(Verdict.Refunded, client.RefundAsync("R-1", "B-1", null, 40));
                Verdicts(Verdict.Refunded, client.VoidAsync("B-1"));
                using (WsyReply reply = client.RecoverAsync().Result)
                    Expect.Equal(0, reply.Number("open"));
                using (WsyReply reply = client.ReconcileAsync().Result)
                    Expect.Equal(0, reply.Number("differences"));
            }
        }

        [Test]
        public static void ErrorsComeThroughTheTask()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                Faults(WsyCode.ErrAuthCode, client.MicropayAsync("B-1", "x", 100));
                Faults(WsyCode.ErrNoBill, client.RefundAsync("R-1", "B-1", null, 100));
                Faults(WsyCode.ErrNoBill, client.VoidAsync("B-1"));
                Faults(WsyCode.ErrNoBill, client.SettleAsync("B-1"));
                Faults(WsyCode.ErrOptions, client.RecoverAsync(new WsyParams { { "deadline_ms", "soon" } }));
                Faults(WsyCode.ErrArgument, client.ReconcileAsync("today"));
            }
        }

        [Test]
        public static void ATokenThatIsCancelledAlreadySendsNothing()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                CancellationToken cancelled = new CancellationToken(true);
                string bill = shop.PaidBill(100);
                Faults(WsyCode.ErrCancelled,
                    client.MicropayAsync("B-2", shop.Sandbox.Customer(), 100, null, cancelled));
                Faults(WsyCode.ErrCancelled, client.RefundAsync("R-1", bill, null, 100, null, cancelled));
                Faults(WsyCode.ErrCancelled, client.VoidAsync(bill, null, cancelled));
                Faults(WsyCode.ErrCancelled, client.SettleAsync(bill, null, cancelled));
                Faults(WsyCode.ErrCancelled, client.RecoverAsync(null, cancelled));
                Faults(WsyCode.ErrCancelled, client.ReconcileAsync(null, cancelled));
                Expect.Equal(1, shop.Sandbox.Requests("micropay"));
                Expect.Equal(0, shop.Sandbox.Requests("refund"));
            }
        }

        [Test]
        public static void CancellingAPaymentEndsAsUnknownNotAsCancelled()
        {
            using (Shop shop = new Shop())
            using (CancellationTokenSource source = new CancellationTokenSource())
            {
                Task<WsyOutcome> task = shop.Client.MicropayAsync(
                    "B-1", shop.Sandbox.PatientCustomer(), 100, null, source.Token);
                Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("micropay") == 1; });
                source.Cancel();
                using (WsyOutcome outcome = task.Result)
                {
                    Expect.Equal(Verdict.Unknown, outcome.Verdict);
                    Expect.Equal(WsyMoney.MayHaveMoved, outcome.Money);
                }
                Expect.Equal(TaskStatus.RanToCompletion, task.Status);
                using (WsyReply open = shop.Client.Unresolved())
                    Expect.Equal(1, open.Number("open"));
            }
        }

        [Test]
        public static void WaitAsyncCancelsTheWaiting()
        {
            using (Shop shop = new Shop())
            using (CancellationTokenSource source = new CancellationTokenSource())
            using (WsyPayment payment = shop.Client.MicropayStart("B-1", shop.Sandbox.PatientCustomer(), 100))
            {
                Task<WsyOutcome> task = payment.WaitAsync(source.Token);
                Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("micropay") == 1; });
                Expect.True(!task.IsCompleted, "it goes on");
                source.Cancel();
                Verdicts(Verdict.Unknown, task);
            }
        }

        [Test]
        public static void CancellingASettleStopsTheWaitingOnly()
        {
            StopWaiting(delegate(WsyClient client, CancellationToken token)
            {
                return client.SettleAsync("B-1", null, token);
            }, delegate(WsyClient client) { client.Settle("B-1", Shop.Deadline(200)).Dispose(); });
        }

        [Test]
        public static void CancellingAVoidStopsTheWaitingOnly()
        {
            StopWaiting(delegate(WsyClient client, CancellationToken token)
            {
                return client.VoidAsync("B-1", null, token);
            }, delegate(WsyClient client)
            {
                // It will still be voided.
                Expect.Error(WsyCode.ErrRefundOpen, delegate { client.Settle("B-1"); });
            });
        }

        private static void StopWaiting(
            Func<WsyClient, CancellationToken, Task<WsyOutcome>> start, Action<WsyClient> then)
        {
            using (Shop shop = new Shop())
            using (CancellationTokenSource source = new CancellationTokenSource())
            {
                WsyClient client = shop.Client;
                client.Micropay("B-1", shop.Sandbox.PatientCustomer(), 100, Shop.Deadline(200)).Dispose();
                int asked = shop.Sandbox.Requests("query");
                Task<WsyOutcome> task = start(client, source.Token);
                Expect.Soon("it asks", delegate { return shop.Sandbox.Requests("query") > asked; });
                source.Cancel();
                using (WsyOutcome outcome = task.Result)
                {
                    Expect.Equal(Verdict.Unknown, outcome.Verdict);
                    Expect.Equal(WsyCode.Unknown, outcome.Code);
                    Expect.Equal(WsyMoney.MayHaveMoved, outcome.Money);
                    Expect.True(outcome.MessageZh != "" && outcome.MessageEn != "", "sentences");
                    Expect.Equal("B-1", outcome.Text("out_trade_no"));
                }
                then(client);
            }
        }

        [Test]
        public static void CancellingARecoveryEndsItWithWhatIsKnown()
        {
            using (Shop shop = new Shop())
            using (CancellationTokenSource source = new CancellationTokenSource())
            {
                WsyClient client = shop.Client;
                client.Micropay("B-1", shop.Sandbox.PatientCustomer(), 100, Shop.Deadline(200)).Dispose();
                int asked = shop.Sandbox.Requests("query");
                Task<WsyReply> task = client.RecoverAsync(null, source.Token);
                Expect.Soon("it asks", delegate { return shop.Sandbox.Requests("query") > asked; });
                source.Cancel();
                using (WsyReply reply = task.Result)
                    Expect.Equal(1, reply.Number("open"));
            }
        }

        [Test]
        public static void AWindowThatBlocksOnATaskDoesNotDeadlock()
        {
            using (Shop shop = new Shop())
            using (Window window = new Window())
            {
                WsyClient client = shop.Client;
                string code = shop.Sandbox.Customer("{\"kind\": \"asks_password\", \"ms\": 200}");
                Verdict verdict = Verdict.Unknown;
                window.Do(delegate
                {
                    using (WsyOutcome outcome = client.MicropayAsync("B-1", code, 100).Result)
                        verdict = outcome.Verdict;
                });
                Expect.Equal(Verdict.Paid, verdict);
            }
        }

        [Test]
        public static void AWindowStaysAliveWhileATaskWaits()
        {
            using (Shop shop = new Shop())
            using (Window window = new Window())
            using (ManualResetEvent ended = new ManualResetEvent(false))
            {
                WsyClient client = shop.Client;
                string customer = shop.Sandbox.PatientCustomer();
                CancellationTokenSource source = new CancellationTokenSource();
                Task<WsyOutcome> task = null;
                int continuedOn = 0;
                // A task on the window's own scheduler starts the payment, as a button handler does.
                window.Do(delegate
                {
                    TaskScheduler scheduler = TaskScheduler.FromCurrentSynchronizationContext();
                    Task.Factory.StartNew(
                        delegate
                        {
                            task = client.MicropayAsync("B-1", customer, 100, null, source.Token);
                            task.ContinueWith(
                                delegate
                                {
                                    continuedOn = Thread.CurrentThread.ManagedThreadId;
                                    ended.Set();
                                },
                                scheduler);
                        },
                        CancellationToken.None, TaskCreationOptions.None, scheduler);
                });
                Expect.Soon("it was sent", delegate { return shop.Sandbox.Requests("micropay") == 1; });
                bool drawn = false;
                window.Do(delegate { drawn = true; });
                Expect.True(drawn && !task.IsCompleted, "the window draws while the payment goes on");
                window.Do(source.Cancel);
                Expect.True(ended.WaitOne(TimeSpan.FromSeconds(60)), "the continuation ran");
                Expect.Equal(window.ThreadId, continuedOn);
                Verdicts(Verdict.Unknown, task);
                source.Dispose();
            }
        }

        [Test]
        public static void AnErrorThatNobodyLooksAtIsNoUnobservedException()
        {
            using (Shop shop = new Shop())
            {
                List<string> unobserved = new List<string>();
                EventHandler<UnobservedTaskExceptionEventArgs> note = delegate(
                    object sender, UnobservedTaskExceptionEventArgs arguments)
                {
                    lock (unobserved)
                        unobserved.Add(arguments.Exception.ToString());
                };
                TaskScheduler.UnobservedTaskException += note;
                ForgetTasks(shop.Client);
                for (int round = 0; round < 5; round++)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
                TaskScheduler.UnobservedTaskException -= note;
                Expect.Equal("", string.Join("\n", unobserved));
            }
        }

        private static void ForgetTasks(WsyClient client)
        {
            List<Task> tasks = new List<Task>();
            for (int round = 0; round < 10; round++)
            {
                tasks.Add(client.MicropayAsync("B-1", "x", 100));
                tasks.Add(client.VoidAsync("B-none"));
            }
            Expect.Soon("all have ended", delegate { return tasks.TrueForAll(delegate(Task task) { return task.IsCompleted; }); });
        }

        private static void Verdicts(Verdict expected, Task<WsyOutcome> task)
        {
            using (WsyOutcome outcome = task.Result)
                Expect.Equal(expected, outcome.Verdict);
        }

        private static void Faults(int code, Task task)
        {
            AggregateException thrown = Expect.Throws<AggregateException>(task.Wait);
            Expect.Error(code, delegate { throw thrown.InnerException; });
            Expect.Equal(TaskStatus.Faulted, task.Status);
        }

        /// <summary>A thread with a message loop and its SynchronizationContext, as a window has.</summary>
        private sealed class Window : SynchronizationContext, IDisposable
        {
            private readonly Queue<Action> messages = new Queue<Action>();
            private readonly Thread thread;
            private bool closed;

            internal Window()
            {
                thread = new Thread(Loop) { IsBackground = true };
                thread.Start();
            }

            internal int ThreadId
            {
                get { return thread.ManagedThreadId; }
            }

            public override void Post(SendOrPostCallback callback, object state)
            {
                lock (messages)
                {
                    messages.Enqueue(delegate { callback(state); });
                    Monitor.Pulse(messages);
                }
            }

            /// <summary>Runs something on the window's thread, and waits until it is done.</summary>
            internal void Do(Action action)
            {
                using (ManualResetEvent done = new ManualResetEvent(false))
                {
                    Exception error = null;
                    Post(
                        delegate
                        {
                            try
                            {
                                action();
                            }
                            catch (Exception thrown)
                            {
                                error = thrown;
                            }
                            done.Set();
                        },
                        null);
                    Expect.True(done.WaitOne(TimeSpan.FromSeconds(60)), "the window is not stuck");
                    Expect.True(error == null, "no error in the window: " + error);
                }
            }

            public void Dispose()
            {
                lock (messages)
                {
                    closed = true;
                    Monitor.Pulse(messages);
                }
                thread.Join();
            }

            private void Loop()
            {
                SetSynchronizationContext(this);
                Action message;
                while ((message = Next()) != null)
                    message();
            }

            private Action Next()
            {
                lock (messages)
                {
                    while (messages.Count == 0 && !closed)
                        Monitor.Wait(messages);
                    return messages.Count == 0 ? null : messages.Dequeue();
                }
            }
        }
    }
}
