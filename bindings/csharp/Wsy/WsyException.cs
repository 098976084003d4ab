using System;

namespace Wsy
{
    /// <summary>
    /// An error. A call about money that throws it has sent nothing that moves money; "not paid" and
    /// "unknown" are verdicts, not errors.
    /// </summary>
    public sealed class WsyException : Exception
    {
        private readonly WsyReply reply;
        private readonly int code;

        private WsyException(int code, WsyReply reply)
            : base(Sentence(code, reply))
        {
            this.code = code;
            this.reply = reply;
            MessageZh = reply.MessageZh;
            MessageEn = reply.MessageEn;
            AdviceZh = reply.AdviceZh;
            AdviceEn = reply.AdviceEn;
            Detail = reply.Detail;
            Money = reply.HasFields ? reply.Money : WsyMoney.NotMoved;
        }

        /// <summary>The code, see <see cref="WsyCode"/>.</summary>
        public int Code
        {
            get { return code; }
        }

        /// <summary>Whether money has moved in this call. After an error it has not.</summary>
        public WsyMoney Money { get; private set; }

        /// <summary>What happened, in Chinese.</summary>
        public string MessageZh { get; private set; }

        /// <summary>What happened, in English.</summary>
        public string MessageEn { get; private set; }

        /// <summary>What to do next, in Chinese; empty if the message says it.</summary>
        public string AdviceZh { get; private set; }

        /// <summary>What to do next, in English; empty if the message says it.</summary>
        public string AdviceEn { get; private set; }

        /// <summary>The reason as the platform, the network or the disk gave it; may be empty.</summary>
        public string Detail { get; private set; }

        /// <summary>
        /// The reply with what the call found out despite the error, such as refundable_fen, or the ledger's
        /// receipt. Never null; without fields if the library returned no reply. It need not be disposed.
        /// </summary>
        public WsyReply Reply
        {
            get { return reply; }
        }

        /// <summary>The error of a call without a reply.</summary>
        internal static WsyException Of(int code)
        {
            return new WsyException(code, new WsyReply(code));
        }

        /// <summary>The error of a call, with its reply if it gave one.</summary>
        internal static WsyException Of(int code, ReplyHandle reply)
        {
            return reply.IsInvalid ? Of(code) : new WsyException(code, new WsyReply(reply));
        }

        /// <summary>Throws unless the code is <see cref="WsyCode.Ok"/>.</summary>
        internal static void Check(int code)
        {
            if (code != WsyCode.Ok)
                throw Of(code);
        }

        private static string Sentence(int code, WsyReply reply)
        {
            string zh = (reply.MessageZh + reply.AdviceZh).Trim();
            string en = (reply.MessageEn + " " + reply.AdviceEn).Trim();
            return zh + " " + en + " (" + code + ")";
        }
    }
}
