using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Reflection;
using System.Threading;

namespace Wsy.Tests
{
    /// <summary>A method that is a test: public, static, without parameters.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute
    {
    }

    /// <summary>Runs every test, several at a time, and ends with the line "N passed, M failed".</summary>
    /// <remarks>
    /// The same sources run under Mono and under .NET Core, with the variables WSY_SANDBOX (the sandbox
    /// program), WSY_HEADER (wsy.h), WSY_TILL (the compiled example) and WSY_FONT (the font for tests).
    /// </remarks>
    public static class Runner
    {
        private const int Workers = 6;
        private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

        private static readonly Queue<MethodInfo> Waiting = new Queue<MethodInfo>();
        private static readonly List<string> Running = new List<string>();
        private static int passed;
        private static int failed;

        private static int Main(string[] arguments)
        {
            if (arguments.Length > 0 && arguments[0] == "child")
                return Child.Run(arguments);
            string only = arguments.Length > 0 ? arguments[0] : "";
            foreach (Type type in typeof(Runner).Assembly.GetTypes())
            {
                foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Static))
                {
                    if (method.IsDefined(typeof(TestAttribute), false) && Name(method).Contains(only))
                        Waiting.Enqueue(method);
                }
            }
            bool ended = RunAll();
            if (!ended)
            {
                FailThoseThatRun();
                Sandbox.StopAll();
            }
            Console.WriteLine("{0} passed, {1} failed", passed, failed);
            Console.Out.Flush();
            if (!ended)
                Process.GetCurrentProcess().Kill();
            return failed == 0 ? 0 : 1;
        }

        private static bool RunAll()
        {
            Stopwatch clock = Stopwatch.StartNew();
            List<Thread> threads = new List<Thread>();
            for (int worker = 0; worker < Workers; worker++)
            {
                Thread thread = new Thread(Work) { IsBackground = true };
                thread.Start();
                threads.Add(thread);
            }
            foreach (Thread thread in threads)
            {
                TimeSpan left = Deadline - clock.Elapsed;
                if (left <= TimeSpan.Zero || !thread.Join(left))
                    return false;
            }
            return true;
        }

        private static void Work()
        {
            MethodInfo test;
            while ((test = Next()) != null)
            {
                Exception error = null;
                try
                {
                    test.Invoke(null, null);
                }
                catch (TargetInvocationException thrown)
                {
                    error = thrown.InnerException;
                }
                End(test, error);
            }
        }

        private static MethodInfo Next()
        {
            lock (Waiting)
            {
                if (Waiting.Count == 0)
                    return null;
                MethodInfo test = Waiting.Dequeue();
                Running.Add(Name(test));
                return test;
            }
        }

        private static void End(MethodInfo test, Exception error)
        {
            lock (Waiting)
            {
                Running.Remove(Name(test));
                if (error == null)
                {
                    passed++;
                    return;
                }
                failed++;
                Console.WriteLine("FAILED {0}: {1}", Name(test), error);
            }
        }

        private static void FailThoseThatRun()
        {
            lock (Waiting)
            {
                foreach (string name in Running)
                    Console.WriteLine("FAILED {0}: it did not end", name);
                failed += Running.Count + Waiting.Count;
            }
        }

        private static string Name(MethodInfo test)
        {
            return test.DeclaringType.Name + "." + test.Name;
        }
    }
}
