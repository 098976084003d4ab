using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Wsy.Tests
{
    public static class ReceiptTests
    {
        private static readonly byte[] PngSignature = { 0x89, 0x50, 0x4e, 0x47 };

        /// <summary>
        /// The status requests to a network printer before a receipt: its cover and its paper.
        /// </summary>
        private static readonly byte[] Questions = { 0x10, 0x04, 0x02, 0x10, 0x04, 0x04 };

        [Test]
        public static void TheLedgerHasTheReceiptOfAPayment()
        {
            using (Shop shop = new Shop())
            using (WsyOutcome sold = Sold(shop))
            {
                using (WsyReply found = shop.Client.FindReceipt("B-1"))
                {
                    Expect.Equal(sold.Text("printinfo"), found.Text("printinfo"));
                    Expect.Equal(sold.Receipt, found.Receipt);
                    Same(sold.ReceiptBytes(), found.ReceiptBytes());
                }
                using (WsyReply copy = shop.Client.FindReceipt("B-1", new WsyParams { { "copy", 1 } }))
                    Expect.Equal("补打", copy.Receipt.Split('\n')[0]);
                Expect.Error(WsyCode.ErrNoBill, delegate { shop.Client.FindReceipt("B-none"); });
                Expect.Error(WsyCode.ErrOptions,
                    delegate { shop.Client.FindReceipt("B-1", new WsyParams { { "copies", 1 } }); });
            }
        }

        [Test]
        public static void TheLedgerHasTheReceiptOfARefund()
        {
            using (Shop shop = new Shop())
            {
                shop.Client.Refund("R-1", shop.PaidBill(1000), null, 430).Dispose();
                using (WsyReply found = shop.Client.FindRefundReceipt("R-1"))
                    Expect.Contains("4.30", found.Receipt);
                using (WsyReply copy = shop.Client.FindRefundReceipt("R-1", new WsyParams { { "copy", 1 } }))
                    Expect.Equal("补打", copy.Receipt.Split('\n')[0]);
                Expect.Error(WsyCode.ErrNoBill, delegate { shop.Client.FindRefundReceipt("R-none"); });
            }
        }

        [Test]
        public static void TextFitsThePaper()
        {
            using (Shop shop = new Shop())
            using (WsyOutcome sold = Sold(shop))
            {
                FitsInto(32, sold.ReceiptText(58));
                FitsInto(48, sold.ReceiptText(80));
                Expect.Equal(sold.ReceiptText(58), sold.ReceiptText());
                Expect.Error(WsyCode.ErrArgument, delegate { sold.ReceiptText(57); });
            }
        }

        [Test]
        public static void APictureIsTheSameInAFile()
        {
            string font = Sandbox.Given("WSY_FONT");
            using (Shop shop = new Shop())
            using (WsyOutcome sold = Sold(shop))
            {
                byte[] picture = sold.ReceiptPng(80, font);
                Same(PngSignature, Part(picture, 0, PngSignature.Length));
                string file = Path.Combine(shop.Folder, "小票.png");
                sold.ReceiptPngFile(file, 80, font);
                Same(picture, File.ReadAllBytes(file));
                sold.ReceiptPngFile(file, font: font);
                Same(sold.ReceiptPng(58, font), File.ReadAllBytes(file));

                string nowhere = Path.Combine(shop.Folder, "none");
                Expect.Error(WsyCode.ErrNoFont, delegate { sold.ReceiptPng(58, nowhere + ".ttf"); });
                Expect.Error(WsyCode.ErrNoFont, delegate { sold.ReceiptPngFile(file, 58, nowhere + ".ttf"); });
                Expect.Error(WsyCode.ErrPicture,
                    delegate { sold.ReceiptPngFile(Path.Combine(nowhere, "receipt.png"), 58, font); });
            }
        }

        [Test]
        public static void WhatThePlatformAnsweredIsThere()
        {
            string font = Sandbox.Given("WSY_FONT");
            using (Shop shop = new Shop())
            using (WsyOutcome sold = Sold(shop))
            {
                Expect.Equal("4", sold.Text("pay_type"));
                Expect.Equal("微信", sold.Text("pay_name"));
                WsyItem answer = sold.Items("response")[0];
                Expect.Equal(sold.Text("pay_id"), answer.Text("pay_id"));
                Expect.True(answer.Names.Contains("openid"), "openid");
                Expect.Equal("微信", sold.Items("paylist")[0].Text("paymode"));
                Expect.True(sold.CanvasText().Contains("支付金额: "), "the amount");
                byte[] picture = sold.CanvasPng(font);
                Same(PngSignature, Part(picture, 0, PngSignature.Length));
                string file = Path.Combine(shop.Folder, "弹窗.png");
                sold.CanvasPngFile(file, font);
                Same(picture, File.ReadAllBytes(file));
            }
            using (Shop shop = new Shop())
            using (WsyReply reply = shop.Client.Time())
            {
                Expect.Equal("", reply.CanvasText());
                Expect.Equal(0, reply.CanvasPng(font).Length);
                Expect.Error(WsyCode.ErrNoField,
                    delegate { reply.CanvasPngFile(Path.Combine(shop.Folder, "none.png"), font); });
            }
        }

        [Test]
        public static void AReplyWithoutAReceiptHasNone()
        {
            string font = Sandbox.Given("WSY_FONT");
            using (Shop shop = new Shop())
            using (WsyReply reply = shop.Client.Time())
            {
                string file = Path.Combine(shop.Folder, "none.png");
                Expect.Equal(0, reply.ReceiptBytes().Length);
                Expect.Equal("", reply.ReceiptText());
                Expect.Equal(0, reply.ReceiptPng(58, font).Length);
                Expect.Error(WsyCode.ErrNoField, delegate { reply.ReceiptPngFile(file, 58, font); });
                Expect.True(!File.Exists(file), "no file");
                Expect.Error(WsyCode.ErrNoField, delegate { shop.Client.PrintReceipt(reply, "tcp:127.0.0.1:1"); });
                Expect.Error(WsyCode.ErrHandle, delegate { shop.Client.PrintReceipt(null, "tcp:127.0.0.1:1"); });
            }
        }

        [Test]
        public static void APrinterGetsTheBytes()
        {
            byte[] kick = { 0x1b, 0x70, 0x00, 0x19, 0xfa };
            using (Shop shop = new Shop())
            using (WsyOutcome sold = Sold(shop))
            {
                using (Printer printer = new Printer())
                {
                    shop.Client.PrintReceipt(sold, printer.Name);
                    Same(Joined(Questions, sold.ReceiptBytes()), printer.Paper());
                }
                using (Printer printer = new Printer())
                {
                    shop.Client.PrintBytes(kick, printer.Name, 5000);
                    Same(Joined(Questions, kick), printer.Paper());
                }
            }
        }

        [Test]
        public static void APrinterThatIsNotThereIsTold()
        {
            using (Shop shop = new Shop())
            using (WsyOutcome sold = Sold(shop))
            {
                WsyException error = Expect.Error(
                    WsyCode.ErrPrinterOffline, delegate { shop.Client.PrintReceipt(sold, "tcp:127.0.0.1:1"); });
                Expect.True(error.Detail != "", "the reason");
                byte[] bytes = { 0x0a };
                foreach (string name in new[] { "queue:no such printer", "nonsense" })
                    Expect.Error(WsyCode.ErrNoPrinter, delegate { shop.Client.PrintBytes(bytes, name); });
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.PrintBytes(new byte[0], "tcp:127.0.0.1:1"); });
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.PrintBytes(null, "tcp:127.0.0.1:1"); });
                Expect.Error(WsyCode.ErrArgument, delegate { shop.Client.PrintBytes(bytes, "tcp:127.0.0.1:1", 99); });
            }
        }

        private static WsyOutcome Sold(Shop shop)
        {
            WsyOutcome sold = shop.Client.Micropay("B-1", shop.Sandbox.Customer(), 880);
            Expect.Equal(Verdict.Paid, sold.Verdict);
            return sold;
        }

        private static void FitsInto(int columns, string text)
        {
            Expect.Contains("8.80", text);
            foreach (string line in text.Split('\n'))
            {
                int width = 0;
                foreach (char character in line)
                    width += character < 0x80 ? 1 : 2;
                Expect.True(width <= columns, columns + " columns: " + line);
            }
        }

        private static void Same(byte[] expected, byte[] actual)
        {
            Expect.Equal(BitConverter.ToString(expected), BitConverter.ToString(actual));
        }

        private static byte[] Part(byte[] bytes, int start, int length)
        {
            byte[] part = new byte[length];
            Array.Copy(bytes, start, part, 0, length);
            return part;
        }

        private static byte[] Joined(byte[] first, byte[] second)
        {
            byte[] joined = new byte[first.Length + second.Length];
            first.CopyTo(joined, 0);
            second.CopyTo(joined, first.Length);
            return joined;
        }

        /// <summary>
        /// A network printer that keeps what it receives and does not answer status requests.
        /// </summary>
        private sealed class Printer : IDisposable
        {
            private readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
            private readonly MemoryStream paper = new MemoryStream();
            private readonly Thread printing;
            private Exception trouble;

            internal Printer()
            {
                listener.Start();
                printing = new Thread(Print);
                printing.IsBackground = true;
                printing.Start();
            }

            internal string Name
            {
                get { return "tcp:127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port; }
            }

            /// <summary>Everything that arrived until the till hung up.</summary>
            internal byte[] Paper()
            {
                Expect.True(printing.Join(TimeSpan.FromSeconds(30)), "the end of the bytes, within 30 s");
                Expect.True(trouble == null, "no trouble: " + trouble);
                return paper.ToArray();
            }

            public void Dispose()
            {
                listener.Stop();
            }

            private void Print()
            {
                try
                {
                    using (TcpClient till = listener.AcceptTcpClient())
                    using (NetworkStream stream = till.GetStream())
                        stream.CopyTo(paper);
                }
                catch (Exception error)
                {
                    trouble = error;
                }
            }
        }
    }
}
