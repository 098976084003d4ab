// A small till on the wsy library. Copy from it what you need.
//
//   Till FOLDER [BASE] [--set NAME=VALUE]...
//
//   FOLDER  this till's data folder: one till, one folder
//   BASE    the platform's address, if it is not the default one
//   --set   an option of wsy_open, such as --set poll_ms=1000
//
// The scanner is the keyboard: a scanner in keyboard mode types the code and presses Enter, just like a
// person.
//
// Compile it together with the sources of the binding, or against Wsy.dll:
//   csc /out:Till.exe Till.cs Wsy\*.cs          and put wsy.dll beside Till.exe (or in x86 and x64 below it)
// It is limited to C# 4, so the compiler of .NET Framework 4.0 accepts it too.

using System;
using System.Collections.Generic;
using Wsy;

internal static class Till
{
    private static int Main(string[] arguments)
    {
        string folder;
        WsyParams options = new WsyParams();
        if (!ReadArguments(arguments, out folder, options))
        {
            Console.Error.WriteLine("usage: Till FOLDER [BASE] [--set NAME=VALUE]...");
            return 2;
        }
        try
        {
            using (WsyClient client = WsyClient.Open(folder, options))
            using (Cashier cashier = new Cashier(client))
                cashier.Serve();
            return 0;
        }
        catch (WsyException error)
        {
            Show.Error(error);
            return 1;
        }
    }

    private static bool ReadArguments(string[] arguments, out string folder, WsyParams options)
    {
        folder = null;
        bool baseSeen = false;
        for (int index = 0; index < arguments.Length; index++)
        {
            if (arguments[index] == "--set")
            {
                string[] pair = index + 1 < arguments.Length ? arguments[++index].Split(new[] { '=' }, 2) : new string[0];
                if (pair.Length != 2)
                    return false;
                options.Add(pair[0], pair[1]);
            }
            else if (folder == null)
            {
                folder = arguments[index];
            }
            else if (!baseSeen)
            {
                baseSeen = true;
                options.Add("base", arguments[index]);
            }
            else
            {
                return false;
            }
        }
        return folder != null;
    }
}

/// <summary>The commands of the till.</summary>
internal sealed class Cashier : IDisposable
{
    private readonly WsyClient client;

    // Payments that the last run left open are queried in the background, while the shop goes on selling.
    private WsyWork recovery;
    private readonly List<Command> commands = new List<Command>();

    internal Cashier(WsyClient client)
    {
        this.client = client;
        Add("activate", 1, 1, Activate, "activate CODE", "激活本机，只需一次 only once");
        Add("config", 0, 0, Config, "config", "重新读取支付配置 read the pay config");
        Add("time", 0, 0, Time, "time", "核对时钟 compare the clocks");
        Add("pay", 2, 3, Pay, "pay NUMBER YUAN [AUTHCODE]", "收款 charge a customer");
        Add("refund", 3, 3, Refund, "refund REFUNDNO NUMBER YUAN", "退款 give money back");
        Add("void", 1, 1, Void, "void NUMBER", "撤销整单 undo a bill, paid or not");
        Add("settle", 1, 1, Settle, "settle NUMBER", "查清一笔单 find out what became of a bill");
        Add("decide", 4, 4, Decide, "decide NUMBER paid|not_paid|keep WHO WHY",
            "人工认定查不清的收款 a person's word on a charge");
        Add("decide_refund", 4, 4, DecideRefund, "decide_refund REFUNDNO refunded|not_refunded|keep WHO WHY",
            "人工认定查不清的退款 the same on a refund");
        Add("bill", 1, 1, Bill, "bill NUMBER", "读取平台账单 read the platform's bill");
        Add("reprint", 1, 1, Reprint, "reprint NUMBER", "补打小票 the receipt once more");
        Add("unresolved", 0, 0, Unresolved, "unresolved", "未查清和未了结的单 what is not decided or finished");
        Add("wait", 0, 0, WaitForRecovery, "wait", "等待后台查询 wait for what is being asked about");
        Add("ledger", 0, 1, Ledger, "ledger [YYYY-MM-DD]", "当日流水 the rows of a day");
        Add("reconcile", 0, 1, Reconcile, "reconcile [YYYY-MM-DD]", "与平台对账 compare a day with the platform");
        Add("close_day", 1, 1, CloseDay, "close_day WHO", "日结 close the day");
        Add("alarms", 0, 0, Alarms, "alarms", "警报 verdicts that turned out to be wrong");
        Add("acknowledge", 2, 2, Acknowledge, "acknowledge ID WHO", "确认警报 a person has seen to it");
        Add("help", 0, 0, Help, "help", "命令列表 this list");
    }

