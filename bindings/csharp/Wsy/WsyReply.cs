using System;
using System.Collections.Generic;

namespace Wsy
{
    /// <summary>
    /// The result of a call: named fields, and lists of items with named fields, documented at each method of
    /// <see cref="WsyClient"/> and in wsy.h. It never changes, and any thread may read it.
    /// </summary>
    public class WsyReply : IDisposable
    {
        /// <summary>Large enough for most receipts.</summary>
        private const int ReceiptSize = 4096;

        /// <summary>Large enough for most pictures; a larger one is drawn a second time.</summary>
        private const int PictureSize = 65536;

        private readonly ReplyHandle handle;
        private readonly int codeWithoutReply;

        internal WsyReply(ReplyHandle handle)
        {
            this.handle = handle;
        }

        /// <summary>For a call without a reply: the meaning of its code.</summary>
        internal WsyReply(int code)
            : this(new ReplyHandle())
        {
            codeWithoutReply = code;
        }

        /// <summary>The number that the call returned, see <see cref="WsyCode"/>.</summary>
        public int Code
        {
            get { return HasFields ? Native.wsy_reply_code(handle) : codeWithoutReply; }
        }

        /// <summary>Whether money has moved.</summary>
        public WsyMoney Money
        {
            get
            {
                switch (Text("money", ""))
                {
                    case "moved": return WsyMoney.Moved;
                    case "not_moved": return WsyMoney.NotMoved;
                    case "decided": return WsyMoney.Decided;
                    default: return WsyMoney.MayHaveMoved;
                }
            }
        }

        /// <summary>For the cashier: what happened, in Chinese.</summary>
        public string MessageZh
        {
            get { return HasFields ? Text("message_zh") : WsyLibrary.Sentence(codeWithoutReply, WsyLanguage.Zh); }
        }

        /// <summary>For the cashier: what happened, in English.</summary>
        public string MessageEn
        {
            get { return HasFields ? Text("message_en") : WsyLibrary.Sentence(codeWithoutReply, WsyLanguage.En); }
        }

        /// <summary>For the cashier: what to do next, in Chinese.</summary>
        public string AdviceZh
        {
            get { return Text("advice_zh", ""); }
        }

        /// <summary>For the cashier: what to do next, in English.</summary>
        public string AdviceEn
        {
            get { return Text("advice_en", ""); }
        }

        /// <summary>For the programmer: which call, field or option comes next, in Chinese.</summary>
        public string HintZh
        {
            get { return Text("hint_zh", ""); }
        }

        /// <summary>For the programmer: which call, field or option comes next, in English.</summary>
        public string HintEn
        {
            get { return Text("hint_en", ""); }
        }

        /// <summary>For the log, not for the cashier: the reason as the platform, the network or the disk gave it; may be empty.</summary>
        public string Detail
        {
            get { return Text("detail", ""); }
        }

        /// <summary>The names of all fields.</summary>
        public IList<string> Names
        {
            get
            {
                List<string> names = new List<string>();
                string name;
                while (ReadName(names.Count, out name))
                    names.Add(name);
                return names;
            }
        }

        /// <summary>Reads a field as text.</summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoField"/>: the field does not exist.
        /// </exception>
        public string Text(string name)
        {
            string text;
            WsyException.Check(ReadText(name, out text));
            return text;
        }

        /// <summary>Reads a field as text, or returns the fallback if the field does not exist.</summary>
        public string Text(string name, string fallback)
        {
            string text;
            return Found(ReadText(name, out text)) ? text : fallback;
        }

        /// <summary>Reads a field as an integer, such as total_fen.</summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoField"/>: no such field, or it is not a number.
        /// </exception>
        public int Number(string name)
        {
            int value;
            WsyException.Check(Native.wsy_reply_int(handle, Utf8.Terminated(name), out value));
            return value;
        }

        /// <summary>Reads a field as an integer, or returns the fallback if the field does not exist.</summary>
        public int Number(string name, int fallback)
        {
            int value;
            return Found(Native.wsy_reply_int(handle, Utf8.Terminated(name), out value)) ? value : fallback;
        }

        /// <summary>How many items a list has.</summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoField"/>: the list does not exist.
        /// </exception>
        public int Count(string list)
        {
            int count;
            WsyException.Check(Native.wsy_reply_count(handle, Utf8.Terminated(list), out count));
            return count;
        }

