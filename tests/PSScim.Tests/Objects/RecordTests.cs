using System;
using System.Linq;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace PSScim.Tests.Objects;

/// <summary>Records: any JSON object survives, and hostile bytes end in one kind of error.</summary>
public sealed class RecordTests
{
    private static readonly Gen<JsonNode?> s_leaf = Gen.OneOf<JsonNode?>(
        Gen.Const((JsonNode?)null),
        Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
        Gen.Long.Select(n => (JsonNode?)JsonValue.Create(n)),
        Gen.Double[-1e300, 1e300].Select(n => (JsonNode?)JsonValue.Create(n)),
        Text().Select(s => (JsonNode?)JsonValue.Create(s)),
        Text().Select(s => (JsonNode?)JsonValue.Create("urn:" + s)));

    private static readonly Gen<JsonNode?> s_json = Gen.Recursive<JsonNode?>((depth, inner) => depth > 3
        ? s_leaf
        : Gen.OneOf(
            s_leaf,
            inner.Array[0, 5].Select(a => (JsonNode?)new JsonArray([.. a.Select(n => n?.DeepClone())])),
            Object(inner).Select(o => (JsonNode?)o)));

    private static readonly Gen<JsonObject> s_object = Object(s_json);

    [Fact]
    public void Any_object_survives() => s_object.Array[1, 4].Sample(objects =>
    {
        string[] texts = [.. objects.Select(o => o.ToJsonString())];
        byte[] page = RecordWriter.Page(texts);
        ScimResource[] resources = Read(page);
        return resources.Length == texts.Length
            && resources.Zip(objects).All(p => JsonNode.DeepEquals(JsonNode.Parse(p.First.ToJson()), p.Second));
    }, iter: 2000);

    [Fact]
    public void Changed_bytes_are_an_error_or_another_value_and_nothing_else() =>
        Gen.Select(s_object, Gen.Int[0, int.MaxValue], Gen.Byte, Gen.Int[0, int.MaxValue], Gen.Byte).Sample((json, at, value, at2, value2) =>
        {
            byte[] page = RecordWriter.Page(json.ToJsonString(), "{\"id\":\"1\",\"emails\":[{\"value\":\"x\"}],\"name\":{\"givenName\":\"y\"}}");
            page[at % page.Length] = value;
            page[at2 % page.Length] = value2;
            LookAtEverything(page);
        }, iter: 5000);

    [Fact]
    public void Any_bytes_are_an_error_or_a_page() => Gen.Byte.Array[0, 200].Sample(LookAtEverything, iter: 2000);

    [Fact]
    public void A_cut_page_is_an_error()
    {
        byte[] page = RecordWriter.Page("{\"id\":\"1\",\"a\":[1,2,{\"b\":\"c\"}]}");
        for (int length = 0; length < page.Length; length++)
            Assert.Throws<RecordFormatException>(() => Read(page[..length]));
    }

    [Fact]
    public void The_present_page_shares_the_names_of_the_one_before()
    {
        ResourceReader reader = new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.User, Projection.None);
        byte[] page = RecordWriter.Page("{\"id\":\"1\"}", "{\"id\":\"2\"}");
        ScimResource[] first = reader.Read(page, page.Length);
        ScimResource[] second = reader.Read(page, page.Length);
        Assert.Same(first[0].Binding, second[1].Binding);
    }

    /// <summary>One for all of these tests: their names are endless, a connection's types are not.</summary>
    private static readonly ResourceTypes s_types = new(seedFromSchema: false);

    private static ScimResource[] Read(byte[] page) =>
        s_types.Reader(ResourceKind.User, Projection.None).Read(page, page.Length);

    private static void LookAtEverything(byte[] page)
    {
        try
        {
            foreach (ScimResource resource in Read(page).Take(50))
            {
                resource.ToJson();
                foreach (string name in resource.Binding.Shape.Names)
                    Look(resource.GetValue(name), 0);
            }
        }
        catch (RecordFormatException)
        {
            // The one kind of error.
        }
    }

    private static void Look(object? value, int depth)
    {
        if (depth > 70)
            return;
        if (value is object?[] array)
            foreach (object? element in array.Take(50))
                Look(element, depth + 1);
        if (value is ScimComplex complex)
            foreach (string name in complex.Binding.Shape.Names)
                Look(complex.GetValue(name), depth + 1);
    }

    private static Gen<JsonObject> Object(Gen<JsonNode?> value) =>
        Gen.Select(Text(), value).Array[0, 6].Select(pairs =>
        {
            var made = new JsonObject();
            foreach ((string name, JsonNode? member) in pairs)
                made[name] = member?.DeepClone();
            return made;
        });

    /// <summary>Text of all planes, without half surrogate pairs.</summary>
    private static Gen<string> Text() => Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 12],
        Gen.Int[0, 0x10ffff].Where(c => c is < 0xd800 or > 0xdfff).Array[0, 6].Select(runes => string.Concat(runes.Select(char.ConvertFromUtf32))));
}