    internal void Serve()
    {
        Greet();
        while (true)
        {
            LookAtRecovery(0);
            string[] words = ReadWords("till> ");
            if (words == null)
                return;
            if (words.Length == 0)
                continue;
            if (words[0] == "quit")
                return;
            Run(words);
        }
    }

    // Frees it only: the next start continues where it stopped.
    public void Dispose()
    {
        if (recovery != null)
            recovery.Dispose();
    }

    private void Add(string name, int least, int most, Action<string[]> run, string usage, string what)
    {
        commands.Add(new Command { Name = name, Least = least, Most = most, Run = run, Usage = usage, What = what });
    }

    private void Run(string[] words)
    {
        Command command = commands.Find(delegate(Command known) { return known.Name == words[0]; });
        if (command == null)
        {
            Console.WriteLine("  没有这个命令，请输入 help  no such command, type help");
            return;
        }
        if (words.Length - 1 < command.Least || words.Length - 1 > command.Most)
        {
            Console.WriteLine("  用法 usage: " + command.Usage);
            return;
        }
        try
        {
            command.Run(words);
        }
        catch (WsyException error)
        {
            // An error is neither "paid" nor "not paid". It means that nothing was sent that moves money.
            Show.Error(error);
        }
    }

    // Before the first payment: shows what the last run left open or unfinished, and starts to settle it.
    private void Greet()
    {
        WsyReply opened = client.Opened;
        if (opened.Text("device_id") == "")
            Console.WriteLine("  尚未激活 not activated yet: activate CODE");
        else
            Show.Config(opened);
        int open = opened.Number("open_charges") + opened.Number("open_refunds");
        if (open + opened.Number("conflicts") + opened.Number("unfinished") > 0)
        {
            Console.WriteLine("  上次有未查清或未了结的单 the last run left these open or unfinished:");
            Unresolved(null);
        }
        if (open > 0)
            Recover();
        if (opened.Number("alarms") > 0)
            Console.WriteLine("  有警报，请店长处理 verdicts turned out to be wrong, a person has to see them: alarms");
    }

    private void Recover()
    {
        try
        {
            recovery = client.RecoverStart();
            Console.WriteLine("  正在后台查询，可以继续收款 asking about them in the background, go on selling");
        }
        catch (WsyException error)
        {
            // They stay on the list; meanwhile the till can be used for other bills.
            Show.Error(error);
        }
    }

    // Checks whether it has ended, waiting at most this long, and shows the result.
    private void LookAtRecovery(int timeoutMs)
    {
        if (recovery == null)
            return;
        WsyReply reply;
        try
        {
            if (!recovery.Wait(timeoutMs, out reply))
                return;
            using (reply)
            {
                Console.WriteLine("  后台查询结束 recovered: 查清 settled {0}, 未查清 open {1}",
                    reply.Number("settled"), reply.Number("open"));
                Show.Rows(reply);
                Show.Unfinished(reply);
            }
        }
        catch (WsyException error)
        {
            Show.Error(error);
        }
        Dispose();
        recovery = null;
    }

    // Shows the progress.
    private void WaitForRecovery(string[] words)
    {
        if (recovery == null)
            Console.WriteLine("  后台没有查询 nothing is being asked about");
        string shown = "";
        while (recovery != null)
        {
            string text = recovery.Text(WsyLanguage.Zh) + "  " + recovery.Text(WsyLanguage.En);
            if (text != shown)
                Console.WriteLine("  " + text);
            shown = text;
            LookAtRecovery(200);
        }
    }

    private void Activate(string[] words)
    {
        using (WsyReply reply = client.Activate(words[1]))
        {
            Console.WriteLine("  已激活 ACTIVATED");
            Show.Config(reply);
        }
    }

    private void Config(string[] words)
    {
        using (WsyReply reply = client.Config(true))
            Show.Config(reply);
    }

