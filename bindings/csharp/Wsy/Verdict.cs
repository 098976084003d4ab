using System;

namespace Wsy
{
    /// <summary>
    /// How a call about money ended: paid, not paid, unknown, paid earlier, refunded, not refunded, voided,
    /// or decided by a person.
    /// </summary>
    /// <remarks>
    /// It does not convert to bool. The default value is <see cref="Unknown"/>.
    /// <code>if (outcome.Verdict == Verdict.Paid) HandOver();</code>
    /// </remarks>
    public struct Verdict : IEquatable<Verdict>
    {
        /// <summary>
        /// The money was taken: hand over the goods. This is reported once for a bill, and goods are handed
        /// over on no other verdict.
        /// </summary>
        public static readonly Verdict Paid = new Verdict(WsyCode.Paid);

        /// <summary>
        /// No money was taken, and none will be: charge again with a new auth code, or take cash.
        /// </summary>
        public static readonly Verdict NotPaid = new Verdict(WsyCode.NotPaid);

        /// <summary>
        /// The money may have been taken (or given back). Do not hand over goods; do not charge again;
        /// <see cref="WsyClient.Settle"/> finds out.
        /// </summary>
        public static readonly Verdict Unknown = new Verdict(WsyCode.Unknown);

        /// <summary>The money went back to the customer.</summary>
        public static readonly Verdict Refunded = new Verdict(WsyCode.Refunded);

        /// <summary>No money went back. To try again, use a new out_refund_no.</summary>
        public static readonly Verdict NotRefunded = new Verdict(WsyCode.NotRefunded);

        /// <summary>
        /// Paid, and already reported as paid (field first_told), or paid with an earlier code. Nothing was
        /// charged now.
        /// </summary>
        public static readonly Verdict PaidEarlier = new Verdict(WsyCode.PaidEarlier);

        /// <summary>
        /// A person decided the outcome (<see cref="WsyClient.Decide"/>); the reply has the decision. Nothing
        /// was sent.
        /// </summary>
        public static readonly Verdict Decided = new Verdict(WsyCode.Decided);

        /// <summary>
        /// The bill was voided, and the money was refunded. Only for a <see cref="WsyPayment"/>, after
        /// <see cref="WsyPayment.Void"/>.
        /// </summary>
        public static readonly Verdict Voided = new Verdict(WsyCode.Voided);

        private readonly int code;

        private Verdict(int code)
        {
            this.code = code;
        }

        /// <summary>
        /// The number in wsy.h, for a switch: <c>case WsyCode.Paid:</c>.
        /// </summary>
        public int Code
        {
            get { return code == 0 ? WsyCode.Unknown : code; }
        }

        /// <summary>Whether a and b are the same verdict.</summary>
        public static bool operator ==(Verdict a, Verdict b)
        {
            return a.Equals(b);
        }

        /// <summary>Whether a and b are different verdicts.</summary>
        public static bool operator !=(Verdict a, Verdict b)
        {
            return !a.Equals(b);
        }

        /// <summary>Whether this is the same verdict as the other.</summary>
        public bool Equals(Verdict other)
        {
            return Code == other.Code;
        }

        /// <summary>Whether this is the same verdict as the other.</summary>
        public override bool Equals(object other)
        {
            return other is Verdict && Equals((Verdict)other);
        }

        /// <summary>The hash of the number.</summary>
        public override int GetHashCode()
        {
            return Code;
        }

        /// <summary>The name, such as "NotPaid".</summary>
        public override string ToString()
        {
            switch (Code)
            {
                case WsyCode.Paid: return "Paid";
                case WsyCode.NotPaid: return "NotPaid";
                case WsyCode.Refunded: return "Refunded";
                case WsyCode.NotRefunded: return "NotRefunded";
                case WsyCode.PaidEarlier: return "PaidEarlier";
                case WsyCode.Decided: return "Decided";
                case WsyCode.Voided: return "Voided";
                default: return "Unknown";
            }
        }

        /// <summary>The verdict for a number. One that is not a verdict is unknown, never paid.</summary>
        internal static Verdict Of(int code)
        {
            switch (code)
            {
                case WsyCode.Paid:
                case WsyCode.NotPaid:
                case WsyCode.Refunded:
                case WsyCode.NotRefunded:
                case WsyCode.PaidEarlier:
                case WsyCode.Decided:
                case WsyCode.Voided:
                    return new Verdict(code);
                default:
                    return Unknown;
            }
        }
    }
}
