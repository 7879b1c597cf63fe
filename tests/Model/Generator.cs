using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using CsCheck;

namespace PSScim.Model;

/// <summary>Makes cases from seeds.</summary>
internal static class Generator
{
    private static readonly string[] s_userAttributes = ["id", "userName", "displayName", "active", "title", "emails", "externalId", "name", "department"];
    private static readonly string[] s_columns = ["id", "userName", "displayName", "active", "title", "externalId", "department"];

    /// <summary>The numbers of all pairs of behaviors.</summary>
    private static readonly (string, string)[] s_pairs =
    [
        .. from a in Enumerable.Range(0, Servers.Quirks.Length)
           from b in Enumerable.Range(a + 1, Servers.Quirks.Length - a - 1)
           select (Servers.Quirks[a], Servers.Quirks[b]),
    ];

    private static readonly Gen<DirectorySpec> s_directory = Gen.Select(
        Gen.Frequency((3, Gen.Int[0, 12]), (4, Gen.Int[13, 130]), (3, Gen.Int[131, 320]), (1, Gen.Int[321, 600])),
        Gen.Int[0, 6],
        Gen.Int[1, 1000],
        Gen.Frequency((1, Gen.Const(true)), (1, Gen.Const(false))),
        Gen.Frequency((4, Gen.Const(IdStyle.Guid)), (1, Gen.Const(IdStyle.Number)), (1, Gen.Const(IdStyle.Mail)), (1, Gen.Const(IdStyle.Path)), (1, Gen.Const(IdStyle.Word))),
        Gen.Frequency((4, Gen.Const(100)), (1, Gen.Int[1, 5]), (2, Gen.Int[6, 50]), (2, Gen.Int[130, 700])),
        (users, groups, seed, odd, ids, page) =>
            new DirectorySpec(users, groups, seed, odd, ids, page));

