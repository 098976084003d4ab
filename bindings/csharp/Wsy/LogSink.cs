using System;
using System.Collections.Concurrent;
using System.Threading;

namespace Wsy
{
    /// <summary>Passes the log lines of one client to its handler.</summary>
    /// <remarks>
    /// The library gets one static delegate, which is never collected, and a number instead of a pointer. A
    /// late line therefore finds either a live handler or none, never freed memory.
    /// </remarks>
    internal sealed class LogSink
    {
        internal static readonly Native.LogCallback Callback = Receive;

        // Weak, so that a handler that references its client does not keep it from being collected and
        // closed.
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

        /// <summary>The value that the library passes with each line.</summary>
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
        /// Closes the clients that a program left open when it exits. A runtime that is shutting down no
        /// longer lets a thread of the library into a handler, and closing the client then would wait for
        /// that thread forever.
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
                // The caller is native code: an exception that escapes would end the process, possibly in the
                // middle of a payment. The line is in wsy.log anyway.
            }
        }
    }
}
