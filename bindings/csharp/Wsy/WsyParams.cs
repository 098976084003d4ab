using System;
using System.Collections;
using System.Collections.Generic;

namespace Wsy
{
    /// <summary>
    /// Named values for a call, such as the options of <see cref="WsyClient.Open(string, WsyParams)"/>. A
    /// call copies it, so it can be reused or changed as soon as the call has returned. Only one thread at a
    /// time may change it.
    /// </summary>
    /// <example><code>new WsyParams { { "poll_ms", "2000" }, { "ver", "1.7" } }</code></example>
    public sealed class WsyParams : IEnumerable<KeyValuePair<string, string>>
    {
        private readonly List<KeyValuePair<string, string>> values = new List<KeyValuePair<string, string>>();

        /// <summary>An empty list of named values.</summary>
        public WsyParams()
        {
        }

        private WsyParams(IEnumerable<KeyValuePair<string, string>> values)
        {
            this.values.AddRange(values);
        }

        /// <summary>Sets a named value; a second value for the same name replaces the first.</summary>
        public void Add(string name, string value)
        {
            values.Add(new KeyValuePair<string, string>(name, value));
        }

        /// <summary>Sets a named value; a second value for the same name replaces the first.</summary>
        public void Add(string name, int value)
        {
            Add(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        /// <summary>The named values in the order in which they were set.</summary>
        public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
        {
            return values.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator()
        {
            return GetEnumerator();
        }

        /// <summary>A copy that is independent of the caller's later changes; null for null.</summary>
        internal static WsyParams Copy(WsyParams parameters)
        {
            return parameters == null ? null : new WsyParams(parameters.values);
        }

        /// <summary>Makes a call with a native list of these values, which is freed afterwards.</summary>
        internal static T With<T>(WsyParams parameters, Func<ParamsHandle, T> call)
        {
            if (parameters == null)
                return call(ParamsHandle.None);
            ParamsHandle handle;
            WsyException.Check(Native.wsy_params_new(Native.CodePageUtf8, out handle));
            using (handle)
            {
                foreach (KeyValuePair<string, string> pair in parameters.values)
                {
                    WsyException.Check(
                        Native.wsy_params_set(handle, Utf8.Terminated(pair.Key), Utf8.Terminated(pair.Value)));
                }
                return call(handle);
            }
        }
    }
}
