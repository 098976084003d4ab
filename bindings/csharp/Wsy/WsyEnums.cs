namespace Wsy
{
    /// <summary>Whether a call moved the customer's money.</summary>
    public enum WsyMoney
    {
        /// <summary>
        /// It may have moved. This is the default value, so that nothing reads as safe by mistake.
        /// </summary>
        MayHaveMoved = 0,

        /// <summary>It did not move.</summary>
        NotMoved = 1,

        /// <summary>It moved.</summary>
        Moved = 2,

        /// <summary>A person has decided the outcome; the reply has the decision.</summary>
        Decided = 3
    }

    /// <summary>The language of a sentence.</summary>
    public enum WsyLanguage
    {
        /// <summary>Chinese.</summary>
        Zh = 0,

        /// <summary>English.</summary>
        En = 1
    }

    /// <summary>The severity of a log line.</summary>
    public enum WsyLogLevel
    {
        /// <summary>Information.</summary>
        Info = 1,

        /// <summary>Something went wrong and was handled.</summary>
        Warning = 2,

        /// <summary>A person should look at it.</summary>
        Error = 3
    }
}