    private void Time(string[] words)
    {
        using (WsyReply reply = client.Time())
        {
            Console.WriteLine("  平台时间 platform: " + reply.Text("time"));
            Console.WriteLine("  本机快 this machine is ahead by " + reply.Number("ahead_s") + " s");
        }
    }

    // words[1] is the shop's own number of this bill. If this program dies during the call, calling again
    // with the same number continues where it stopped: it is never charged twice.
    private void Pay(string[] words)
    {
        int fen = WsyLibrary.YuanToFen(words[2]);
        string authCode = words.Length > 3 ? words[3] : ReadLine("请扫付款码 scan: ");
        if (authCode == null)
            return;
        using (WsyPayment payment = client.MicropayStart(words[1], authCode, fen))
            Show.Outcome(WaitFor(payment));
    }

    private void Refund(string[] words)
    {
        int fen = WsyLibrary.YuanToFen(words[3]);
        using (WsyPayment payment = client.RefundStart(words[1], words[2], null, fen))
            Show.Outcome(WaitFor(payment));
    }

    // Shows the cashier the progress. Ctrl-C stops waiting; it cannot undo the payment: a charge that may
    // have been made ends as unknown. A program with a window uses MicropayAsync, or a timer that polls; see
    // the binding's README.md.
    private static WsyOutcome WaitFor(WsyPayment payment)
    {
        bool stop = false;
        ConsoleCancelEventHandler pressed = delegate(object sender, ConsoleCancelEventArgs keys)
        {
            keys.Cancel = true;
            stop = true;
        };
        Console.CancelKeyPress += pressed;
        try
        {
            WsyOutcome outcome;
            string shown = "";
            do
            {
                if (stop)
                    payment.Cancel();
                string text = payment.Text(WsyLanguage.Zh) + "  " + payment.Text(WsyLanguage.En);
                if (text != shown)
                    Console.WriteLine("  " + text);
                shown = text;
            }
            while (!payment.Wait(200, out outcome));
            return outcome;
        }
        finally
        {
            Console.CancelKeyPress -= pressed;
        }
    }

    private void Void(string[] words)
    {
        using (WsyPayment payment = client.VoidStart(words[1]))
            Show.Outcome(WaitFor(payment));
    }

    private void Settle(string[] words)
    {
        using (WsyPayment payment = client.SettleStart(words[1]))
            Show.Outcome(WaitFor(payment));
    }

    // Records what a person has found out, in the back office or on the customer's phone, about a bill that
    // stays unknown.
    private void Decide(string[] words)
    {
        using (WsyReply reply = client.Decide(words[1], words[2], words[3], words[4]))
            Console.WriteLine("  已记下 written down: " + reply.Text("state"));
    }

    private void DecideRefund(string[] words)
    {
        using (WsyReply reply = client.DecideRefund(words[1], words[2], words[3], words[4]))
            Console.WriteLine("  已记下 written down: " + reply.Text("state"));
    }

    private void Bill(string[] words)
    {
        using (WsyReply reply = client.ReadBill(words[1]))
        {
            Console.WriteLine("  平台单号 order:     " + reply.Text("dm_id"));
            Console.WriteLine("  已付 paid:          " + WsyLibrary.FenToYuan(reply.Number("pay_total_fen")));
            Console.WriteLine("  已退 refunded:      " + WsyLibrary.FenToYuan(reply.Number("refunded_fen")));
            Console.WriteLine("  可退 refundable:    " + WsyLibrary.FenToYuan(reply.Number("refundable_fen")));
            foreach (WsyItem line in reply.Items("pay"))
            {
                Console.WriteLine("  {0,10}  {1,-19}  {2}",
                    line.Text("pay_total"), line.Text("pay_time"), line.Text("pay_name"));
            }
        }
    }

    private void Reprint(string[] words)
    {
        try
        {
            using (WsyReply reply = client.Reprint(words[1]))
                Show.Receipt(reply);
        }
        catch (WsyException error)
        {
            Show.Error(error);
            // Without the platform's receipt the reply has the ledger's, if there is one.
            Show.Receipt(error.Reply);
        }
    }

    private void Unresolved(string[] words)
    {
        using (WsyReply reply = client.Unresolved())
        {
            if (reply.Number("open") == 0)
                Console.WriteLine("  没有未查清的单 nothing is unresolved");
            else
                Show.Rows(reply);
            Show.Unfinished(reply);
        }
    }

