using System;
using System.Runtime;
using System.Runtime.InteropServices;

namespace PSScim.Bench;

/// <summary>What the collector and the native allocator hold without using it. The soak runs measure with this too.</summary>
internal static class FreeMemory
{
    /// <summary>Collects everything dead, and gives back what is free, so far as both can be told to.</summary>
    internal static void GiveBack()
    {
        for (int i = 0; i < 3; i++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        try
        {
            if (OperatingSystem.IsLinux())
                _ = NativeHeap.malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc.
        }
    }

    private static class NativeHeap
    {
        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        internal static extern int malloc_trim(nuint pad);
    }
}
