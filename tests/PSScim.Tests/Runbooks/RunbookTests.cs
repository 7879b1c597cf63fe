using System;
using System.IO;
using System.Threading.Tasks;
using PSScim.Tests.Shell;
using Xunit;

namespace PSScim.Tests.Runbooks;

/// <summary>Long jobs under what Azure Automation does to them.</summary>
public sealed class RunbookTests
{
    [SandboxFact]
    public async Task The_tour_of_100_000_users_fits_into_the_sandbox()
    {
        using Sandbox sandbox = Sandbox.TryMake(out _)!;
        ShellResult result = await sandbox.Run(Path.Combine(ShellProcess.Root, "examples", "tour.ps1"), "-Users", "100000");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("of 100,000 users are inactive", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        // The kernel would have ended it at the cap; that it came near would be a warning for the next change.
        Assert.InRange(sandbox.Peak, 1, Sandbox.Memory * 9 / 10);
    }
}
