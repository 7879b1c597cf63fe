using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>The identity platform's refusals, as a user meets them: id, category, words and advice.</summary>
public sealed class AadstsTests : IDisposable
{
    private readonly Identities _identities = new();

    public void Dispose() => _identities.Dispose();

    /// <summary>Code, meaning and advice, from the page that is made of the table.</summary>
    public static TheoryData<string, string, string> Codes()
    {
        var codes = new TheoryData<string, string, string>();
        string page = File.ReadAllText(Path.Combine(Engine.Root, "docs", "errors.md"));
        foreach (string line in page[page.IndexOf("## AADSTS codes", StringComparison.Ordinal)..].Split('\n'))
        {
            string[] cells = [.. line.Trim('|', '\r').Split('|').Select(cell => cell.Trim())];
            if (cells.Length == 3 && cells[0].All(char.IsAsciiDigit) && cells[0].Length > 0)
                codes.Add(cells[0], cells[1], cells[2]);
        }
        return codes;
    }

    [Fact]
    public void The_table_has_the_codes_that_admins_meet() => Assert.Empty(
        new[]
        {
            "7000215", "7000222", "700016", "90002", "700027", "7000229", "700024", "70021", "700213", "50034", "53003",
            "500011", "65001", "1000502", "90014", "900023",
        }.Except(Codes().Select(row => (string)row[0])));

    [Theory]
    [MemberData(nameof(Codes))]
    public void Each_code_is_explained(string code, string meaning, string advice)
    {
        _identities.Inject($$"""{"action":"tokenRefusal","code":{{code}}}""");
        ErrorRecord error = _identities.Engine.Bad($"{Identities.Connect} -ClientSecret $secret");
        Assert.Equal("AuthenticationFailed,PSScim.Commands.ConnectScimCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        var exception = Assert.IsType<ScimException>(error.Exception);
        Assert.Contains($"{meaning} (AADSTS{code})", exception.Message, StringComparison.Ordinal);
        Assert.Equal(advice, exception.Advice);
        Assert.NotNull(exception.RequestId);
        Assert.Equal(1, _identities.Count("total"));
    }
}
