using System;
using System.Diagnostics;

namespace PSScim.Bench;

/// <summary>Wall time and the process's processor time, from when it is made.</summary>
internal sealed class Clock
{
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly Stopwatch _wall = Stopwatch.StartNew();

    /// <summary>What has passed.</summary>
    internal Outcome Stop()
    {
        _wall.Stop();
        return new Outcome { Seconds = _wall.Elapsed.TotalSeconds, CpuSeconds = (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds };
    }
}
