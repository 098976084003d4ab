// C# with HttpWebRequest: queries, and reads ten fields of each response.
//
//     WebRequest.exe BASE CALLS     prints cpu_us and wall_us a call
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

static class Peer
{
    const string Key = "0123456789abcdef0123456789abcdef";
    const int WarmUp = 20;

    static void Query(string url)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            { "action", "query" }, { "dm_id", "dm2032288236" }, { "device_id", "215117" },
        };
        var signed = new StringBuilder();
        var body = new StringBuilder();
        foreach (var field in fields)
        {
            signed.Append(field.Key).Append('=').Append(field.Value).Append('&');
            body.Append(field.Key).Append('=').Append(Uri.EscapeDataString(field.Value)).Append('&');
        }
        signed.Append("key=").Append(Key);
        using (var sha1 = SHA1.Create())
        {
            var hash = sha1.ComputeHash(Encoding.UTF8.GetBytes(signed.ToString()));
            body.Append("sign=").Append(BitConverter.ToString(hash).Replace("-", ""));
        }
        var request = (HttpWebRequest)System.Net.WebRequest.Create(url);
        request.Method = "POST";
        request.ContentType = "application/x-www-form-urlencoded";
        request.KeepAlive = true;
        request.Timeout = 30000;
        request.Proxy = null;
        var bytes = Encoding.ASCII.GetBytes(body.ToString());
        request.ContentLength = bytes.Length;
        using (var stream = request.GetRequestStream())
            stream.Write(bytes, 0, bytes.Length);
        var document = new XmlDocument { XmlResolver = null };
        using (var response = request.GetResponse())
        using (var reader = new StreamReader(response.GetResponseStream(), Encoding.UTF8))
            document.LoadXml(reader.ReadToEnd());
        foreach (var name in new[] { "ok", "total", "pay_type", "pay_time", "info", "dm_id", "openid", "pay_id", "remark" })
            if (!document.DocumentElement.HasAttribute(name))
                throw new InvalidDataException(name);
        if (document.SelectSingleNode("/dm/paylist/pay/printinfo").InnerText.Length == 0)
            throw new InvalidDataException("printinfo");
    }

    static void Main(string[] arguments)
    {
        var url = arguments[0] + "/o2o-dm/op.php";
        var calls = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        ServicePointManager.Expect100Continue = false;
        ServicePointManager.UseNagleAlgorithm = false;
        for (var i = 0; i < WarmUp && calls > 1; i++)
            Query(url);
        var self = Process.GetCurrentProcess();
        var cpu = self.TotalProcessorTime;
        var wall = Stopwatch.StartNew();
        for (var i = 0; i < calls; i++)
            Query(url);
        wall.Stop();
        self.Refresh();
        var spent = (self.TotalProcessorTime - cpu).TotalMilliseconds;
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "cpu_us {0:F3}", spent * 1000 / calls));
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "wall_us {0:F3}", wall.Elapsed.TotalMilliseconds * 1000 / calls));
    }
}
