using System;
using System.Diagnostics;
using System.Threading;

namespace Wsy.Tests
{
    internal sealed class NotAsExpected : Exception
    {
        internal NotAsExpected(string message)
            : base(message)
        {
        }
    }

    internal static class Expect
    {
        internal static void Equal<T>(T expected, T actual)
        {
            if (!Equals(expected, actual))
                throw new NotAsExpected("expected " + expected + ", got " + actual);
        }

        internal static void True(bool condition, string what)
        {
            if (!condition)
                throw new NotAsExpected("expected: " + what);
        }

        internal static void Contains(string part, string text)
        {
            True(text.Contains(part), "\"" + part + "\" in: " + text);
        }

        internal static T Throws<T>(Action action)
            where T : Exception
        {
            try
            {
                action();
            }
            catch (T expected)
            {
                return expected;
            }
            throw new NotAsExpected("expected a " + typeof(T).Name);
        }

        /// <summary>
        /// An error with this code, after which no money has moved, with messages in both languages.
        /// </summary>
        internal static WsyException Error(int code, Action action)
        {
            WsyException error = Throws<WsyException>(action);
            Equal(code, error.Code);
            Equal(WsyMoney.NotMoved, error.Money);
            True(error.MessageEn.Length > 10 && error.MessageZh.Length > 3, "sentences");
            True(error.MessageZh[0] > 0x4e00 - 1, "Chinese: " + error.MessageZh);
            Contains("(" + code + ")", error.Message);
            return error;
        }

        /// <summary>Waits for a condition, within a deadline.</summary>
        internal static void Soon(string what, Func<bool> condition)
        {
            Stopwatch clock = Stopwatch.StartNew();
            while (!condition())
            {
                True(clock.Elapsed < TimeSpan.FromSeconds(60), what + ", within 60 s");
                Thread.Sleep(10);
            }
        }
    }
}
