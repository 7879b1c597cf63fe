using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.Json.Nodes;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Filters that Entra cannot serve in one list, or at all.</summary>
public sealed class SearchTests : IDisposable
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    private readonly Engine _engine = new();

    public SearchTests() => _engine.Good("$e = Start-ScimEmulator -Users 320 -Groups 40 -PassThru; Connect-Scim -Emulator");

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    [Fact]
    public void Or_is_served_by_several_lists_whose_number_is_told()
    {
        _engine.Good("$all = Get-ScimUser; $a, $b, $c = $all[7].userName, $all[230].userName, $all[7].id");
        Engine.Result result = _engine.Run("Get-ScimUser { userName -eq $a -or userName -eq $b -or id -eq $c } -Verbose");
        Assert.Empty(result.Errors);
        Assert.Equal(_engine.Good("$all[7, 230].id").Select(i => i.ToString()), result.Output.Select(u => u.Properties["id"].Value.ToString()));
        Assert.Contains(result.Verbose, line => line.Contains("3 lists with at least one request each", StringComparison.Ordinal));
        Assert.Contains("3 lists took 3 requests. 1 resources were in more than one list and were returned once.", result.Verbose);
    }

    [Theory]
    [InlineData("-First 5", 1, 5)]
    [InlineData("-First 5 -Skip 2", 1, 5)]
    [InlineData("", 5, 320)]
    public void No_list_is_begun_for_nobody(string paging, int requests, int users)
    {
        _engine.Good("$before = (Get-ScimContext).Requests");
        Assert.Equal(users, _engine.Good($"@(Get-ScimUser 'active eq true or active eq false' {paging}).Count")[0].BaseObject);
        Assert.InRange((long)_engine.Good("(Get-ScimContext).Requests - $before")[0].BaseObject, 1, requests);
    }

    [Fact]
    public void The_total_of_several_lists_is_not_known()
    {
        object total = _engine.Good("Get-ScimUser 'active eq true or active eq false' -First 1 -IncludeTotalCount")[0].BaseObject;
        Assert.Equal(0UL, total);
        Assert.Equal(0.0, _engine.Good("(Get-ScimUser 'title pr' -ClientSideFilter -First 1 -IncludeTotalCount)[0].Accuracy")[0].BaseObject);
    }

    [Fact]
    public void What_entra_cannot_filter_by_is_an_error_that_says_what_would_work()
    {
        ErrorRecord error = _engine.Bad("Get-ScimUser 'department eq \"Sales\"'");
        Assert.StartsWith("InvalidFilter,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Entra can filter users by active, userName", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-ClientSideFilter", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
    }

    [Fact]
    public void What_was_fetched_for_the_filter_alone_is_nowhere_in_the_object()
    {
        _engine.Good("$users = Get-ScimUser { department -like 'S*' } -ClientSideFilter -Attributes userName");
        PSObject first = _engine.Good("$users")[0];
        Assert.Equal(["id", "userName"], first.Properties.Select(p => p.Name));
        Assert.DoesNotContain("department", _engine.Good("$users[0].ToJson()")[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(
            _engine.Good($"(Get-ScimUser | Where-Object {{ $_.'{Enterprise}'.department -like 'S*' }}).id").Select(i => i.ToString()),
            _engine.Good("$users.id").Select(i => i.ToString()));
    }

    [Fact]
    public void A_search_that_broke_off_goes_on()
    {
        const string Search = "Get-ScimUser 'active eq false or userName ew \"@contoso.com\"' -PageSize 50 -Attributes userName";
        string[] whole = [.. _engine.Good(Search + " | ForEach-Object id").Select(i => i.ToString()!)];
        _engine.Good("Connect-Scim -Emulator -RequestBudget 3");
        Engine.Result broken = _engine.Run(Search);
        var error = (ScimException)Assert.Single(broken.Errors).Exception;
        Assert.StartsWith("lists-2-", error.Cursor, StringComparison.Ordinal);
        _engine.Good("Connect-Scim -Emulator");
        PSObject[] rest = _engine.Set("cursor", error.Cursor).Good(Search + " -Cursor $cursor");
        string[] came = [.. broken.Output.Concat(rest).Select(u => u.Properties["id"].Value.ToString()!)];
        Assert.Equal(whole.Order(), came.Order());
    }

    /// <summary>Random filters against a second opinion: the same filter as a C# predicate, over every user.</summary>
    [Fact]
    public void A_random_filter_gives_just_whom_a_look_at_everyone_gives()
    {
        JsonObject[] users = [.. _engine.Good("Get-ScimUser | ForEach-Object ToJson").Select(json => JsonNode.Parse(json.ToString()!)!.AsObject())];
        var random = new RandomFilters(new Random(20261124), users);
        int some = 0;
        for (int i = 0; i < 60; i++)
        {
            (string filter, Func<JsonObject, bool> holds) = random.Next(3);
            string[] expected = [.. users.Where(holds).Select(u => (string)u["id"]!).Order(StringComparer.Ordinal)];
            string[] found = [.. _engine.Set("filter", filter).Good("Get-ScimUser $filter -ClientSideFilter")
                .Select(u => (string)u.Properties["id"].Value).Order(StringComparer.Ordinal)];
            Assert.True(expected.SequenceEqual(found), $"{filter}: {expected.Length} expected, {found.Length} found");
            some += expected.Length > 0 && expected.Length < users.Length ? 1 : 0;
        }
        Assert.InRange(some, 20, 60);
    }

    /// <summary>Filters, each with what it means.</summary>
    private sealed class RandomFilters(Random random, JsonObject[] users)
    {
        private static readonly string[] s_paths = ["userName", "displayName", "title", "name.familyName", Enterprise + ":department", "preferredLanguage"];
        private static readonly string[] s_pieces = ["a", "E", "@contoso.com", "sales", "er", "é", "en", ""];

        internal (string, Func<JsonObject, bool>) Next(int depth)
        {
            int kind = random.Next(depth > 0 ? 6 : 3);
            if (kind < 3)
                return Test();
            (string left, Func<JsonObject, bool> first) = Next(depth - 1);
            if (kind == 3)
                return ($"not ({left})", user => !first(user));
            (string right, Func<JsonObject, bool> second) = Next(depth - 1);
            return kind == 4
                ? ($"({left} and {right})", user => first(user) && second(user))
                : ($"({left} or {right})", user => first(user) || second(user));
        }

        private (string, Func<JsonObject, bool>) Test()
        {
            string path = s_paths[random.Next(s_paths.Length)];
            string piece = s_pieces[random.Next(s_pieces.Length)];
            JsonObject someone = users[random.Next(users.Length)];
            switch (random.Next(9))
            {
                case 0:
                    return ("active eq true", user => (bool)user["active"]!);
                case 1:
                    return ($"{path} pr", user => !string.IsNullOrEmpty(Text(user, path)));
                case 2:
                    return ($"emails[type eq \"other\" and value co \"{piece}\"]", user => user["emails"]!.AsArray().Any(
                        e => (string)e!["type"]! == "other" && Has((string)e["value"]!, piece)));
                case 3:
                    string? Hired(JsonObject user) => (string?)user["urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User"]?["employeeHireDate"];
                    string hired = Hired(someone) ?? "2020-01-01T00:00:00Z";
                    var at = DateTimeOffset.Parse(hired, null);
                    return ($"employeeHireDate gt \"{hired}\"", user => Hired(user) is string date && DateTimeOffset.Parse(date, null) > at);
                case 4:
                    string name = (string)someone["userName"]!;
                    return ($"userName eq \"{name.ToUpperInvariant()}\"", user => Same((string)user["userName"]!, name));
                case 5:
                    return ($"{path} sw \"{piece}\"", user => Text(user, path) is string text && text.StartsWith(piece, StringComparison.OrdinalIgnoreCase));
                case 6:
                    return ($"{path} ew \"{piece}\"", user => Text(user, path) is string text && text.EndsWith(piece, StringComparison.OrdinalIgnoreCase));
                case 7:
                    string? value = Text(someone, path);
                    return value is null
                        ? ($"{path} eq null", user => string.IsNullOrEmpty(Text(user, path)))
                        : ($"{path} ne \"{value}\"", user => !Same(Text(user, path), value));
                default:
                    return ($"{path} co \"{piece}\"", user => Text(user, path) is string text && Has(text, piece));
            }
        }

        private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

        private static bool Has(string text, string piece) => text.Contains(piece, StringComparison.OrdinalIgnoreCase);

        private static string? Text(JsonObject user, string path)
        {
            IEnumerable<string> names = path.StartsWith("urn:", StringComparison.Ordinal)
                ? [path[..path.LastIndexOf(':')], path[(path.LastIndexOf(':') + 1)..]]
                : path.Split('.');
            JsonNode? at = user;
            foreach (string name in names)
                at = at?[name];
            return (string?)at;
        }
    }
}
