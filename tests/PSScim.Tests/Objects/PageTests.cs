using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text;
using CsCheck;
using Xunit;
using static PSScim.Tests.Objects.Given;

namespace PSScim.Tests.Objects;

/// <summary>Pages: text that survives to the letter, names that are shared, and bytes that mean harm.</summary>
public sealed class PageTests
{
    /// <summary>Few names, so that the same types do for all.</summary>
    private static readonly string[] s_names = ["id", "userName", "USERNAME", "name", "emails", "meta", "created", "urn:x:2.0:User", "value", "", "é"];

    private static readonly string[] s_leaves =
    [
        "null", "true", "false", "-0", "1.50", "1E+5", "-12345678901234567890", "0.10", "[]", "{}", "\"2024-02-29\"", "\"urn:x:2.0:User\"",
    ];

    /// <summary>Compact JSON as text: what comes back must be the same to the letter.</summary>
    private static readonly Gen<string> s_json = Gen.Recursive<string>((depth, inner) => depth > 4
        ? Leaf()
        : Gen.OneOf(Leaf(), Leaf(), inner.Array[0, 4].Select(a => "[" + string.Join(",", a) + "]"), ObjectOf(inner)));

    /// <summary>One connection for all that is made up: its names are endless, its types are not.</summary>
    private static readonly ResourceTypes s_madeUp = new(seedFromSchema: false, new EmittedTypes(Limits.Types, Limits.Properties));

    [Fact]
    public void Json_survives_to_the_letter() => ObjectOf(s_json).Array[1, 3].Sample(
        texts => ReadMadeUp(texts).Select(r => r.ToJson()).SequenceEqual(texts), iter: 3000);

    private static readonly ResourceReader s_inside = Reader();

    [Fact]
    public void Looking_at_a_member_gives_the_json_of_just_that_member() => ObjectOf(s_json).Sample(
        text => Read(s_inside, "{\"a\":1,\"inside\":" + text + ",\"z\":[" + text + "]}")[0] is ScimResource resource
            && ((ScimObject)resource.GetValue("inside")!).ToJson() == text
            && ((ScimObject)((object?[])resource.GetValue("z")!)[0]!).ToJson() == text,
        iter: 1000, threads: 1);

