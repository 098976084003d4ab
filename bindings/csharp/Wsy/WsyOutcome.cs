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

        /// <summary>How the call ended. Can be read after Dispose, too.</summary>
        public Verdict Verdict
        {
            get { return verdict; }
        }

        /// <summary>When the bill was first reported as paid (Beijing): just now, or before. "" if it never was.</summary>
        public string FirstTold
        {
            get { return Text("first_told", ""); }
        }

        /// <summary>Of <see cref="Wsy.Verdict.Decided"/>: "paid", "not_paid", "refunded" or "not_refunded".</summary>
        public string Decision
        {
            get { return Text("decision", ""); }
        }
    }
}
