using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;

namespace Wsy.Tests
{
    /// <summary>A separate platform for one test.</summary>
    internal sealed class Sandbox : IDisposable
    {
        internal const string ActivationCode = "24901320180424";

        internal readonly string Base;

        /// <summary>A device of this platform alone.</summary>
        internal readonly string DeviceId, DeviceKey;

        private static readonly List<Sandbox> Started = new List<Sandbox>();
        private static int lastCustomer;

        private readonly Process process;

        internal Sandbox()
        {
            ProcessStartInfo start = new ProcessStartInfo(
                Given("WSY_SANDBOX"), "serve --listen 127.0.0.1:0 --seed-demo");
            start.UseShellExecute = false;
            start.RedirectStandardOutput = true;
            process = Process.Start(start);
            lock (Started)
                Started.Add(this);
            string line = process.StandardOutput.ReadLine() ?? "";
            Base = line.Substring(line.IndexOf("http://", StringComparison.Ordinal));
            string device = Control("POST", "devices", "{}");
            DeviceId = Regex.Match(device, "\"device_id\":\\s*\"(\\d+)\"").Groups[1].Value;
            DeviceKey = Regex.Match(device, "\"key\":\\s*\"(\\w+)\"").Groups[1].Value;
        }

        /// <summary>A required environment variable.</summary>
        internal static string Given(string variable)
        {
            string value = Environment.GetEnvironmentVariable(variable);
            Expect.True(!string.IsNullOrEmpty(value), "the environment variable " + variable);
            return value;
        }

        /// <summary>A new customer; the behaviour is JSON such as {"kind": "no_money"}.</summary>
        internal string Customer(string behaviour = "{\"kind\": \"pays\"}")
        {
            string code = "13" + Interlocked.Increment(ref lastCustomer).ToString("D16", CultureInfo.InvariantCulture);
            Control("PUT", "auth-codes/" + code, "{\"kind\": \"wechat\", \"behaviour\": " + behaviour + "}");
            return code;
        }

        internal string PatientCustomer()
        {
            return Customer("{\"kind\": \"never_answers\"}");
        }

        /// <summary>Adds a fault for the next requests of an action.</summary>
        internal void Fault(string on, string fault, string times = "1", int skip = 0)
        {
            Control("POST", "faults", "{\"on\": \"" + on + "\", \"times\": " + times + ", \"skip\": " + skip
                + ", \"fault\": " + fault + "}");
        }

        internal void ClearFaults()
        {
            Control("DELETE", "faults", "");
        }

        internal void SetBill(string dmId, string state)
        {
            Control("POST", "bills/" + dmId + "/state", "{\"state\": \"" + state + "\"}");
        }

        /// <summary>The platform's order for an auth code.</summary>
        internal string OrderOf(string authCode)
        {
            Match bill = null;
            Expect.Soon("a bill of " + authCode, delegate
            {
                bill = Regex.Match(Control("GET", "book", ""),
                    "\"dm_id\":\\s*\"(dm\\d+)\",\\s*\"auth_code\":\\s*\"" + authCode);
                return bill.Success;
            });
            return bill.Groups[1].Value;
        }

        /// <summary>The number of requests with this action.</summary>
        internal int Requests(string action)
        {
            return Regex.Matches(Log(), "\"action\":\\s*\"" + action + "\",\\s*\"method\"").Count;
        }

        internal string Log()
        {
            return Control("GET", "requests", "");
        }

        internal string Control(string method, string path, string body)
        {
            using (TcpClient client = new TcpClient("127.0.0.1", new Uri(Base).Port))
            using (NetworkStream stream = client.GetStream())
            {
                byte[] content = Encoding.UTF8.GetBytes(body);
                byte[] head = Encoding.ASCII.GetBytes(method + " /_sandbox/" + path + " HTTP/1.1\r\nHost: sandbox\r\n"
                    + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " + content.Length
                    + "\r\n\r\n");
                stream.Write(head, 0, head.Length);
                stream.Write(content, 0, content.Length);
                string answer = new StreamReader(stream, Encoding.UTF8).ReadToEnd();
                Expect.True(answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal), path + ": " + answer);
                return answer;
            }
        }

        /// <summary>Stops the platform: from now on nothing listens at its address.</summary>
        internal void Stop()
        {
            if (process.HasExited)
                return;
            process.Kill();
            process.WaitForExit();
        }

        /// <summary>For an aborted test run.</summary>
        internal static void StopAll()
        {
            lock (Started)
            {
                foreach (Sandbox sandbox in Started)
                    sandbox.Stop();
            }
        }

        public void Dispose()
        {
            lock (Started)
                Started.Remove(this);
            Stop();
            process.Dispose();
        }
    }

    /// <summary>A till with its own platform and data folder for one test.</summary>
    internal sealed class Shop : IDisposable
    {
        internal readonly Sandbox Sandbox = new Sandbox();
        internal readonly string Folder;

        private readonly string place;
        private WsyClient client;
        private int lastBill;

        internal Shop()
        {
            place = Path.Combine(Path.GetTempPath(), "wsy c# 测试 " + Guid.NewGuid().ToString("N"));
            Folder = Path.Combine(place, "收银 1");
            Directory.CreateDirectory(place);
        }

        /// <summary>The client, opened and activated on first use.</summary>
        internal WsyClient Client
        {
            get
            {
                if (client == null)
                {
                    client = Open();
                    client.SetDevice(Sandbox.DeviceId, Sandbox.DeviceKey).Dispose();
                }
                return client;
            }
        }

        internal WsyClient Open()
        {
            return WsyClient.Open(Folder, Options());
        }

        /// <summary>
        /// Short times, so that a suite takes seconds; timeouts that only a hang reaches are long, because
        /// the machine may be busy.
        /// </summary>
        internal WsyParams Options()
        {
            return new WsyParams
            {
                { "base", Sandbox.Base }, { "poll_ms", 50 }, { "first_query_ms", 20 }, { "quiet_ms", 200 },
                { "deadline_ms", 60000 }, { "connect_ms", 20000 }, { "response_ms", 20000 }
            };
        }

        internal string NextBill()
        {
            return "B-" + Interlocked.Increment(ref lastBill);
        }

        /// <summary>A bill that is paid.</summary>
        internal string PaidBill(int fen)
        {
            string bill = NextBill();
            using (WsyOutcome outcome = Client.Micropay(bill, Sandbox.Customer(), fen))
                Expect.Equal(Verdict.Paid, outcome.Verdict);
            return bill;
        }

        internal static WsyParams Deadline(int ms)
        {
            return new WsyParams { { "deadline_ms", ms } };
        }

        internal void Close()
        {
            if (client != null)
                client.Dispose();
            client = null;
        }

        public void Dispose()
        {
            try
            {
                Close();
            }
            finally
            {
                Sandbox.Dispose();
                Directory.Delete(place, true);
            }
        }
    }
}
