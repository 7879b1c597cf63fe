using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;

namespace PSScim.Model;

/// <summary>The users and groups of a directory, as JSON: the model's own idea of what the server holds.</summary>
internal sealed class People
{
    internal const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    internal const string Own = "urn:acme:params:scim:schemas:extension:badge:User";

    private static readonly string[] s_given = ["Ann", "Bo", "Cleo", "Dave", "Eve", "Kim", "Lee", "Max"];
    private static readonly string[] s_family = ["Smith", "Jones", "Miller", "Garcia", "Weber", "Novak"];

    private static readonly string[] s_odd =
    [
        "O'Brien", "Quote\"d", "back\\slash", "M\u00fcller", "\u05e9\u05dc\u05d5\u05dd", "\ud83d\ude00 Smile", "a*b", "x/y", "1+1", "\u201ctypographic\u201d",
        "it\u2019s", "semi;colon", "comma, Inc", "=SUM(A1)", "tab\there", "line\nbreak", "$env:PATH", "`tick", "%41", " leading", "trailing ", "null", "true", "007", "\u0130stanbul",
    ];

    private static readonly string[] s_departments = ["Sales", "Engineering", "R&D", "Human Resources"];

    internal List<JsonObject> Users { get; init; } = [];

    internal List<JsonObject> Groups { get; init; } = [];

    /// <summary>Makes the people that a specification says.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="numeric">Whether the server's ids are numbers.</param>
    internal static People Make(DirectorySpec spec, bool numeric)
    {
        var people = new People();
        for (int i = 0; i < spec.Users; i++)
            people.Users.Add(User(spec, numeric, i));
        for (int i = 0; i < spec.Groups; i++)
            people.Groups.Add(Group(spec, numeric, i, people.Users));
        return people;
    }

    /// <summary>Takes what another has in place of its own.</summary>
    internal void Become(People other)
    {
        Users.Clear();
        Users.AddRange(other.Users);
        Groups.Clear();
        Groups.AddRange(other.Groups);
    }

    internal static string Id(JsonObject resource) => resource["id"]!.ToString();

    internal static IEnumerable<string> Members(JsonObject group) =>
        group["members"] is JsonArray members ? members.Select(m => m!["value"]!.ToString()) : [];

    private static JsonNode NewId(DirectorySpec spec, bool numeric, int number, string kind, Random random)
    {
        if (numeric)
            return number;
        return spec.Ids switch
        {
            IdStyle.Number => number.ToString(CultureInfo.InvariantCulture),
            IdStyle.Path => $"CORP/{kind}{number}",
            IdStyle.Mail => $"{kind}{number}+x@example.org",
            IdStyle.Word => $"{kind}-{number}",
            _ => new Guid(random.Next(), (short)number, (short)spec.Seed, [1, 2, 3, 4, 5, 6, 7, (byte)kind[0]]).ToString(),
        };
    }

    private static JsonObject User(DirectorySpec spec, bool numeric, int index)
    {
        // One generator per person, so that fewer people are the first of the same.
        var random = new Random(HashCode(spec.Seed, index));
        string given = Pick(random, s_given), family = Pick(random, s_family);
        bool odd = spec.IsOdd;
        string name = odd && random.Next(3) == 0 ? Pick(random, s_odd).Trim() : given;
        var user = new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User", Enterprise),
            ["id"] = NewId(spec, numeric, index + 1, "u", random),
            ["userName"] = $"{name}.{index}@example.org",
            ["name"] = new JsonObject { ["givenName"] = given, ["familyName"] = odd && random.Next(4) == 0 ? Pick(random, s_odd) : family },
            ["displayName"] = odd && random.Next(3) == 0 ? Pick(random, s_odd) : $"{given} {family}",
            ["active"] = random.Next(5) > 0,
            ["externalId"] = $"ext-{index}",
            ["title"] = Pick(random, ["Clerk", "Engineer", "Boss"]),
            ["emails"] = Emails(random, index, odd),
            [Enterprise] = new JsonObject { ["department"] = Pick(random, s_departments), ["employeeNumber"] = index.ToString("00000", CultureInfo.InvariantCulture) },
            ["meta"] = new JsonObject { ["resourceType"] = "User", ["version"] = "W/\"1\"" },
        };
        if (!odd)
            return user;
        if (random.Next(4) == 0)
            user[Own] = new JsonObject { ["color"] = Pick(random, ["red", "blue"]), ["level"] = random.Next(9) };
        foreach (string attribute in new[] { "title", "active", "externalId", "emails", "displayName", Enterprise })
            switch (random.Next(8))
            {
                case 0:
                    user.Remove(attribute);
                    break;
                case 1 when attribute is "title":
                    user[attribute] = null;
                    break;
                case 2 when attribute is "title":
                    user[attribute] = "";
                    break;
                case 3 when attribute is "emails":
                    user[attribute] = new JsonArray();
                    break;
                default:
                    break;
            }
        return user;
    }

    private static JsonArray Emails(Random random, int index, bool odd)
    {
        var emails = new JsonArray(new JsonObject { ["value"] = $"w{index}@example.org", ["type"] = "work", ["primary"] = true });
        if (random.Next(3) == 0)
            emails.Add(new JsonObject { ["value"] = $"h{index}@example.net", ["type"] = "home" });
        if (odd && random.Next(3) == 0)
            emails.Add(new JsonObject { ["value"] = $"x{index}@example.com" });
        return emails;
    }

    private static JsonObject Group(DirectorySpec spec, bool numeric, int index, List<JsonObject> users)
    {
        var random = new Random(HashCode(spec.Seed, -1 - index));
        int share = random.Next(5);
        var members = new JsonArray();
        foreach (JsonObject user in users)
            if (random.Next(5) < share)
                members.Add(new JsonObject { ["value"] = user["id"]!.DeepClone(), ["type"] = "User" });
        return new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Group"),
            ["id"] = NewId(spec, numeric, 100_000 + index, "g", random),
            ["displayName"] = spec.IsOdd && random.Next(3) == 0 ? Pick(random, s_odd) + index : $"Group {index}",
            ["members"] = members,
            ["meta"] = new JsonObject { ["resourceType"] = "Group", ["version"] = "W/\"1\"" },
        };
    }

    private static T Pick<T>(Random random, T[] of) => of[random.Next(of.Length)];

    /// <summary>The same in every process, which HashCode.Combine isn't.</summary>
    private static int HashCode(int a, int b) => unchecked((a * 486187739 + b) * 16777619 ^ (a >> 7));
}