    private void Ledger(string[] words)
    {
        using (WsyReply reply = client.Day(words.Length > 1 ? words[1] : null))
        {
            Show.Rows(reply);
            Console.WriteLine("  收款 paid {0}   退款 refunded {1}   未查清 open {2}",
                WsyLibrary.FenToYuan(reply.Number("paid_fen")), WsyLibrary.FenToYuan(reply.Number("refunded_fen")),
                reply.Number("open"));
        }
    }

    private void Reconcile(string[] words)
    {
        using (WsyReply reply = client.Reconcile(words.Length > 1 ? words[1] : null))
        {
            Console.WriteLine("  已核对 asked {0}，差异 differences {1}", reply.Number("asked"), reply.Number("differences"));
            foreach (WsyItem difference in reply.Items("difference"))
                Show.Difference(difference);
        }
    }

    // Its totals are final, and later outcomes count for the next day.
    private void CloseDay(string[] words)
    {
        using (WsyReply reply = client.CloseDay(words[1]))
        {
            Console.WriteLine("  已日结 day closed: " + reply.Text("closed"));
            Console.WriteLine("  日结人 closed by: " + reply.Text("closed_by"));
            Console.WriteLine("  收款 paid: " + WsyLibrary.FenToYuan(reply.Number("paid_fen")));
            Console.WriteLine("  退款 refunded: " + WsyLibrary.FenToYuan(reply.Number("refunded_fen")));
            Console.WriteLine("  未查清 open: " + reply.Number("open"));
        }
    }

    private void Alarms(string[] words)
    {
        using (WsyReply reply = client.Alarms())
        {
            Console.WriteLine("  警报 alarms: " + reply.Number("alarms"));
            foreach (WsyItem alarm in reply.Items("alarm"))
            {
                Console.Write("  #" + alarm.Text("id"));
                Show.Difference(alarm);
            }
        }
    }

    private void Acknowledge(string[] words)
    {
        int alarm;
        if (!int.TryParse(words[1], out alarm))
        {
            Console.WriteLine("  警报编号是数字 the number of an alarm, see: alarms");
            return;
        }
        client.Acknowledge(alarm, words[2]);
        Console.WriteLine("  已确认 acknowledged");
    }

    private void Help(string[] words)
    {
        foreach (Command command in commands)
            Console.WriteLine("  {0,-28} {1}", command.Usage, command.What);
        Console.WriteLine("  {0,-28} {1}", "quit", "退出 end the program");
    }

    private static string ReadLine(string prompt)
    {
        Console.Write(prompt);
        return Console.ReadLine();
    }

