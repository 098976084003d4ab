using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Wsy
{
    /// <summary>Text between .NET and the library, whatever the code page of the machine.</summary>
    internal static class Utf8
    {
        // Half of a surrogate pair is an error, not a question mark in somebody's order number.
        private static readonly Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>Large enough for most texts; longer ones are read a second time.</summary>
        private const int FirstSize = 256;

        /// <summary>A function that returns text; reading has no side effect and can be repeated.</summary>
        internal delegate int Reader(byte[] buffer, int size, out int needed);

        /// <summary>The terminated bytes of a text; null for null.</summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrText"/>: not valid text, or it contains a zero.
        /// </exception>
        internal static byte[] Terminated(string text)
        {
            if (text == null)
                return null;
            // The library would end the text at a zero, and "B1\0x" would be bill B1.
            if (text.IndexOf('\0') >= 0)
                throw WsyException.Of(WsyCode.ErrText);
            try
            {
                byte[] bytes = new byte[Strict.GetByteCount(text) + 1];
                Strict.GetBytes(text, 0, text.Length, bytes, 0);
                return bytes;
            }
            catch (EncoderFallbackException)
            {
                throw WsyException.Of(WsyCode.ErrText);
            }
        }

        /// <summary>
        /// Reads a text of any length. Returns the code of the function; the text is null unless the code is
        /// OK.
        /// </summary>
        internal static int Read(Reader read, out string text)
        {
            byte[] buffer = new byte[FirstSize];
            int needed;
            int code = read(buffer, buffer.Length, out needed);
            while (code == WsyCode.ErrBuffer)
            {
                // A loop, because the text of a payment may have grown since it was measured.
                buffer = new byte[needed];
                code = read(buffer, buffer.Length, out needed);
            }
            text = code == WsyCode.Ok ? Decode(buffer) : null;
            return code;
        }

        /// <summary>The text at an address.</summary>
        internal static string At(IntPtr address)
        {
            if (address == IntPtr.Zero)
                return "";
            int length = 0;
            while (Marshal.ReadByte(address, length) != 0)
                length++;
            byte[] bytes = new byte[length];
            Marshal.Copy(address, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }

        private static string Decode(byte[] buffer)
        {
            return Encoding.UTF8.GetString(buffer, 0, Array.IndexOf(buffer, (byte)0));
        }
    }
}
