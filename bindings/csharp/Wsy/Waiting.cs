using System;
using System.Threading;
using System.Threading.Tasks;

namespace Wsy
{
    /// <summary>Work on a separate thread, for programs whose own thread has a window to draw.</summary>
    /// <remarks>
    /// Nothing here uses the caller's thread or its SynchronizationContext, so a window that blocks on such a
    /// task waits, but does not deadlock.
    /// </remarks>
    internal static class Waiting
    {
        /// <summary>Runs a call on a separate thread.</summary>
        internal static Task<T> Run<T>(Func<T> call)
        {
            // The scheduler is explicit, because the current one may be that of a window.
            return Seen(Task.Factory.StartNew(
                call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        /// <summary>
        /// Under .NET 4.0 an unobserved exception of a task ends the program. The outcome of a payment is in
        /// the ledger, so the till goes on.
        /// </summary>
        private static Task<T> Seen<T>(Task<T> task)
        {
            task.ContinueWith(
                delegate(Task<T> failed) { return failed.Exception; },
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            return task;
        }
    }
}
