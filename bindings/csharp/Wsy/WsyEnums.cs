namespace Wsy
{
    /// <summary>What a call says about the customer's money.</summary>
    public enum WsyMoney
    {
        /// <summary>It may have moved. The value of a variable that nobody has set, so that nothing reads as safe by mistake.</summary>
        MayHaveMoved = 0,

        /// <summary>It did not move.</summary>
        NotMoved = 1,

        /// <summary>It moved.</summary>
        Moved = 2,

        /// <summary>A person has decided what became of it; the reply says how.</summary>
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

    /// <summary>How much a line of the log matters.</summary>
    public enum WsyLogLevel
    {
        /// <summary>What went on.</summary>
        Info = 1,

        /// <summary>Something that went wrong and was coped with.</summary>
        Warning = 2,

        /// <summary>Something that a person should look at.</summary>
        Error = 3
    }
}