    [Fact]
    public void Bytes_that_mean_harm_end_in_one_kind_of_error() =>
        Gen.Select(ObjectOf(s_json), Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte).Array[1, 6]).Sample((text, changes) =>
        {
            byte[] page = RecordWriter.Page(text, Json);
            foreach ((int at, byte value) in changes)
                page[at % page.Length] = value;
            var watch = Stopwatch.StartNew();
            LookAt(page);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
        }, iter: 5000);

    [Fact]
    public void A_length_that_is_not_the_buffers_is_an_error()
    {
        byte[] page = RecordWriter.Page(Json);
        foreach (int length in new[] { -1, 0, 31, page.Length - 1, page.Length + 1, int.MaxValue })
            Assert.Throws<RecordFormatException>(() => Reader().Read(page, length));
        Assert.Single(Reader().Read([.. page, 1, 2, 3], page.Length));
    }

    [Fact]
    public void Nesting_and_counts_that_are_only_said_are_not_believed()
    {
        foreach (byte tag in new byte[] { 7, 8 })
            foreach (int depth in new[] { 64, 99, 101, 5000, 100_000 })
                LookAt(RecordWriter.Assemble([Nested(tag, depth)], [Encoding.UTF8.GetBytes("x")], [0]));
        byte[] page = RecordWriter.Assemble([Nested(7, 100_000)], [Encoding.UTF8.GetBytes("x")], [0]);
        ScimResource deep = Reader().Read(page, page.Length)[0];
        Assert.Throws<RecordFormatException>(() => deep.GetValue("x"));
        Assert.Throws<RecordFormatException>(() => deep.ToJson());
        // Two billion names, records or top-level names.
        foreach (int field in new[] { 8, 16, 24 })
        {
            byte[] copy = RecordWriter.Page(Json);
            BitConverter.GetBytes(0x7fffffff).CopyTo(copy, field);
            Assert.Throws<RecordFormatException>(() => Reader().Read(copy, copy.Length));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("+1")]
    [InlineData("NaN")]
    [InlineData("1,\"admin\":true")]
    public void A_number_that_is_none_is_an_error(string text)
    {
        byte[] number = Encoding.UTF8.GetBytes(text);
        byte[] page = RecordWriter.Assemble([[0, 4, (byte)number.Length, .. number]], [Encoding.UTF8.GetBytes("x")], [0]);
        ScimResource resource = Reader().Read(page, page.Length)[0];
        Assert.Throws<RecordFormatException>(() => resource.GetValue("x"));
        Assert.Throws<RecordFormatException>(() => resource.ToJson());
    }

    [Fact]
    public void Equal_names_are_one_table_within_a_list_and_across_lists()
    {
        var types = new ResourceTypes(seedFromSchema: false);
        ResourceReader reader = types.Reader(ResourceKind.User, Projection.None);
        var writer = new RecordWriter();
        Binding[] bindings = [.. Enumerable.Range(0, 3).Select(i => ReadPage(reader, writer.Next("{\"id\":\"" + i + "\",\"userName\":\"x\"}")).Binding)];
        Assert.Same(bindings[0], bindings[1]);
        Assert.Same(bindings[0], bindings[2]);
        ScimResource more = ReadPage(reader, writer.Next("{\"id\":\"4\",\"title\":\"x\"}"));
        Assert.Same(bindings[0].Names[1], more.Binding.Names[1]);
        // Get-ScimUser -Id, again and again: each has a reader of its own.
        ResourceReader One() => types.Reader(ResourceKind.User, Projection.None);
        ScimResource[] single = [.. Enumerable.Range(0, 4).Select(i => ReadPage(One(), RecordWriter.Page(i % 2 == 0 ? "{\"id\":\"1\"}" : "{\"id\":\"1\",\"title\":\"x\"}")))];
        Assert.Same(single[0].Binding, single[2].Binding);
        Assert.Same(single[1].Binding, single[3].Binding);
    }

    [Fact]
    public void Equal_bytes_cut_into_other_names_are_another_table()
    {
        ResourceReader reader = Reader();
        ScimResource first = ReadPage(reader, RecordWriter.Page("{\"ab\":1,\"c\":2}"));
        ScimResource second = ReadPage(reader, RecordWriter.Page("{\"a\":1,\"bc\":2}"));
        Assert.Equal("{\"ab\":1,\"c\":2}", first.ToJson());
        Assert.Equal("{\"a\":1,\"bc\":2}", second.ToJson());
        Assert.Equal(2L, second.GetValue("bc"));
    }

    [Fact]
    public void A_server_that_goes_on_inventing_names_stops_at_the_bounds()
    {
        var emitted = new EmittedTypes(4096, 60_000);
        for (int connection = 0; connection < 5; connection++)
        {
            ResourceReader reader = new ResourceTypes(seedFromSchema: false, emitted).Reader(ResourceKind.User, Projection.None);
            for (int page = 0; page < 400; page++)
            {
                string invented = string.Join(",", Enumerable.Range(0, 50).Select(i => $"\"n{connection}_{page}_{i}\":{{\"m{page}_{i}\":1}}"));
                ScimResource user = ReadPage(reader, RecordWriter.Page("{\"id\":\"1\"," + invented + "}"));
                Assert.Equal("1", user.Id);
                Assert.Contains($"\"m{page}_49\":1", user.ToJson(), StringComparison.Ordinal);
                if (page % 50 == 0)
                    LookAtAll(user);
            }
        }
        Assert.InRange(emitted.Count, 1, 5 * (Limits.TypesPerConnection + 3));
        Assert.InRange(emitted.Properties, 1, 60_000);
    }

    private static ResourceReader Reader() =>
        new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.User, Projection.None);

    private static ScimResource[] ReadMadeUp(params string[] texts) =>
        Read(s_madeUp.Reader(ResourceKind.User, Projection.None), texts);

    private static ScimResource ReadPage(ResourceReader reader, byte[] page) => reader.Read(page, page.Length)[0];

    private static void LookAt(byte[] page)
    {
        try
        {
            foreach (ScimResource resource in s_madeUp.Reader(ResourceKind.User, Projection.None).Read(page, page.Length).Take(20))
                LookAtAll(resource);
        }
        catch (RecordFormatException)
        {
            // The one kind of error.
        }
    }

    /// <summary>A member named 0 that is an array in an array in an array …, or an object in an object.</summary>
    private static byte[] Nested(byte tag, int depth)
    {
        var record = new List<byte> { 0 };
        const int each = 6;
        for (int level = 0; level < depth; level++)
        {
            record.Add(tag);
            record.AddRange(BitConverter.GetBytes(1 + ((depth - level - 1) * each) + 1));
            record.Add(tag == 7 ? (byte)1 : (byte)0);
        }
        record.Add(0);
        return [.. record];
    }

    private static Gen<string> Leaf() => Gen.OneOf(
        Gen.Int[0, s_leaves.Length - 1].Select(i => s_leaves[i]),
        Gen.Long.Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Int[0, 0x10ffff].Where(c => c is < 0xd800 or > 0xdfff).Array[0, 6]
            .Select(runes => "\"" + string.Concat(runes.Select(r => Escape(char.ConvertFromUtf32(r)))) + "\""));

    private static Gen<string> ObjectOf(Gen<string> value) => Gen.Select(Gen.Int[0, s_names.Length - 1].Select(i => s_names[i]), value).Array[0, 6].Select(
        members => "{" + string.Join(",", members.DistinctBy(m => m.Item1).Select(m => "\"" + m.Item1 + "\":" + m.Item2)) + "}");

    private static string Escape(string rune) => rune switch
    {
        "\"" => "\\\"",
        "\\" => "\\\\",
        "\n" => "\\n",
        "\r" => "\\r",
        "\t" => "\\t",
        _ when rune[0] < ' ' => "\\u" + ((int)rune[0]).ToString("x4", System.Globalization.CultureInfo.InvariantCulture),
        _ => rune,
    };
}
