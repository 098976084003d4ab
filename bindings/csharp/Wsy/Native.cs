using System;
using System.Runtime.InteropServices;

namespace Wsy
{
    /// <summary>The functions of wsy.h under their own names. Text is UTF-8 with a terminator, see <see cref="Utf8"/>.</summary>
    /// <remarks>
    /// A handle that is null in C is a handle object that holds zero, never a null reference: the marshaller takes none.
    /// </remarks>
    internal static class Native
    {
        internal const string Dll = "wsy";

        internal const int CodePageUtf8 = 65001;

        // Before the first call of any function below, as the language guarantees for a type with a static constructor.
        static Native()
        {
            Loader.Prepare();
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void LogCallback(IntPtr user, int level, IntPtr line);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_open(
            byte[] folder, int codePage, ParamsHandle options, out ClientHandle client, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_close(IntPtr client);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_on_log(ClientHandle client, LogCallback callback, IntPtr user);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_activate(
            ClientHandle client, byte[] initkey, byte[] hostid, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_set_device(
            ClientHandle client, byte[] deviceId, byte[] key, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_config(ClientHandle client, int refresh, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_time(ClientHandle client, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_version([Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_params_new(int codePage, out ParamsHandle parameters);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_params_set(ParamsHandle parameters, byte[] name, byte[] value);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_params_free(IntPtr parameters);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_micropay(
            ClientHandle client, byte[] outTradeNo, byte[] authCode, int totalFen, ParamsHandle parameters,
            out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_refund(
            ClientHandle client, byte[] outRefundNo, byte[] outTradeNo, byte[] dmId, int refundFen,
            ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_void(
            ClientHandle client, byte[] outTradeNo, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_settle(
            ClientHandle client, byte[] outTradeNo, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_recover(ClientHandle client, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_micropay_start(
            ClientHandle client, byte[] outTradeNo, byte[] authCode, int totalFen, ParamsHandle parameters,
            out PaymentHandle payment, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_refund_start(
            ClientHandle client, byte[] outRefundNo, byte[] outTradeNo, byte[] dmId, int refundFen,
            ParamsHandle parameters, out PaymentHandle payment, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_payment_poll(PaymentHandle payment, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_payment_wait(PaymentHandle payment, int timeoutMs, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_payment_text(
            PaymentHandle payment, int language, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_payment_cancel(PaymentHandle payment);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_payment_void(PaymentHandle payment);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_payment_free(IntPtr payment);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_query_auth_code(
            ClientHandle client, byte[] authCode, int totalFen, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_query_order(
            ClientHandle client, byte[] dmId, int totalFen, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_read_bill(
            ClientHandle client, byte[] outTradeNo, byte[] dmId, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reprint(
            ClientHandle client, byte[] outTradeNo, byte[] dmId, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_find(ClientHandle client, byte[] outTradeNo, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_find_refund(ClientHandle client, byte[] outRefundNo, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_find_receipt(
            ClientHandle client, byte[] outTradeNo, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_find_refund_receipt(
            ClientHandle client, byte[] outRefundNo, ParamsHandle parameters, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_print_receipt(
            ClientHandle client, ReplyHandle receipt, byte[] printer, int timeoutMs, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_print_bytes(
            ClientHandle client, byte[] bytes, int size, byte[] printer, int timeoutMs, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_day(ClientHandle client, byte[] day, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_unresolved(ClientHandle client, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reconcile(ClientHandle client, byte[] day, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reconcile_start(
            ClientHandle client, byte[] day, out PaymentHandle payment, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_alarms(ClientHandle client, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_acknowledge(
            ClientHandle client, int alarmId, byte[] by, out ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_code(ReplyHandle reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_text(
            ReplyHandle reply, byte[] name, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_int(ReplyHandle reply, byte[] name, out int value);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_name(
            ReplyHandle reply, int index, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_count(ReplyHandle reply, byte[] list, out int count);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_item_text(
            ReplyHandle reply, byte[] list, int index, byte[] name, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_item_int(
            ReplyHandle reply, byte[] list, int index, byte[] name, out int value);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_receipt_bytes(
            ReplyHandle reply, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_receipt_text(
            ReplyHandle reply, int widthMm, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_receipt_png(
            ReplyHandle reply, int widthMm, byte[] font, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_receipt_png_file(
            ReplyHandle reply, int widthMm, byte[] font, byte[] path);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_reply_free(IntPtr reply);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_code_text(
            int code, int language, int codePage, [Out] byte[] buffer, int size, out int needed);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_yuan_to_fen(byte[] yuan, out int fen);

        [DllImport(Dll, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int wsy_fen_to_yuan(int fen, [Out] byte[] buffer, int size, out int needed);
    }
}