    private static readonly Gen<Fault> s_fault = Gen.Select(
        Gen.Frequency((3, Gen.Int[0, 3]), (2, Gen.Int[4, 12])),
        Gen.Enum<FaultKind>(),
        Gen.Double[0, 1],
        Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))),
        (at, kind, where, lasts) => new Fault(at, kind, where, lasts && kind is not (FaultKind.Delay or FaultKind.Drip or FaultKind.TokenExpires or FaultKind.Stop)));

    private static readonly Gen<ImmutableArray<Fault>> s_faults = Gen.Frequency(
        (2, Gen.Const(ImmutableArray<Fault>.Empty)),
        (3, s_fault.Select(f => ImmutableArray.Create(f))),
        (2, s_fault.Array[2, 3].Select(f => f.DistinctBy(x => x.At).ToImmutableArray())));

    /// <summary>
    /// The case of a seed: even ones only read, odd ones write too. The behaviors of 946 seeds of a kind in a row are all
    /// their pairs.
    /// </summary>
    internal static Case Make(long seed)
    {
        bool writes = seed % 2 != 0;
        var random = new PCG(17, unchecked((ulong)seed));
        DirectorySpec directory = s_directory.Generate(random, null, out _);
        ImmutableArray<Fault> faults = s_faults.Generate(random, null, out _);
        string preference = Gen.OneOf("Continue", "Continue", "Stop", "SilentlyContinue").Generate(random, null, out _);
        int server = Gen.Int[0, 9].Generate(random, null, out _);
        bool entra = server < 3;
        ImmutableArray<string> quirks = entra || server == 3 ? [] : Behaviors(seed / 2, random);
        if (entra)
            directory = directory with { Ids = IdStyle.Guid, PageSize = 100, IsOdd = false };
        // A page of one or two users each costs a request, and a change of each user one or two.
        directory = directory with { Users = Math.Min(directory.Users, writes ? Math.Min(40, directory.PageSize * 10) : directory.PageSize * 20) };
        int count = Gen.Int[1, 3].Generate(random, null, out _);
        Gen<Step> steps = writes
            ? Gen.Frequency((4, WriteStep()), (1, ReadStep(entra, directory)))
            : ReadStep(entra, directory);
        return new Case(seed, entra, quirks, directory, faults, preference, [.. Enumerable.Range(0, count).Select(_ => steps.Generate(random, null, out Size _))]);
    }

    /// <summary>A pair by the seed's number, and now and then a third.</summary>
    private static ImmutableArray<string> Behaviors(long seed, PCG random)
    {
        // Multiplied, so that seeds in a row don't share a behavior; 946 and 389 have no common divisor.
        (string first, string second) = s_pairs[(int)((ulong)seed * 389 % (ulong)s_pairs.Length)];
        int more = Gen.Int[0, 7].Generate(random, null, out _);
        string third = Gen.OneOf(Servers.Quirks).Generate(random, null, out _);
        return more switch
        {
            0 => [first],
            1 => [.. new[] { first, second, third }.Distinct()],
            _ => [first, second],
        };
    }

    private static Gen<Step> WriteStep()
    {
        Gen<int> seed = Gen.Int[0, 100_000], count = Gen.Frequency((1, Gen.Const(1)), (3, Gen.Int[1, 12]));
        Gen<bool> journal = Gen.Frequency((2, Gen.Const(false)), (1, Gen.Const(true)));
        return Gen.Frequency(
            (6, Gen.Select(Gen.Enum<SetForm>(), seed, count, journal, (how, s, n, j) => (Step)new SetStep(how, s, n, j))),
            (2, Gen.Select(Gen.Enum<WholeVerb>(), Gen.Bool, seed, count, journal, (verb, objects, s, n, j) => (Step)new WholeStep(verb, objects, s, n, j))),
            (2, Gen.Select(Gen.Enum<NewForm>(), seed, count, journal, (how, s, n, j) => (Step)new NewUserStep(how, s, n, j))),
            (1, Gen.Select(seed, count, (s, n) => (Step)new NewGroupStep(s, n, true))),
            (3, Gen.Select(Gen.Enum<MemberVerb>(), Gen.Int[0, 6], seed, count, journal, (verb, which, s, n, j) => (Step)new MemberStep(verb, which, s, n, j))));
    }

    private static Gen<Step> ReadStep(bool entra, DirectorySpec directory) => Gen.Frequency(
        (5, List(entra, directory).Select(step => (Step)step)),
        (3, Gen.Select(Gen.Bool, Gen.Shuffle(s_columns, 1, s_columns.Length), Gen.Bool, (csv, columns, twice) => (Step)new ExportStep(csv, columns, twice))),
        (2, Gen.Select(Gen.Int[1, 20], Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[1, 3])), Gen.Int[0, 1000], (count, missing, seed) => (Step)new LookupStep(count, missing, seed))),
        (2, Gen.Select(Gen.Enum<MembersForm>(), Gen.Int[0, 600], (how, which) => (Step)new MembersStep(how, which))),
        (1, Gen.Select(Gen.Int[0, 6], Range(directory.Users), (which, first) => (Step)new SyncFromListStep(which, first))));

    private static Gen<ListStep> List(bool entra, DirectorySpec directory)
    {
        Gen<string[]?> attributes = Gen.Frequency(
            (1, Gen.Const((string[]?)null)),
            (1, Gen.Shuffle(s_userAttributes, 1, 4).Select(names => (string[]?)names)));
        Gen<int?> pageSize = Gen.Frequency((3, Gen.Const((int?)null)), (1, Gen.Int[1, 100].Select(n => (int?)n)));
        return Gen.Select(
            Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))), Range(directory.Users), Range(directory.Users), pageSize, attributes, Queries(entra, directory),
            (groups, first, skip, page, names, query) => new ListStep(
                groups, first, skip,
                directory.Users > 20 && page is not null ? Math.Max(page.Value, directory.Users / 20) : page,
                groups ? null : names,
                groups ? query with { Form = QueryForm.All } : query));
    }

    private static Gen<int?> Range(int users) => Gen.Frequency((3, Gen.Const((int?)null)), (1, Gen.Int[0, users + 5].Select(n => (int?)n)));

    private static Gen<Query> Queries(bool entra, DirectorySpec directory)
    {
        Gen<QueryForm> form = Gen.Frequency((5, Gen.Const(QueryForm.All)), (5, Gen.Enum<QueryForm>()));
        return Gen.Select(form, Gen.Int[0, Math.Max(0, directory.Users - 1)], Gen.Int[0, 8], (how, who, what) => Ask(entra, directory, how, who, what));
    }

    /// <summary>A condition that this server can evaluate, or one for evaluation here.</summary>
    private static Query Ask(bool entra, DirectorySpec directory, QueryForm form, int who, int what)
    {
        if (form == QueryForm.All || directory.Users == 0)
            return new Query(QueryForm.All, "id", "eq", "");
        if (entra)
            return form == QueryForm.ClientSide
                ? new Query(form, "displayName", "co", "an")
                : new Query(form, "active", "eq", what % 2 == 0 ? "true" : "false");
        // The person's own values, made as the directory makes them.
        People people = People.Make(directory with { Users = who + 1, Groups = 0 }, numeric: false);
        string Value(string attribute) => people.Users[who][attribute]?.ToString() is { Length: > 0 } text ? text : "none";
        string[] attributes = ["userName", "displayName", "externalId", "active"];
        string attribute = attributes[what % attributes.Length];
        if (form == QueryForm.ClientSide)
            return what < 4 ? new Query(form, "userName", new[] { "sw", "co", "ew", "eq" }[what], Value("userName")[..Math.Min(4, Value("userName").Length)]) : new Query(form, "emails.type", "eq", "home");
        string value = attribute == "active" ? (Value(attribute) == "true" ? "true" : "false") : Value(attribute);
        // A star in a value of a parameter is a pattern.
        return value.Contains('*', StringComparison.Ordinal) ? new Query(QueryForm.FilterText, attribute, "eq", value) : new Query(form, attribute, "eq", value);
    }
}
