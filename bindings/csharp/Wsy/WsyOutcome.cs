namespace Wsy
{
    /// <summary>
    /// How a call about money ended, with the fields of the charge or refund. Look at <see cref="Verdict"/>: that there is
    /// an outcome does not say that anybody has paid.
    /// </summary>
    public sealed class WsyOutcome : WsyReply
    {
        private readonly Verdict verdict;

        internal WsyOutcome(ReplyHandle handle, int code)
            : base(handle)
        {
            verdict = Verdict.Of(code);
        }

        private WsyOutcome(int code)
            : base(code)
        {
            verdict = Verdict.Of(code);
        }

        /// <summary>Paid, not paid, unknown, refunded or not refunded. Can be read after Dispose, too.</summary>
        public Verdict Verdict
        {
            get { return verdict; }
        }

        /// <summary>For somebody who does not want to wait any longer.</summary>
        internal static WsyOutcome NotWaitedFor()
        {
            return new WsyOutcome(WsyCode.Unknown);
        }
    }
}
