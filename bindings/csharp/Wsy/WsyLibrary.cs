namespace Wsy
{
    /// <summary>Functions that need no client. Any thread may call them.</summary>
    public static class WsyLibrary
    {
        /// <summary>The version of the native library, such as "0.1.0".</summary>
        public static string Version
        {
            get { return Read(Native.wsy_version); }
        }

        /// <summary>
        /// Closes every till of this process, such as those that an earlier run in the same process lost. Not
        /// where another part of the process may be using the library.
        /// </summary>
        /// <exception cref="WsyException"><see cref="WsyCode.ErrInternal"/>: a folder stays in use.</exception>
        public static void CloseAll()
        {
            WsyException.Check(Native.wsy_close_all());
        }

        /// <summary>The meaning of a code and what to do next, in a sentence.</summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrArgument"/>: the code or language does not exist.
        /// </exception>
        public static string CodeText(int code, WsyLanguage language)
        {
            return Read(CodeReader(code, language));
        }

        /// <summary>Reads an amount in yuan, such as "12.50", into fen (1/100 yuan).</summary>
        /// <param name="yuan">
        /// ASCII digits with at most two decimal places, above zero and at most 1000000.00.
        /// </param>
        /// <exception cref="WsyException"><see cref="WsyCode.ErrAmount"/>: no such amount.</exception>
        public static int YuanToFen(string yuan)
        {
            int fen;
            WsyException.Check(Native.wsy_yuan_to_fen(Utf8.Terminated(yuan), out fen));
            return fen;
        }

        /// <summary>Writes an amount in fen (1/100 yuan) as yuan with two places, such as "12.50".</summary>
        public static string FenToYuan(int fen)
        {
            return Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_fen_to_yuan(fen, buffer, size, out needed);
            });
        }

        /// <summary>The text of a code for an exception; never throws.</summary>
        internal static string Sentence(int code, WsyLanguage language)
        {
            string text;
            int found = Utf8.Read(CodeReader(code, language), out text);
            if (found == WsyCode.Ok)
                return text;
            // Inside the log callback not even this function of the library works.
            if (language == WsyLanguage.Zh)
                return "不能在日志回调里调用本库。请只记下日志，返回之后再调用。";
            return "The library cannot be called from inside its own log callback.";
        }

        private static Utf8.Reader CodeReader(int code, WsyLanguage language)
        {
            return delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_code_text(code, (int)language, Native.CodePageUtf8, buffer, size, out needed);
            };
        }

        private static string Read(Utf8.Reader read)
        {
            string text;
            WsyException.Check(Utf8.Read(read, out text));
            return text;
        }
    }
}
