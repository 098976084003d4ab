using System;
using System.Threading;
using System.Threading.Tasks;

namespace Wsy
{
    /// <remarks>
    /// The Task versions. Cancelling a token only stops the waiting; it undoes no payment. A task about money
    /// therefore never ends as cancelled. It ends with what is known, which after a cancel is
    /// <see cref="Verdict.Unknown"/> unless it was decided already, or with a <see cref="WsyException"/> of
    /// <see cref="WsyCode.ErrCancelled"/> if nothing was sent yet. To void a payment use <see cref="Void"/>.
    /// </remarks>
    public sealed partial class WsyClient
    {
        /// <summary>
        /// Does what <see cref="Micropay"/> does on a separate thread. To show the cashier the progress, use
        /// <see cref="MicropayStart"/> and <see cref="WsyStarted{TReply}.WaitAsync"/>.
        /// </summary>
        /// <param name="outTradeNo">As for <see cref="Micropay"/>.</param>
        /// <param name="authCode">As for <see cref="Micropay"/>.</param>
        /// <param name="totalFen">As for <see cref="Micropay"/>.</param>
        /// <param name="parameters">As for <see cref="Micropay"/>.</param>
        /// <param name="token">
        /// Cancelling it only stops the waiting, see <see cref="WsyStarted{TReply}.Cancel"/>.
        /// </param>
        public Task<WsyOutcome> MicropayAsync(
            string outTradeNo, string authCode, int totalFen, WsyParams parameters = null,
            CancellationToken token = default(CancellationToken))
        {
            WsyParams copy = WsyParams.Copy(parameters);
            return WaitFor<WsyOutcome>(delegate { return MicropayStart(outTradeNo, authCode, totalFen, copy); }, token);
        }

        /// <summary>Does what <see cref="Refund"/> does on a separate thread.</summary>
        /// <param name="outRefundNo">As for <see cref="Refund"/>.</param>
        /// <param name="outTradeNo">As for <see cref="Refund"/>.</param>
        /// <param name="dmId">As for <see cref="Refund"/>.</param>
        /// <param name="refundFen">As for <see cref="Refund"/>.</param>
        /// <param name="parameters">As for <see cref="Refund"/>.</param>
        /// <param name="token">
        /// Cancelling it only stops the waiting, see <see cref="WsyStarted{TReply}.Cancel"/>.
        /// </param>
        public Task<WsyOutcome> RefundAsync(
            string outRefundNo, string outTradeNo, string dmId, int refundFen, WsyParams parameters = null,
            CancellationToken token = default(CancellationToken))
        {
            WsyParams copy = WsyParams.Copy(parameters);
            return WaitFor<WsyOutcome>(delegate { return RefundStart(outRefundNo, outTradeNo, dmId, refundFen, copy); }, token);
        }

        /// <summary>Does what <see cref="Void"/> does on a separate thread.</summary>
        /// <param name="outTradeNo">As for <see cref="Void"/>.</param>
        /// <param name="parameters">As for <see cref="Void"/>.</param>
        /// <param name="token">
        /// Cancelling it only stops the waiting, see <see cref="WsyStarted{TReply}.Cancel"/>. The bill will
        /// still be voided.
        /// </param>
        public Task<WsyOutcome> VoidAsync(
            string outTradeNo, WsyParams parameters = null, CancellationToken token = default(CancellationToken))
        {
            WsyParams copy = WsyParams.Copy(parameters);
            return WaitFor<WsyOutcome>(delegate { return VoidStart(outTradeNo, copy); }, token);
        }

        /// <summary>Does what <see cref="Settle"/> does on a separate thread.</summary>
        /// <param name="outTradeNo">As for <see cref="Settle"/>.</param>
        /// <param name="parameters">As for <see cref="Settle"/>.</param>
        /// <param name="token">
        /// Cancelling it only stops the waiting, see <see cref="WsyStarted{TReply}.Cancel"/>.
        /// </param>
        public Task<WsyOutcome> SettleAsync(
            string outTradeNo, WsyParams parameters = null, CancellationToken token = default(CancellationToken))
        {
            WsyParams copy = WsyParams.Copy(parameters);
            return WaitFor<WsyOutcome>(delegate { return SettleStart(outTradeNo, copy); }, token);
        }

        /// <summary>Does what <see cref="Recover"/> does on a separate thread.</summary>
        /// <param name="parameters">As for <see cref="Recover"/>.</param>
        /// <param name="token">
        /// Cancelling it ends the recovery with what is settled by then.
        /// </param>
        public Task<WsyReply> RecoverAsync(
            WsyParams parameters = null, CancellationToken token = default(CancellationToken))
        {
            WsyParams copy = WsyParams.Copy(parameters);
            return WaitFor<WsyReply>(delegate { return RecoverStart(copy); }, token);
        }

        /// <summary>Does what <see cref="Reconcile"/> does on a separate thread.</summary>
        /// <param name="day">As for <see cref="Reconcile"/>.</param>
        /// <param name="token">
        /// Cancelling it ends the reconciliation before the next bill: the task then ends with a
        /// <see cref="WsyException"/> of <see cref="WsyCode.ErrCancelled"/>.
        /// </param>
        public Task<WsyReply> ReconcileAsync(
            string day = null, CancellationToken token = default(CancellationToken))
        {
            return WaitFor<WsyReply>(delegate { return ReconcileStart(day); }, token);
        }

        private static Task<TReply> WaitFor<TReply>(Func<WsyStarted<TReply>> start, CancellationToken token)
            where TReply : WsyReply
        {
            return Waiting.Run(delegate
            {
                if (token.IsCancellationRequested)
                    throw WsyException.Of(WsyCode.ErrCancelled);
                using (WsyStarted<TReply> started = start())
                    return started.Wait(token);
            });
        }
    }
}