        /// <summary>
        /// The items of a list, such as the list "pay" of a bill; none if the list does not exist.
        /// </summary>
        public IList<WsyItem> Items(string list)
        {
            int count;
            if (!Found(Native.wsy_reply_count(handle, Utf8.Terminated(list), out count)))
                count = 0;
            WsyItem[] items = new WsyItem[count];
            for (int index = 0; index < count; index++)
                items[index] = new WsyItem(this, list, index);
            return items;
        }

        /// <summary>The receipt as plain lines for a screen; empty if there is none.</summary>
        public string Receipt
        {
            get { return Text("receipt", ""); }
        }

        /// <summary>
        /// The receipt for an ESC/POS printer: its escapes as bytes, its text in GBK. Send them to the
        /// printer unchanged. Empty if there is none.
        /// </summary>
        public byte[] ReceiptBytes()
        {
            return Bytes(ReceiptSize, delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_receipt_bytes(handle, buffer, size, out needed);
            });
        }

        /// <summary>
        /// The receipt as text laid out as on paper. Lines end with "\n". Empty if there is no receipt.
        /// </summary>
        /// <param name="widthMm">58 (32 columns) or 80 (48 columns); a Chinese character takes two.</param>
        public string ReceiptText(int widthMm = 58)
        {
            string text;
            int code = Utf8.Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_receipt_text(handle, widthMm, buffer, size, out needed);
            }, out text);
            return Found(code) ? text : "";
        }

        /// <summary>
        /// The receipt as a picture of the printout: a grey PNG with 8 dots per mm. Empty if there is no
        /// receipt.
        /// </summary>
        /// <param name="widthMm">58 or 80.</param>
        /// <param name="font">A font file (.ttf, .otf, .ttc); null for a system font.</param>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoFont"/> or <see cref="WsyCode.ErrPicture"/>.
        /// </exception>
        public byte[] ReceiptPng(int widthMm = 58, string font = null)
        {
            byte[] fontBytes = Utf8.Terminated(font);
            return Bytes(PictureSize, delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_receipt_png(handle, widthMm, fontBytes, buffer, size, out needed);
            });
        }

        /// <summary>Writes the same picture to a file, replacing an existing one.</summary>
        /// <param name="path">The file.</param>
        /// <param name="widthMm">As for <see cref="ReceiptPng"/>.</param>
        /// <param name="font">As for <see cref="ReceiptPng"/>.</param>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoField"/>: there is no receipt, and no file was written.
        /// <see cref="WsyCode.ErrPicture"/>: the picture cannot be drawn or written.
        /// <see cref="WsyCode.ErrNoFont"/>.
        /// </exception>
        public void ReceiptPngFile(string path, int widthMm = 58, string font = null)
        {
            WsyException.Check(Native.wsy_reply_receipt_png_file(
                handle, widthMm, Utf8.Terminated(font), Utf8.Terminated(path)));
        }

        /// <summary>
        /// The pop-up of the platform's own client (the field canvas) as plain lines, which end with "\n".
        /// Empty if there is none.
        /// </summary>
        public string CanvasText()
        {
            string text;
            int code = Utf8.Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_canvas_text(handle, buffer, size, out needed);
            }, out text);
            return Found(code) ? text : "";
        }

        /// <summary>The same pop-up as a colour PNG, without its images. Empty if there is none.</summary>
        /// <param name="font">A font file (.ttf, .otf, .ttc); null for a system font.</param>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoFont"/> or <see cref="WsyCode.ErrPicture"/>.
        /// </exception>
        public byte[] CanvasPng(string font = null)
        {
            byte[] fontBytes = Utf8.Terminated(font);
            return Bytes(PictureSize, delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_canvas_png(handle, fontBytes, buffer, size, out needed);
            });
        }

        /// <summary>Writes the same picture to a file, replacing an existing one.</summary>
        /// <param name="path">The file.</param>
        /// <param name="font">As for <see cref="CanvasPng"/>.</param>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoField"/>: there is no pop-up, and no file was written.
        /// <see cref="WsyCode.ErrPicture"/>: the picture cannot be drawn or written.
        /// <see cref="WsyCode.ErrNoFont"/>.
        /// </exception>
        public void CanvasPngFile(string path, string font = null)
        {
            WsyException.Check(Native.wsy_reply_canvas_png_file(
                handle, Utf8.Terminated(font), Utf8.Terminated(path)));
        }

        /// <summary>Frees the reply. It can no longer be read.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }

        /// <summary>The code and the message, for a log.</summary>
        public override string ToString()
        {
            return handle.IsClosed ? "(disposed)" : Code + " " + MessageEn;
        }

        /// <summary>
        /// Whether the library returned a reply. It does not if a handle or a text of the call is not valid.
        /// </summary>
        internal bool HasFields
        {
            get { return !handle.IsInvalid; }
        }

        /// <summary>The handle for a call that takes a receipt; zero for none.</summary>
        internal ReplyHandle Handle
        {
            get { return handle; }
        }

        internal int ReadItemText(string list, int index, string name, out string text)
        {
            byte[] listBytes = Utf8.Terminated(list), nameBytes = Utf8.Terminated(name);
            return Utf8.Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_item_text(handle, listBytes, index, nameBytes, buffer, size, out needed);
            }, out text);
        }

        internal bool ReadItemName(string list, int index, int field, out string name)
        {
            byte[] listBytes = Utf8.Terminated(list);
            return Found(Utf8.Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_item_name(handle, listBytes, index, field, buffer, size, out needed);
            }, out name));
        }

        internal int ReadItemInt(string list, int index, string name, out int value)
        {
            return Native.wsy_reply_item_int(
                handle, Utf8.Terminated(list), index, Utf8.Terminated(name), out value);
        }

        /// <summary>Whether a field exists. Throws for any other error.</summary>
        internal static bool Found(int code)
        {
            // Without a reply there are no fields: the handle or a text of the call was not valid.
            if (code == WsyCode.ErrNoField || code == WsyCode.ErrHandle)
                return false;
            WsyException.Check(code);
            return true;
        }

        /// <summary>Reads any number of bytes; none if there is no receipt.</summary>
        private static byte[] Bytes(int firstSize, Utf8.Reader read)
        {
            byte[] buffer = new byte[firstSize];
            int needed;
            int code = read(buffer, buffer.Length, out needed);
            if (code == WsyCode.ErrBuffer)
            {
                buffer = new byte[needed];
                code = read(buffer, buffer.Length, out needed);
            }
            if (!Found(code))
                return new byte[0];
            byte[] bytes = new byte[needed];
            Array.Copy(buffer, bytes, needed);
            return bytes;
        }

        private int ReadText(string name, out string text)
        {
            text = null;
            // Also keeps the exception's constructor from calling the library, which might fail once more.
            if (!HasFields)
                return WsyCode.ErrNoField;
            byte[] nameBytes = Utf8.Terminated(name);
            return Utf8.Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_text(handle, nameBytes, buffer, size, out needed);
            }, out text);
        }

        private bool ReadName(int index, out string name)
        {
            return Found(Utf8.Read(delegate(byte[] buffer, int size, out int needed)
            {
                return Native.wsy_reply_name(handle, index, buffer, size, out needed);
            }, out name));
        }
    }

    /// <summary>An item of a list of a reply. It can be read until its reply is disposed.</summary>
    public struct WsyItem
    {
        private readonly WsyReply reply;
        private readonly string list;
        private readonly int index;

        internal WsyItem(WsyReply reply, string list, int index)
        {
            this.reply = reply;
            this.list = list;
            this.index = index;
        }

        /// <summary>The names of all its fields, including those that only the platform defines.</summary>
        public IList<string> Names
        {
            get
            {
                List<string> names = new List<string>();
                string name;
                while (reply.ReadItemName(list, index, names.Count, out name))
                    names.Add(name);
                return names;
            }
        }

        /// <summary>Reads a field as text.</summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoField"/>: the field does not exist.
        /// </exception>
        public string Text(string name)
        {
            string text;
            WsyException.Check(reply.ReadItemText(list, index, name, out text));
            return text;
        }

        /// <summary>Reads a field as text, or returns the fallback if the field does not exist.</summary>
        public string Text(string name, string fallback)
        {
            string text;
            return WsyReply.Found(reply.ReadItemText(list, index, name, out text)) ? text : fallback;
        }

        /// <summary>Reads a field as an integer.</summary>
        /// <exception cref="WsyException">
        /// <see cref="WsyCode.ErrNoField"/>: no such field, or it is not a number.
        /// </exception>
        public int Number(string name)
        {
            int value;
            WsyException.Check(reply.ReadItemInt(list, index, name, out value));
            return value;
        }

        /// <summary>Reads a field as an integer, or returns the fallback if the field does not exist.</summary>
        public int Number(string name, int fallback)
        {
            int value;
            return WsyReply.Found(reply.ReadItemInt(list, index, name, out value)) ? value : fallback;
        }
    }
}