    private static string[] ReadWords(string prompt)
    {
        string line = ReadLine(prompt);
        return line == null ? null : line.Split(new[] { ' ', '\t' }, StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class Command
    {
        internal string Name, Usage, What;
        internal int Least, Most; // how many words follow
        internal Action<string[]> Run;
    }
}

/// <summary>What the cashier sees.</summary>
internal static class Show
{
    internal static void Error(WsyException error)
    {
        Console.WriteLine("  --  没有完成，款项没有变动 FAILED, NO MONEY MOVED ({0})  --", error.Code);
        Sentences(error.MessageZh + error.AdviceZh, error.MessageEn + " " + error.AdviceEn);
    }

    // Tells the cashier how a call about money ended.
    internal static void Outcome(WsyOutcome outcome)
    {
        using (outcome)
        {
            Console.WriteLine("  ========  {0}  ========", Headline(outcome.Verdict));
            Sentences(outcome.MessageZh + outcome.AdviceZh, outcome.MessageEn + " " + outcome.AdviceEn);
            if (outcome.Verdict == Verdict.NotPaid || outcome.Verdict == Verdict.NotRefunded)
                Labelled("原因 reason:", outcome.Text("reason", ""));
            Labelled("金额 yuan:", outcome.Text(outcome.Verdict == Verdict.Refunded ? "refund" : "total", ""));
            Labelled("平台单号 order:", outcome.Text("dm_id", ""));
            if (outcome.Verdict == Verdict.PaidEarlier)
                Labelled("首次收款 first told:", outcome.FirstTold);
            if (outcome.Verdict == Verdict.Decided)
            {
                Labelled("认定结果 decision:", outcome.Decision);
                Labelled("认定人 decided by:", outcome.Text("decided_by", ""));
                Labelled("理由 why:", outcome.Text("why", ""));
            }
            if (outcome.Verdict == Verdict.Unknown)
                Console.WriteLine("  查清 to find out: settle NUMBER; 查不清的由人工认定 if it stays so: decide NUMBER ...");
            if (outcome.Verdict == Verdict.Paid)
                HandOver(outcome);
        }
    }

    // The only place in this program where goods change hands: a bill gets here once, however often it is
    // queried.
    private static void HandOver(WsyOutcome outcome)
    {
        if (outcome.Number("paid_attempts", 0) > 1)
            Console.WriteLine("  注意：这笔单收了不止一次款，请退还多收的 careful: paid more than once, give the rest back");
        Receipt(outcome);
    }

    internal static void Receipt(WsyReply reply)
    {
        // A real till sends reply.ReceiptBytes() to its ESC/POS printer instead.
        foreach (string line in reply.Receipt.Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries))
            Console.WriteLine("    | " + line.TrimEnd('\r'));
    }

    internal static void Config(WsyReply reply)
    {
        Labelled("设备 device:", reply.Text("device_id", ""));
        Labelled("商户 shop:", reply.Text("client_name", ""));
        if (reply.Text("config_source", "") == "file")
        {
            Console.WriteLine("  连不上平台，用的是 {0} 秒前保存的配置 offline, config is {0} s old",
                reply.Number("config_age_s"));
        }
        foreach (WsyItem type in reply.Items("dm_code"))
            Console.WriteLine("  支付方式 pay type: {0,-8}  {1}", type.Text("code"), type.Text("name"));
    }

    private const string Row = "  {0,-7} {1,-16}  {2,-16}  {3,10}  {4,-12}  {5}";

    // One line for each charge and refund of a reply.
    internal static void Rows(WsyReply reply)
    {
        Console.WriteLine(Row, "kind", "number", "order", "yuan", "state", "begun");
        Items(reply, "charge", "charge", "out_trade_no", "total");
        Items(reply, "refund", "refund", "out_refund_no", "refund");
    }

    // Bills that are paid but may never have been reported as paid: the goods may or may not have been handed
    // over.
    internal static void Unfinished(WsyReply reply)
    {
        if (reply.Count("unfinished") == 0)
            return;
        Console.WriteLine("  已收款，但不能确认收银员看到过：先弄清商品是否已交付，再 settle NUMBER");
        Console.WriteLine("  paid, and nobody is known to have seen it: are the goods gone? Then: settle NUMBER");
        Items(reply, "unfinished", "charge", "out_trade_no", "total");
    }

    private static void Items(WsyReply reply, string list, string kind, string number, string yuan)
    {
        foreach (WsyItem item in reply.Items(list))
        {
            Console.WriteLine(Row, kind, item.Text(number), item.Text("dm_id"), item.Text(yuan), item.Text("state"),
                item.Text("started"));
        }
    }

    internal static void Difference(WsyItem difference)
    {
        Console.WriteLine("  {0}  {1} {2}  本机 here {3}  平台 there {4}",
            difference.Text("kind"), difference.Text("out_trade_no"), difference.Text("dm_id"),
            difference.Text("here"), difference.Text("there"));
        Sentences(difference.Text("message_zh"), difference.Text("message_en"));
    }

    private static string Headline(Verdict verdict)
    {
        switch (verdict.Code)
        {
            case WsyCode.Paid: return "已收款  PAID";
            case WsyCode.NotPaid: return "没有收款  NOT PAID";
            case WsyCode.Refunded: return "已退款  REFUNDED";
            case WsyCode.NotRefunded: return "没有退款  NOT REFUNDED";
            case WsyCode.PaidEarlier: return "已付过款，不要再收款  PAID EARLIER";
            case WsyCode.Decided: return "已由人工认定  DECIDED";
            case WsyCode.Voided: return "已撤销  VOIDED";
            default: return "结果未知  UNKNOWN";
        }
    }

    // Detail is for the log, not for the cashier.
    private static void Sentences(string chinese, string english)
    {
        Console.WriteLine("  " + chinese);
        Console.WriteLine("  " + english.TrimEnd());
    }

    private static void Labelled(string label, string text)
    {
        if (text != "")
            Console.WriteLine("  " + label + " " + text);
    }
}
