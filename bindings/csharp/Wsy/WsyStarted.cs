using System;
using System.Threading;
using System.Threading.Tasks;

namespace Wsy
{
    /// <summary>
    /// An operation in progress on a thread of the library. Any thread may poll it; show <see cref="Text"/>
    /// meanwhile. Disposing it does not undo the operation.
    /// </summary>
    /// <typeparam name="TReply">The type of its result.</typeparam>
    public abstract class WsyStarted<TReply> : IDisposable
        where TReply : WsyReply
    {
        private const int LongestWaitMs = 3600000;

        internal readonly PaymentHandle Handle;

        internal WsyStarted(PaymentHandle handle)
        {
            Handle = handle;
        }

        /// <summary>
        /// Checks without waiting whether it has ended; may be repeated.
        /// </summary>
        /// <param name="reply">The result, a new object each time; null while it is in progress.</param>
        /// <returns>Whether it has ended. This is not a verdict: check the reply.</returns>
        /// <exception cref="WsyException">It has ended in an error: nothing was sent.</exception>
        public bool Poll(out TReply reply)
        {
            ReplyHandle handle;
            int code = Native.wsy_payment_poll(Handle, out handle);
            return Ended(code, handle, out reply);
        }

        /// <summary>Waits until it has ended or the timeout is over; may be repeated.</summary>
        /// <param name="timeoutMs">How long, in ms: 0 to 3600000.</param>
        /// <param name="reply">The result, a new object each time; null if it is still in progress.</param>
        /// <returns>Whether it has ended. This is not a verdict: check the reply.</returns>
        /// <exception cref="WsyException">
        /// It has ended in an error: nothing was sent. <see cref="WsyCode.ErrArgument"/> concerns the timeout
        /// alone.
        /// </exception>
        public bool Wait(int timeoutMs, out TReply reply)
        {
            ReplyHandle handle;
            int code = Native.wsy_payment_wait(Handle, timeoutMs, out handle);
            return Ended(code, handle, out reply);
        }

        /// <summary>Waits until it has ended.</summary>
        /// <exception cref="WsyException">It has ended in an error: nothing was sent.</exception>
        public TReply Wait()
        {
            TReply reply;
            while (!Wait(LongestWaitMs, out reply))
            {
            }
            return reply;
        }

        /// <summary>Waits on a separate thread until it has ended.</summary>
        /// <param name="token">
        /// Cancelling it does what <see cref="Cancel"/> does, so it only stops the waiting. The task never
        /// ends as cancelled: it ends with what is known by then, or with a <see cref="WsyException"/> of
        /// <see cref="WsyCode.ErrCancelled"/> if nothing was sent yet.
        /// </param>
        public Task<TReply> WaitAsync(CancellationToken token = default(CancellationToken))
        {
            return Waiting.Run(delegate { return Wait(token); });
        }

        /// <summary>
        /// A short text for the cashier, such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒" or "正在查清上次未完成的单，3/30，还剩 25 秒".
        /// It is not a verdict.
        /// </summary>
        public string Text(WsyLanguage language)
        {
            string text;
            WsyException.Check(Utf8.Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_payment_text(Handle, (int)language, buffer, size, out needed);
            }, out text));
            return text;
        }

        /// <summary>
        /// Stops waiting. It undoes nothing: a request that was not sent yet is not sent
        /// (<see cref="WsyCode.ErrCancelled"/>); a charge that may have been made ends as
        /// <see cref="Verdict.Unknown"/> and stays open in the ledger. Returns at once; continue to poll or
        /// wait.
        /// </summary>
        public void Cancel()
        {
            WsyException.Check(Native.wsy_payment_cancel(Handle));
        }

        /// <summary>
        /// Frees it. An operation that has not ended continues and is recorded; it is not undone.
        /// </summary>
        public void Dispose()
        {
            Handle.Dispose();
        }

        /// <summary>The reply of a call that has ended with this code.</summary>
        internal abstract TReply Reply(int code, ReplyHandle handle);

        internal TReply Wait(CancellationToken token)
        {
            using (token.Register(StopWaiting))
                return Wait();
        }

        private bool Ended(int code, ReplyHandle handle, out TReply reply)
        {
            reply = code == WsyCode.Pending ? null : Reply(code, handle);
            return reply != null;
        }

        // A token's callbacks throw into the code that cancels it, so this one throws nothing.
        private void StopWaiting()
        {
            try
            {
                Native.wsy_payment_cancel(Handle);
            }
            catch (ObjectDisposedException)
            {
                // Nobody is waiting any longer.
            }
        }
    }

    /// <summary>A payment, refund, settlement or void in progress.</summary>
    public sealed class WsyPayment : WsyStarted<WsyOutcome>
    {
        internal WsyPayment(PaymentHandle handle)
            : base(handle)
        {
        }

        /// <summary>
        /// Voids the bill of a charge or a settlement, whether that is in progress or has ended: the bill is
        /// settled, and refunded if it turns out to be paid. Returns at once; the payment is then in progress
        /// again, and ends like <see cref="WsyClient.Void"/>.
        /// </summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrArgument"/>: this is a refund or a void. <see cref="WsyCode.ErrHandle"/>:
        /// the client is closed.
        /// </exception>
        public void Void()
        {
            WsyException.Check(Native.wsy_payment_void(Handle));
        }

        internal override WsyOutcome Reply(int code, ReplyHandle handle)
        {
            return WsyClient.Outcome(code, handle);
        }
    }

    /// <summary>A recovery, reprint or print in progress. A cancelled print may still be printed.</summary>
    public sealed class WsyWork : WsyStarted<WsyReply>
    {
        internal WsyWork(PaymentHandle handle)
            : base(handle)
        {
        }

        internal override WsyReply Reply(int code, ReplyHandle handle)
        {
            return WsyClient.Answer(code, handle);
        }
    }

    /// <summary>
    /// A reconciliation of a day in progress; <see cref="WsyStarted{TReply}.Text"/> shows its progress, and
    /// <see cref="WsyStarted{TReply}.Cancel"/> ends it before the next bill.
    /// </summary>
    public sealed class WsyReconciliation : WsyStarted<WsyReply>
    {
        internal WsyReconciliation(PaymentHandle handle)
            : base(handle)
        {
        }

        internal override WsyReply Reply(int code, ReplyHandle handle)
        {
            return WsyClient.Answer(code, handle);
        }
    }
}
