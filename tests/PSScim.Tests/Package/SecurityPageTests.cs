using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.Pwsh;
using Xunit;

namespace PSScim.Tests.Package;

/// <summary>SECURITY.md names for each attacker the tests that show what stops them: each of these exists.</summary>
public sealed class SecurityPageTests
{
    [Fact]
    public void Each_test_that_the_threat_model_names_exists()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Engine.Root, "SECURITY.md")).Where(line => line.StartsWith('|')).Skip(2)];
        Assert.True(rows.Length > 8, "The table of SECURITY.md was not found.");
        foreach (string row in rows)
        {
            string[] named = [.. Regex.Matches(row.Split('|')[4], "`([^`]+)`").Select(match => match.Groups[1].Value)];
            Assert.True(named.Length > 0, row);
            Assert.All(named, name => Assert.True(Exists(name), $"SECURITY.md names {name}, which does not exist."));
        }
    }

    /// <summary>A function of a Rust file, a Pester test by the beginning of its name, or a test of a class here.</summary>
    private static bool Exists(string name)
    {
        if (name.Split("::") is [var path, var function])
        {
            string file = Path.Combine(Engine.Root, path);
            string pattern = path.EndsWith(".ps1", StringComparison.Ordinal) ? $"It '{Regex.Escape(function)}" : $@"fn {function}\(";
            return File.Exists(file) && Regex.IsMatch(File.ReadAllText(file), pattern);
        }
        return name.Split('.') is [var type, var test]
            && typeof(SecurityPageTests).Assembly.GetTypes().Any(t => t.Name == type && t.GetMethod(test, BindingFlags.Public | BindingFlags.Instance) is not null);
    }
}
