using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using PSScim.Bench;

namespace PSScim.Soak;

/// <summary>What the process holds at one moment. Memory in bytes, without what is dead or held free.</summary>
internal readonly record struct Reading(TimeSpan At, int Handles, int Threads, long Managed, long Private)
{
    private static readonly Stopwatch s_since = Stopwatch.StartNew();

    internal static Reading Take()
    {
        FreeMemory.GiveBack();
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        using Process self = Process.GetCurrentProcess();
        return OperatingSystem.IsLinux()
            ? new(s_since.Elapsed, Directory.GetFileSystemEntries("/proc/self/fd").Length, self.Threads.Count, managed, RssAnon())
            : new(s_since.Elapsed, self.HandleCount, self.Threads.Count, managed, self.PrivateMemorySize64);
    }

    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture,
        "| {0,6:0} s | {1,4} | {2,4} | {3,7:0.0} | {4,7:0.0} |",
        At.TotalSeconds, Handles, Threads, Managed / 1e6, Private / 1e6);

    internal static void Head()
    {
        Console.WriteLine("| at | handles | threads | managed MB | private MB |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
    }

    /// <summary>
    /// Whether nothing has grown since an earlier reading beyond what caches and pools may: a few handles and threads,
    /// and so many bytes.
    /// </summary>
    internal bool IsFlatSince(Reading earlier, int handles, int threads, long bytes) =>
        Handles - earlier.Handles <= handles && Threads - earlier.Threads <= threads
        && Managed - earlier.Managed <= bytes && Private - earlier.Private <= bytes;

    private static long RssAnon() => long.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;
}
