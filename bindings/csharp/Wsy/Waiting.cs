using System;
using System.Threading;
using System.Threading.Tasks;

namespace Wsy
{
    /// <summary>Work on a thread of its own, for programs whose own thread has a window to draw.</summary>
    /// <remarks>
    /// Nothing here ever asks for the caller's thread or its SynchronizationContext, so a window that blocks on such a task
    /// waits, but does not deadlock.
    /// </remarks>
    internal static class Waiting
    {
        /// <summary>Runs a call on a thread of its own.</summary>
        internal static Task<T> Run<T>(Func<T> call)
        {
            // The scheduler is said, since the current one may be that of a window.
            return Seen(Task.Factory.StartNew(
                call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        /// <summary>
        /// Runs a call that cannot be ended early on a thread of its own. When the token is cancelled, the task ends with
        /// what <paramref name="stop"/> makes of it, and the call goes on to its end alone.
        /// </summary>
        internal static Task<T> Run<T>(Func<T> call, CancellationToken token, Action<TaskCompletionSource<T>> stop)
            where T : IDisposable
        {
            Task<T> work = Run(delegate
            {
                // Before anything was sent is the one moment at which cancelling undoes the call.
                if (token.IsCancellationRequested)
                    throw WsyException.Of(WsyCode.ErrCancelled);
                return call();
            });
            TaskCompletionSource<T> waiting = new TaskCompletionSource<T>();
            CancellationTokenRegistration registration = default(CancellationTokenRegistration);
            if (!token.IsCancellationRequested)
                registration = token.Register(delegate { stop(waiting); });
            work.ContinueWith(
                delegate(Task<T> done)
                {
                    registration.Dispose();
                    HandOver(done, waiting);
                },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return Seen(waiting.Task);
        }

        private static void HandOver<T>(Task<T> done, TaskCompletionSource<T> waiting)
            where T : IDisposable
        {
            if (done.IsFaulted)
                waiting.TrySetException(done.Exception.InnerExceptions);
            else if (!waiting.TrySetResult(done.Result))
                done.Result.Dispose();
        }

        /// <summary>
        /// Under .NET 4.0 an exception of a task that nobody looks at ends the program. What became of a payment is in the
        /// ledger, so that is no reason to end a till.
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
