using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Package;

/// <summary>What the build and the release run is named exactly, so that it changes by a commit here and in no other way.</summary>
public sealed class BuildFilesTests
{
    private static string[] Workflows => Directory.GetFiles(Path.Combine(Engine.Root, ".github", "workflows"), "*.yml");

    [Fact]
    public void Everything_that_runs_in_a_release_is_pinned()
    {
        string[] actions = [.. Workflows.SelectMany(File.ReadLines).Where(line => line.Contains("uses:", StringComparison.Ordinal))];
        Assert.True(actions.Length > 8, $"{actions.Length} actions were found.");
        Assert.All(actions, line => Assert.Matches(@"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line));
        // The same action is the same commit everywhere.
        Assert.All(
            actions.Select(line => Regex.Match(line, "uses: ([^@]+)@(.+)$")).GroupBy(match => match.Groups[1].Value, match => match.Groups[2].Value),
            action => Assert.Single(action.Distinct()));
        foreach (string project in new[] { "PSScim", "Generate", "Notices", "Package" })
        {
            string folder = Path.Combine(Engine.Root, "powershell", project);
            Assert.True(File.Exists(Path.Combine(folder, "packages.lock.json")), project);
            Assert.Contains("<RestoreLockedMode>true</RestoreLockedMode>", File.ReadAllText(Path.Combine(folder, project + ".csproj")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_from_the_network_is_run_unseen()
    {
        string[] files = [.. Workflows, .. Directory.GetFiles(Path.Combine(Engine.Root, ".ci"))];
        Assert.All(files, file => Assert.DoesNotMatch(@"(curl|wget)\b[^\n]*\|\s*(ba)?sh|\biex\b|Invoke-Expression", File.ReadAllText(file)));
    }
}
