using System;
using System.Runtime.InteropServices;

namespace Wsy
{
    /// <summary>
    /// A handle of the library, freed exactly once: by Dispose, or eventually by the garbage collector.
    /// </summary>
    internal abstract class WsyHandle : SafeHandle
    {
        protected WsyHandle()
            : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }
    }

    /// <summary>wsy_client *</summary>
    internal sealed class ClientHandle : WsyHandle
    {
        /// <summary>
        /// The receiver of log lines. Referenced here so that it lives until the handle is released; the last
        /// lines arrive while the client closes.
        /// </summary>
        internal LogSink Log;

        /// <summary>
        /// Closes the client now, even while other threads are in calls on it, which ends those calls. The
        /// plain Dispose of a SafeHandle would wait until they end by themselves.
        /// </summary>
        internal int CloseNow()
        {
            int code = Native.wsy_close(handle);
            if (code == WsyCode.ErrInCallback)
                return code;
            SetHandleAsInvalid();
            ForgetLog();
            return code;
        }

        protected override bool ReleaseHandle()
        {
            int code = Native.wsy_close(handle);
            ForgetLog();
            return code == WsyCode.Ok;
        }

        private void ForgetLog()
        {
            if (Log != null)
                Log.Forget();
        }
    }

    /// <summary>wsy_params *</summary>
    internal sealed class ParamsHandle : WsyHandle
    {
        /// <summary>NULL: no parameters. Never disposed.</summary>
        internal static readonly ParamsHandle None = new ParamsHandle();

        protected override bool ReleaseHandle()
        {
            return Native.wsy_params_free(handle) == WsyCode.Ok;
        }
    }

    /// <summary>wsy_payment *</summary>
    internal sealed class PaymentHandle : WsyHandle
    {
        protected override bool ReleaseHandle()
        {
            return Native.wsy_payment_free(handle) == WsyCode.Ok;
        }
    }

    /// <summary>wsy_reply *</summary>
    internal sealed class ReplyHandle : WsyHandle
    {
        /// <summary>NULL: no reply. Never disposed.</summary>
        internal static readonly ReplyHandle None = new ReplyHandle();

        protected override bool ReleaseHandle()
        {
            return Native.wsy_reply_free(handle) == WsyCode.Ok;
        }
    }
}
