namespace Wsy
{
    /// <summary>
    /// How a call about money ended, with the fields of the charge or refund. Check <see cref="Verdict"/>: an
    /// outcome does not mean that anybody has paid.
    /// </summary>
    public sealed class WsyOutcome : WsyReply
    {
        private readonly Verdict verdict;

        internal WsyOutcome(ReplyHandle handle, int code)
            : base(handle)
        {
            verdict = Verdict.Of(code);
        }

        /// <summary>How the call ended. Can be read even after Dispose.</summary>
        public Verdict Verdict
        {
            get { return verdict; }
        }

        /// <summary>
        /// When the bill was first reported as paid (Beijing time), by this call or an earlier one. "" if it
        /// never was.
        /// </summary>
        public string FirstTold
        {
            get { return Text("first_told", ""); }
        }

        /// <summary>
        /// After <see cref="Wsy.Verdict.Decided"/>: "paid", "not_paid", "refunded" or "not_refunded".
        /// </summary>
        public string Decision
        {
            get { return Text("decision", ""); }
        }
    }
}
