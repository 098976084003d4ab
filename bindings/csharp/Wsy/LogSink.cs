using System;
using System.Collections.Concurrent;
using System.Threading;

namespace Wsy
{
    /// <summary>Takes the log lines of one client to its handler.</summary>
    /// <remarks>
    /// The library is given one static delegate, which is never collected, and a number instead of a pointer. A line that
    /// comes late therefore finds either a living handler or none; it never finds freed memory.
    /// </remarks>
    internal sealed class LogSink
    {
        internal static readonly Native.LogCallback Callback = Receive;

        // Weak, so that a handler that knows its client does not keep it from being collected and closed.
        private static readonly ConcurrentDictionary<int, WeakReference> Sinks =
            new ConcurrentDictionary<int, WeakReference>();

        private static int last;

        private readonly int number = Interlocked.Increment(ref last);
        private readonly ClientHandle client;
        private volatile Action<WsyLogLevel, string> handler;

        static LogSink()
        {
            AppDomain.CurrentDomain.ProcessExit += CloseClients;
            AppDomain.CurrentDomain.DomainUnload += CloseClients;
        }

        internal LogSink(ClientHandle client)
        {
            this.client = client;
            Sinks[number] = new WeakReference(this);
        }

        /// <summary>What the library gives back with each line.</summary>
        internal IntPtr User
        {
            get { return new IntPtr(number); }
        }

        internal void Set(Action<WsyLogLevel, string> newHandler)
        {
            handler = newHandler;
        }

        internal void Forget()
        {
            WeakReference gone;
            Sinks.TryRemove(number, out gone);
        }

        /// <summary>
        /// Closes the clients that a program has left open at its end. A runtime that goes down lets no thread of the
        /// library into a handler any more, and whoever closes the client then would wait for that thread for ever.
        /// </summary>
        private static void CloseClients(object sender, EventArgs nothing)
        {
            foreach (WeakReference reference in Sinks.Values)
            {
                LogSink sink = reference.Target as LogSink;
                if (sink != null && !sink.client.IsClosed)
                    sink.client.CloseNow();
            }
        }

        private static void Receive(IntPtr user, int level, IntPtr line)
        {
            try
            {
                WeakReference reference;
                LogSink sink = Sinks.TryGetValue(user.ToInt32(), out reference) ? reference.Target as LogSink : null;
                Action<WsyLogLevel, string> handle = sink == null ? null : sink.handler;
                if (handle != null)
                    handle((WsyLogLevel)level, Utf8.At(line));
            }
            catch (Exception)
            {
                // The caller is native code: an exception that leaves here ends the process, maybe in the middle of a
                // payment. The line is in wsy.log all the same.
            }
        }
    }
}
