using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Wsy.Tests
{
    public static class TextTests
    {
        // Hand-made GBK: not every .NET has that code page.
        private static readonly byte[] TeahouseInGbk = { 0xb2, 0xe8, 0xb9, 0xdd };

        [Test]
        public static void ChineseTextArrives()
        {
            using (Shop shop = new Shop())
            {
                WsyParams goods = new WsyParams { { "info", "茶" }, { "infoaddo", "龙井\r\n一壶 𠮷" } };
                shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 100, goods).Dispose();
                Expect.Contains("龙井\\r\\n一壶 𠮷", shop.Sandbox.Log());
                Expect.True(File.Exists(Path.Combine(shop.Folder, "ledger.db")), "the ledger in the Chinese folder");
            }
        }

        [Test]
        public static void TextThatIsNoneIsRefusedAndNothingIsSent()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                string code = shop.Sandbox.Customer();
                Expect.Error(WsyCode.ErrText, delegate { client.Micropay("B-1\0", code, 100); });
                Expect.Error(WsyCode.ErrText, delegate { client.Micropay("B-1", code + "\0", 100); });
                WsyParams half = new WsyParams { { "info", "\ud842" } };
                Expect.Error(WsyCode.ErrText, delegate { client.Micropay("B-1", code, 100, half); });
                Expect.Error(WsyCode.ErrText, delegate { client.MicropayStart("B-1", code, 100, half); });
                Expect.Error(WsyCode.ErrOutTradeNo, delegate { client.Micropay("单1", code, 100); });
                Expect.Error(WsyCode.ErrText, delegate { client.Find("\udc00"); });
                Expect.Equal(0, shop.Sandbox.Requests("micropay"));
            }
        }

        [Test]
        public static void LongTextsAreReadWhole()
        {
            using (Shop shop = new Shop())
            {
                string name = new string('茶', 700);
                shop.Sandbox.Control("PUT", "devices/" + shop.Sandbox.DeviceId, "{\"client_name\": \"" + name + "\"}");
                using (WsyReply reply = shop.Client.Config(true))
                    Expect.Contains(name, reply.Text("client_name"));
            }
        }

        [Test]
        public static void AShortBufferIsCutBetweenCharacters()
        {
            byte[] buffer = Filled(3);
            int needed;
            Expect.Equal(WsyCode.ErrBuffer, Native.wsy_version(buffer, buffer.Length, out needed));
            Expect.Equal(WsyLibrary.Version.Length + 1, needed);
            Expect.Equal((byte)0, buffer[2]);

            buffer = Filled(6);
            Expect.Equal(WsyCode.ErrBuffer, Native.wsy_code_text(
                WsyCode.NotPaid, (int)WsyLanguage.Zh, 65001, buffer, 6, out needed));
            Expect.Equal((byte)0, buffer[3]);
            Expect.Equal(WsyLibrary.CodeText(WsyCode.NotPaid, WsyLanguage.Zh).Substring(0, 1),
                Encoding.UTF8.GetString(buffer, 0, 3));

            Expect.Equal(WsyCode.ErrArgument, Native.wsy_version(buffer, -1, out needed));
            Expect.Equal(WsyCode.ErrBuffer, Native.wsy_fen_to_yuan(1, null, 0, out needed));
            Expect.Equal(5, needed);
        }

        [Test]
        public static void AReplyIsReadThroughShortBuffers()
        {
            using (Shop shop = new Shop())
            {
                WsyClient client = shop.Client;
                ReplyHandle reply;
                ClientHandle other;
                Expect.Equal(WsyCode.ErrAlreadyOpen, Native.wsy_open(
                    Terminated(shop.Folder), 65001, ParamsHandle.None, out other, out reply));
                Expect.True(other.IsInvalid, "no client");
                using (reply)
                {
                    int needed;
                    byte[] buffer = Filled(4);
                    Expect.Equal(WsyCode.ErrAlreadyOpen, Native.wsy_reply_code(reply));
                    Expect.Equal(WsyCode.ErrBuffer,
                        Native.wsy_reply_text(reply, Terminated("message_zh"), buffer, 4, out needed));
                    Expect.True(needed > 4 && buffer[3] == 0, "cut after one character");
                    Expect.Equal(WsyCode.ErrBuffer,
                        Native.wsy_reply_name(reply, 0, buffer, 2, out needed));
                    Expect.Equal(WsyCode.ErrNoField,
                        Native.wsy_reply_name(reply, 9999, buffer, 4, out needed));
                    Expect.Equal(WsyCode.ErrNoField,
                        Native.wsy_reply_receipt_bytes(reply, buffer, 4, out needed));
                    Expect.Equal(WsyCode.ErrArgument,
                        Native.wsy_reply_text(reply, null, buffer, 4, out needed));
                }
                client.Dispose();
            }
        }

        [Test]
        public static void TheLibraryCanBeOpenedInGbk()
        {
            using (Shop shop = new Shop())
            {
                shop.Client.Dispose();
                shop.Sandbox.Control("PUT", "devices/" + shop.Sandbox.DeviceId, "{\"client_name\": \"茶馆 - 2\"}");
                ParamsHandle options;
                Expect.Equal(WsyCode.Ok, Native.wsy_params_new(936, out options));
                foreach (KeyValuePair<string, string> option in shop.Options())
                {
                    Expect.Equal(WsyCode.Ok,
                        Native.wsy_params_set(options, Terminated(option.Key), Terminated(option.Value)));
                }
                ClientHandle client;
                ReplyHandle reply;
                byte[] folder = Joined(Encoding.ASCII.GetBytes(Path.GetTempPath() + "/wsy c# "), TeahouseInGbk,
                    Encoding.ASCII.GetBytes(" " + Guid.NewGuid().ToString("N") + "\0"));
                Expect.Equal(WsyCode.Ok, Native.wsy_open(folder, 936, options, out client, out reply));
                options.Dispose();
                reply.Dispose();
                Expect.Equal(WsyCode.Ok, Native.wsy_set_device(
                    client, Terminated(shop.Sandbox.DeviceId), Terminated(shop.Sandbox.DeviceKey), out reply));
                byte[] name = new byte[64];
                int needed;
                Expect.Equal(WsyCode.Ok,
                    Native.wsy_reply_text(reply, Terminated("client_name"), name, name.Length, out needed));
                for (int index = 0; index < TeahouseInGbk.Length; index++)
                    Expect.Equal(TeahouseInGbk[index], name[index]);
                reply.Dispose();
                // Half a character of GBK is an error.
                Expect.Equal(WsyCode.ErrText, Native.wsy_find(client, new byte[] { 0xb2, 0 }, out reply));
                client.Dispose();
                string there = Path.Combine(Path.GetTempPath(),
                    "wsy c# 茶馆 " + Encoding.ASCII.GetString(folder, folder.Length - 33, 32));
                Expect.True(File.Exists(Path.Combine(there, "ledger.db")), "the folder of that name");
                Directory.Delete(there, true);
            }
        }

        [Test]
        public static void AmountsAreTranslated()
        {
            Expect.Equal(1250, WsyLibrary.YuanToFen("12.50"));
            Expect.Equal(1, WsyLibrary.YuanToFen("0.01"));
            Expect.Equal("12.50", WsyLibrary.FenToYuan(1250));
            Expect.Equal("-0.05", WsyLibrary.FenToYuan(-5));
            Expect.Equal("-21474836.48", WsyLibrary.FenToYuan(int.MinValue));
            foreach (string wrong in new[] { "", "0", "1.234", "１", "-1", "1e3", "1000000.01" })
                Expect.Error(WsyCode.ErrAmount, delegate { WsyLibrary.YuanToFen(wrong); });
            Expect.Error(WsyCode.ErrArgument, delegate { WsyLibrary.YuanToFen(null); });
            Expect.Error(WsyCode.ErrText, delegate { WsyLibrary.YuanToFen("1\0"); });
        }

        private static byte[] Terminated(string text)
        {
            return Encoding.UTF8.GetBytes(text + "\0");
        }

        private static byte[] Filled(int size)
        {
            byte[] buffer = new byte[size];
            for (int index = 0; index < size; index++)
                buffer[index] = 0x7f;
            return buffer;
        }

        private static byte[] Joined(params byte[][] parts)
        {
            List<byte> all = new List<byte>();
            foreach (byte[] part in parts)
                all.AddRange(part);
            return all.ToArray();
        }
    }
}
