using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.Pwsh;
using Xunit;

namespace PSScim.Tests.Package;

/// <summary>
/// The bill of materials and the third-party notices in out/PSScim, compared with what <c>cargo tree</c> and the lock
/// files say now: neither may lack anything or be of an older state.
/// </summary>
public sealed class BillTests
{
    private static readonly string[] s_targets =
        [.. Regex.Matches(Section("graph"), "\"([a-z0-9_]+-[a-z0-9_-]+)\"").Select(m => m.Groups[1].Value)];

    private static string Module => Path.GetDirectoryName(Engine.ModulePath)!;

    [Fact]
    public async Task The_bill_has_exactly_the_crates_that_become_part_of_the_library_on_any_platform()
    {
        Assert.Equal(8, s_targets.Length);
        string[] tree = await Cargo("tree", "-p scim-ffi -e normal -e no-proc-macro --prefix none --format {p} " + string.Join(' ', s_targets.Select(t => "--target " + t)));
        string[] linked = [.. tree.Where(line => !line.Contains("(/", StringComparison.Ordinal) && !line.Contains(":\\", StringComparison.Ordinal)).Select(line => Regex.Match(line, "^(\\S+) v(\\S+)"))
            .Where(m => m.Success).Select(m => $"pkg:cargo/{m.Groups[1].Value}@{m.Groups[2].Value}").Distinct().Order(StringComparer.Ordinal)];
        Assert.True(linked.Length > 100, $"cargo tree names {linked.Length} crates.");
        Assert.Equal(linked, Components().Where(c => c.Ships && c.Purl.StartsWith("pkg:cargo/", StringComparison.Ordinal)).Select(c => c.Purl).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_entry_of_the_bill_is_locked_with_the_checksum_that_it_names()
    {
        string cargo = File.ReadAllText(Path.Combine(Engine.Root, "Cargo.lock")).ReplaceLineEndings("\n");
        string nuget = File.ReadAllText(Path.Combine(Engine.Root, "powershell", "PSScim", "packages.lock.json"));
        string[] packages = [.. Regex.Matches(nuget, "\"resolved\"").Select(m => m.Value)];
        (string Purl, bool Ships, string? Hash)[] components = Components();
        foreach ((string purl, _, string? hash) in components.Where(c => c.Purl.StartsWith("pkg:cargo/", StringComparison.Ordinal)))
        {
            Match part = Regex.Match(purl, "^pkg:cargo/(.+)@(.+)$");
            Assert.Matches($"name = \"{Regex.Escape(part.Groups[1].Value)}\"\nversion = \"{Regex.Escape(part.Groups[2].Value)}\"\nsource = .*\nchecksum = \"{hash}\"", cargo);
        }
        (string Purl, bool Ships, string? Hash)[] managed = [.. components.Where(c => c.Purl.StartsWith("pkg:nuget/", StringComparison.Ordinal))];
        Assert.Equal(packages.Length, managed.Length);
        Assert.All(managed, c => Assert.False(c.Ships, c.Purl + " would ship: the module has no managed dependency."));
        Assert.All(managed, c => Assert.Contains(Convert.ToBase64String(Convert.FromHexString(c.Hash!)), nuget, StringComparison.Ordinal));
    }

    [Fact]
    public void The_bill_is_whole_in_itself()
    {
        using JsonDocument bill = Bill();
        Assert.Equal("CycloneDX", bill.RootElement.GetProperty("bomFormat").GetString());
        Assert.Equal("1.6", bill.RootElement.GetProperty("specVersion").GetString());
        HashSet<string> known = [.. bill.RootElement.GetProperty("components").EnumerateArray().Select(c => c.GetProperty("bom-ref").GetString()!)];
        Assert.Equal(bill.RootElement.GetProperty("components").GetArrayLength(), known.Count);
        string self = bill.RootElement.GetProperty("metadata").GetProperty("component").GetProperty("bom-ref").GetString()!;
        string[] needed = [.. bill.RootElement.GetProperty("dependencies").EnumerateArray().SelectMany(d => d.GetProperty("dependsOn").EnumerateArray()).Select(r => r.GetString()!)];
        Assert.All(needed, purl => Assert.Contains(purl, known));
        string[] explained = [.. bill.RootElement.GetProperty("dependencies").EnumerateArray().Select(d => d.GetProperty("ref").GetString()!)];
        Assert.All(explained, purl => Assert.True(purl == self || known.Contains(purl), purl));
    }

    [Fact]
    public void The_notices_give_each_crate_that_ships_a_text_of_its_licence()
    {
        string notices = File.ReadAllText(Path.Combine(Module, "THIRD-PARTY-NOTICES.txt"));
        string[] parts = Regex.Split(notices, "(?m)^-{80}\n");
        Dictionary<string, string> texts = parts[1..].ToDictionary(part => Regex.Match(part, @"^\[\d+\]").Value, part => part[(part.IndexOf('\n', StringComparison.Ordinal) + 1)..].Trim());
        Assert.All(texts.Values, text => Assert.True(text.Length > 400, $"No licence: {text}"));
        string[] lines = parts[0].Split('\n');
        var used = new HashSet<string>();
        foreach ((string purl, _, _) in Components().Where(c => c.Ships && c.Purl.StartsWith("pkg:cargo/", StringComparison.Ordinal)))
        {
            string name = purl["pkg:cargo/".Length..].Replace('@', ' ');
            string line = Assert.Single(lines, l => l.StartsWith(name + " | ", StringComparison.Ordinal));
            string[] numbers = [.. Regex.Matches(line, @"\[\d+\]").Select(m => m.Value)];
            Assert.NotEmpty(numbers);
            Assert.All(numbers, number => Assert.True(texts.ContainsKey(number), $"{name}: there is no text {number}."));
            used.UnionWith(numbers);
        }
        used.Add(Regex.Match(Assert.Single(lines, l => l.StartsWith("The Rust standard library", StringComparison.Ordinal)), @"\[\d+\]").Value);
        Assert.Equal(texts.Keys.Order(), used.Order());
    }

    [Fact]
    public async Task Every_locked_crate_has_a_licence_that_deny_toml_allows()
    {
        HashSet<string> allowed = [.. Regex.Matches(Regex.Match(Section("licenses"), @"allow = \[([^\]]*)\]").Groups[1].Value, "\"([^\"]+)\"").Select(m => m.Groups[1].Value)];
        Assert.Contains("MIT", allowed);
        ILookup<string, string> exceptions = Regex.Matches(Section("licenses"), "crate = \"([^\"]+)\", allow = \\[\"([^\"]+)\"\\]")
            .ToLookup(m => m.Groups[1].Value, m => m.Groups[2].Value);
        string[] output = await Cargo("metadata", "--format-version 1 " + string.Join(' ', s_targets.Select(t => "--filter-platform " + t)));
        using JsonDocument metadata = JsonDocument.Parse(string.Concat(output));
        JsonElement packages = metadata.RootElement.GetProperty("packages");
        Assert.True(packages.GetArrayLength() > 200);
        string[] refused =
        [
            .. packages.EnumerateArray()
                .Where(p => p.GetProperty("license").GetString() is not { } license || !SpdxExpression.Holds(license, name => allowed.Contains(name) || exceptions[p.GetProperty("name").GetString()!].Contains(name)))
                .Select(p => $"{p.GetProperty("name")} {p.GetProperty("version")}: {p.GetProperty("license")}"),
        ];
        Assert.True(refused.Length == 0, "Not in deny.toml's [licenses]:\n" + string.Join('\n', refused));
    }

    [Theory]
    [InlineData("GPL-3.0", false)]
    [InlineData("MIT OR GPL-3.0", true)]
    [InlineData("MIT AND GPL-3.0", false)]
    [InlineData("MIT/GPL-3.0", true)]
    [InlineData("(GPL-3.0 OR MIT) AND ISC", true)]
    [InlineData("MIT OR ISC AND GPL-3.0", true)]
    [InlineData("GPL-3.0 OR ISC AND GPL-3.0", false)]
    [InlineData("Apache-2.0 WITH LLVM-exception", false)]
    public void An_expression_of_licences_is_read_as_SPDX_means_it(string expression, bool holds) =>
        Assert.Equal(holds, SpdxExpression.Holds(expression, new HashSet<string> { "MIT", "ISC" }.Contains));

    private static JsonDocument Bill() => JsonDocument.Parse(File.ReadAllText(Path.Combine(Module, "PSScim.cdx.json")));

    private static (string Purl, bool Ships, string? Hash)[] Components()
    {
        using JsonDocument bill = Bill();
        return
        [
            .. bill.RootElement.GetProperty("components").EnumerateArray().Select(c => (
                c.GetProperty("purl").GetString()!,
                c.GetProperty("scope").GetString() == "required",
                c.TryGetProperty("hashes", out JsonElement hashes) ? hashes[0].GetProperty("content").GetString() : null)),
        ];
    }

    /// <summary>A section of deny.toml, without its comments.</summary>
    private static string Section(string name) => Regex.Replace(
        Regex.Match(File.ReadAllText(Path.Combine(Engine.Root, "deny.toml")).ReplaceLineEndings("\n"), $@"(?ms)^\[{name}\]\n(.*?)(?=^\[|\z)").Groups[1].Value, "#.*", "");

    /// <summary>The lines that a cargo command writes, run as the build runs it.</summary>
    private static async Task<string[]> Cargo(string command, string arguments)
    {
        string output = Path.GetTempFileName();
        try
        {
            using Process build = Process.Start(new ProcessStartInfo(
                PwshProcess.Dotnet,
                ["msbuild", Path.Combine(Engine.Root, "rust", "Cargo.proj"), "-nologo", "-v:m", "-t:Cargo", $"-p:Command={command}", $"-p:Arguments=--locked {arguments} > \"{output}\""])
            { RedirectStandardOutput = true })!;
            string said = await build.StandardOutput.ReadToEndAsync();
            await build.WaitForExitAsync();
            Assert.True(build.ExitCode == 0, said);
            return await File.ReadAllLinesAsync(output);
        }
        finally
        {
            File.Delete(output);
        }
    }
}
