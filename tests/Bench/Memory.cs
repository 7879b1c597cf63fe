using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace PSScim.Bench;

/// <summary>A process's own memory, in bytes.</summary>
internal readonly record struct Memory(long Managed, long Private, long Committed)
{
    /// <summary>
    /// What is alive now: everything dead is collected, and what the collector and the native allocator hold free is given
    /// back to the system first, so far as they can be told to.
    /// </summary>
    internal static Memory Settled()
    {
        FreeMemory.GiveBack();
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        return new(managed, PrivateBytes(), GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes);
    }

    /// <summary>What is kept above an earlier state.</summary>
    internal Outcome Above(Memory before, Outcome outcome) => outcome with
    {
        KeptManaged = Managed - before.Managed,
        KeptNative = Math.Max(0, Private - before.Private - (Committed - before.Committed)),
        KeptPrivate = Private - before.Private,
    };

    /// <summary>The most that was ever resident.</summary>
    internal static long Peak()
    {
        if (OperatingSystem.IsLinux())
            return Status("VmHWM:");
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static long PrivateBytes()
    {
        if (OperatingSystem.IsLinux())
            return Status("RssAnon:");
        using Process self = Process.GetCurrentProcess();
        return self.PrivateMemorySize64;
    }

    private static long Status(string name) =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
