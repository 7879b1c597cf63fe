using System;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Numerics;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Objects;

/// <summary>What must hold of the objects, through the engine: the list of docs/architecture.md.</summary>
public sealed class ObjectTests : IDisposable
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    private const string Ann = $$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","{{Enterprise}}"],"id":"1","userName":"ann@contoso.com",
        "name":{"familyName":"Ångström","givenName":"Ann"},"active":true,"title":"Engineer","count":42,"ratio":0.25,
        "big":123456789012345678901234567890,"emails":[{"value":"ann@contoso.com","type":"work","primary":true},
        {"value":"ann@home.example","type":"home"}],"{{Enterprise}}":{"department":"R&D","manager":{"value":"7"} },
        "meta":{"resourceType":"user","created":"2024-02-29T12:30:00Z","lastModified":"2024-03-01T01:00:00+02:00"},"tags":[]}
        """;

    private const string Bob = """{"id":"2","userName":"bob@contoso.com","active":false,"note":null,"addresses":{"locality":"Oslo"}}""";

    private readonly Engine _engine = new();
    private readonly ResourceTypes _types = new(seedFromSchema: false);

    public ObjectTests() => _engine.Set("users", Read(Projection.None, Ann, Bob)).Good("$u = $users[0]");

    public void Dispose() => _engine.Dispose();

    private ScimResource[] Read(Projection projection, params string[] objects)
    {
        byte[] page = RecordWriter.Page(objects);
        return _types.Reader(ResourceKind.User, projection).Read(page, page.Length);
    }

    private object? Value(string script) => _engine.Good(script) is [PSObject only] ? only?.BaseObject : null;

    [Theory]
    [InlineData("$u.userName", "ann@contoso.com")]
    [InlineData("$u.USERNAME", "ann@contoso.com")]
    [InlineData("$u.name.givenName", "Ann")]
    [InlineData($"$u.'{Enterprise}'.department", "R&D")]
    [InlineData($"$u.'{Enterprise}'.manager.value", "7")]
    [InlineData("$u.emails[0].value", "ann@contoso.com")]
    [InlineData("$u.emails[1].type", "home")]
    [InlineData("$u.emails.Count", 2)]
    [InlineData("$u.emails[0].primary", true)]
    [InlineData("$u.active", true)]
    [InlineData("$u['count']", 42L)]
    [InlineData("$u['USERNAME']", "ann@contoso.com")]
    [InlineData("$u.count", 1)]
    [InlineData("$u.ratio", 0.25)]
    [InlineData("$u.tags.Count", 0)]
    [InlineData("$u -is [PSScim.ScimUser]", true)]
    [InlineData("$u.name -is [PSScim.ScimComplex]", true)]
    [InlineData("$u.schemas.Count", 2)]
    [InlineData("\"$u\"", "ann@contoso.com")]
    [InlineData("Set-StrictMode -Version Latest; $null -eq $users[1].title", true)]
    [InlineData("$users[1].addresses[0].locality", "Oslo")]
    [InlineData("($users | Where-Object active).id", "1")]
    [InlineData("($users | Where-Object { -not $_.active }).id", "2")]
    [InlineData("-join ($users | ForEach-Object userName | ForEach-Object { $_[0] })", "ab")]
    public void A_property_has_its_value_and_its_type(string script, object expected) => Assert.Equal(expected, Value(script));

    [Fact]
    public void Dates_are_in_UTC_and_large_numbers_whole()
    {
        Assert.Equal(new DateTime(2024, 2, 29, 12, 30, 0, DateTimeKind.Utc), Value("$u.meta.created"));
        var modified = Assert.IsType<DateTime>(Value("$u.meta.lastModified"));
        Assert.Equal((new DateTime(2024, 2, 29, 23, 0, 0), DateTimeKind.Utc), (modified, modified.Kind));
        Assert.Equal(BigInteger.Parse("123456789012345678901234567890", null), Value("$u.big"));
    }

    [Fact]
    public void A_text_that_looks_like_a_date_stays_a_text()
    {
        ScimResource user = Read(Projection.None, """{"id":"1","title":"2024-02-29T12:30:00Z"}""")[0];
        Assert.Equal("2024-02-29T12:30:00Z", user.GetValue("title"));
    }

    [Fact]
    public void The_engine_sees_attributes_and_nothing_else()
    {
        PSObject user = _engine.Good("$u")[0];
        Assert.Equal(
            ["schemas", "id", "userName", "name", "active", "title", "ratio", "big", "emails", Enterprise, "meta", "tags", "note", "addresses"],
            user.Properties.Select(p => p.Name));
        Assert.All(user.Properties, p => Assert.Equal(PSMemberTypes.Property, p.MemberType));
        Assert.Contains("PSScim.ScimUser", user.TypeNames);
        string[] methods = [.. user.Methods.Select(m => m.Name).Where(n => !n.StartsWith("get_", StringComparison.Ordinal) && !n.StartsWith("set_", StringComparison.Ordinal))];
        Assert.Contains("ToJson", methods);
        Assert.DoesNotContain("GetSlot", methods);
        Assert.DoesNotContain("SetSlot", methods);
        // What ConvertTo-Json and Export-Csv go by: the public properties of the type, less those for the short names of extensions.
        PropertyInfo[] all = [.. user.BaseObject.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0)];
        PropertyInfo[] hidden = [.. all.Where(p => p.IsDefined(typeof(HiddenAttribute), inherit: false))];
        Assert.Equal(user.Properties.Select(p => p.Name), all.Except(hidden).Select(p => p.Name));
        Assert.Contains("department", hidden.Select(p => p.Name));
        Assert.All(hidden, p => Assert.True(p.IsDefined(typeof(Newtonsoft.Json.JsonIgnoreAttribute), inherit: false), p.Name));
    }

    [Fact]
    public void The_JSON_is_as_received()
    {
        string compact = System.Text.Json.Nodes.JsonNode.Parse(Ann)!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.Equal(compact, Value("$u.ToJson()"));
        Assert.Equal("""{"familyName":"Ångström","givenName":"Ann"}""", Value("$u.title = 'x'; $u.name.ToJson()"));
    }

    [Fact]
    public void Clixml_takes_it_and_gives_it_back()
    {
        var back = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(_engine.Good("$u")[0].BaseObject, 3));
        Assert.Equal("ann@contoso.com", back.Properties["userName"].Value);
        Assert.Equal(true, back.Properties["active"].Value);
        Assert.Equal("Ann", ((PSObject)back.Properties["name"].Value).Properties["givenName"].Value);
        Assert.Contains("Deserialized.PSScim.ScimUser", back.TypeNames);
    }

    [Fact]
    public void Members_can_be_added()
    {
        _engine.Good("$u.psobject.Members.Add([System.Management.Automation.PSNoteProperty]::new('Extra', 5))");
        Assert.Equal(5, Value("$u.Extra"));
        Assert.Equal("ann@contoso.com", Value("$u.userName"));
    }

    [Fact]
    public void A_projection_has_what_was_asked_for_and_nothing_else()
    {
        ScimResource user = Read(Projection.Of(["USERNAME", "title", "name.givenName", Enterprise + ":department", "nickName"]), Ann)[0];
        Assert.Equal(["id", "userName", "title", "name", Enterprise, "nickName"], user.Binding.Shape.Names);
        Assert.Equal(["givenName"], ((ScimComplex)user.GetValue("name")!).Binding.Shape.Names);
        Assert.Equal(["department"], ((ScimComplex)user.GetValue(Enterprise)!).Binding.Shape.Names);
        Assert.Null(user.GetValue("nickName"));
        Assert.Null(Read(Projection.Of(["title"]), Bob)[0].GetValue("title"));
        Assert.DoesNotContain("title", Read(Projection.Excluding(["title"]), Ann)[0].Binding.Shape.Names);
        ScimResource less = Read(Projection.Excluding([Enterprise + ":manager"]), Ann)[0];
        Assert.Equal(["department"], ((ScimComplex)less.GetValue(Enterprise)!).Binding.Shape.Names);
    }

    [Fact]
    public void What_is_set_is_remembered_and_read_back()
    {
        _engine.Good($$"""
            $u.title = 'Director'; $u.name.givenName = 'Anna'; $u.emails[1].value = 'new@home.example'
            $u.'{{Enterprise}}'.department = $null; $u.active = $true; $u.'{{Enterprise}}'.manager.value = '9'
            """);
        Assert.Equal("Director", Value("$u.title"));
        Assert.Equal("Anna", Value("$u.name.givenName"));
        Assert.Equal("new@home.example", Value("$u.emails[1].value"));
        Assert.Null(Value($"$u.'{Enterprise}'.department"));
        var resource = (ScimResource)_engine.Good("$u")[0].BaseObject;
        Assert.Equal(
            [
                ("title", "Director"), ("name.givenName", "Anna"), ("emails[1].value", "new@home.example"),
                ($"{Enterprise}:department", null), ($"{Enterprise}:manager.value", "9"),
            ],
            resource.Edits.Select(e => (e.Key, (string?)e.Value)));
        Assert.False(((ScimResource)_engine.Good("$users[1]")[0].BaseObject).HasEdits);
        Assert.Contains("\"Engineer\"", (string)Value("$u.ToJson()")!, StringComparison.Ordinal);
        _engine.Good("$u.title = 'Engineer'");
        Assert.DoesNotContain(resource.Edits, e => e.Key == "title");
        _engine.Good("$u.name = @{ givenName = 'A' }");
        Assert.DoesNotContain(resource.Edits, e => e.Key == "name.givenName");
    }

    [Fact]
    public void Types_grow_and_do_not_multiply()
    {
        ScimResource[] first = Read(Projection.None, """{"id":"1","zz1":1}""");
        ScimResource[] second = Read(Projection.None, """{"id":"2","zz2":2}""");
        ScimResource[] third = Read(Projection.None, """{"zz1":3,"id":"3"}""");
        Assert.Equal(second[0].GetType(), third[0].GetType());
        Assert.Equal(first[0].Binding.Shape.Names, second[0].Binding.Shape.Names.Take(first[0].Binding.Shape.Names.Count));
        Assert.Equal(1L, first[0].GetValue("zz1"));
        Assert.Equal(3L, third[0].GetValue("zz1"));
        byte[] page = RecordWriter.Page(Bob);
        ScimResource OfNewConnection() => new ResourceTypes(seedFromSchema: true).Reader(ResourceKind.Group, Projection.None).Read(page, page.Length)[0];
        Assert.Equal(OfNewConnection().GetType(), OfNewConnection().GetType());
    }

    [Fact]
    public void One_connection_cannot_use_up_the_types_of_the_others()
    {
        ResourceReader reader = new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.Resource, Projection.None);
        var seen = new System.Collections.Generic.HashSet<Type>();
        for (int i = 0; i < Limits.TypesPerConnection + 50; i++)
        {
            byte[] page = RecordWriter.Page("{\"id\":\"1\",\"invented" + i + "\":1}");
            seen.Add(reader.Read(page, page.Length)[0].GetType());
        }
        Assert.InRange(seen.Count, 1, Limits.TypesPerConnection + 1);
    }

    [Fact]
    public void A_hostile_server_cannot_make_types_or_properties_without_bound()
    {
        var types = new ResourceTypes(seedFromSchema: false);
        ResourceReader reader = types.Reader(ResourceKind.Resource, Projection.None);
        ScimResource last = null!;
        var seen = new System.Collections.Generic.HashSet<Type>();
        for (int page = 0; page < 100; page++)
        {
            string members = string.Join(",", Enumerable.Range(page * 1000, 1000).Select(i => $"\"hostile{i}\":{i}"));
            byte[] bytes = RecordWriter.Page("{\"id\":\"1\"," + members + "}");
            last = reader.Read(bytes, bytes.Length)[0];
            seen.Add(last.GetType());
        }
        Assert.InRange(seen.Count, 1, 2);
        Assert.Equal(Limits.PropertiesPerType, last.Binding.Shape.Names.Count);
        Assert.Contains("\"hostile99999\":99999", last.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get_id")]
    [InlineData("a b:c.d[0]")]
    [InlineData("日本")]
    public void Odd_names_are_properties_like_others(string name)
    {
        ScimResource odd = Read(Projection.None, $"{{\"id\":\"1\",\"{name}\":\"v\"}}")[0];
        Assert.Equal("v", PSObject.AsPSObject(odd).Properties[name].Value);
        Assert.Equal("1", PSObject.AsPSObject(odd).Properties["id"].Value);
    }

    [Theory]
    [InlineData("GetType")]
    [InlineData("psobject")]
    [InlineData("ToString")]
    [InlineData("Item")]
    [InlineData("LENGTH")]
    public void Names_of_members_are_no_properties_and_the_indexer_has_them(string name)
    {
        ScimResource odd = Read(Projection.None, $"{{\"id\":\"1\",\"{name}\":\"v\"}}")[0];
        Assert.DoesNotContain(PSObject.AsPSObject(odd).Properties, p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("v", odd[name]);
        odd[name] = "w";
        Assert.Equal("w", odd[name]);
        Assert.Equal(name, Assert.Single(odd.Edits).Key);
        Assert.Throws<ArgumentException>(() => odd["nothing"] = 1);
        Assert.Null(odd["nothing"]);
    }

    [Fact]
    public void Names_that_no_property_can_have_are_left_to_the_JSON()
    {
        string json = "{\"id\":\"1\",\"\":1,\"a\\u0000b\":2,\"" + new string('x', 300) + "\":3}";
        ScimResource odd = Read(Projection.None, json)[0];
        Assert.All(PSObject.AsPSObject(odd).Properties, p => Assert.InRange(p.Name.Length, 1, 256));
        Assert.Contains(":3}", odd.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_differ_in_case_only_are_one_property()
    {
        ScimResource[] both = Read(Projection.None, """{"id":"1","colour":"a"}""", """{"ID":"2","Colour":"b"}""");
        Assert.Equal(["1", "2"], both.Select(b => (string)PSObject.AsPSObject(b).Properties["id"].Value));
        Assert.Equal("""{"ID":"2","Colour":"b"}""", both[1].ToJson());
    }

    [Fact]
    public void Many_runspaces_read_and_grow_at_once()
    {
        Parallel.For(0, 16, i =>
        {
            using var engine = new Engine(import: false);
            for (int round = 0; round < 20; round++)
            {
                ScimResource[] users = Read(Projection.None, Ann, $"{{\"id\":\"{i}\",\"own{round % 7}\":{{\"deep{i}\":{round}}}}}");
                object value = engine.Set("u", users[1]).Good($"$u.own{round % 7}.deep{i}")[0].BaseObject;
                Assert.Equal((long)round, value);
                Assert.Equal("Ann", engine.Set("u", users[0]).Good("$u.name.givenName")[0].BaseObject);
            }
        });
    }

    [Fact]
    public void Entra_types_are_stable_from_the_first_page()
    {
        var types = new ResourceTypes(seedFromSchema: true);
        byte[] page = RecordWriter.Page("""{"id":"1","userName":"x"}""");
        ScimResource user = types.Reader(ResourceKind.User, Projection.None).Read(page, page.Length)[0];
        Assert.Equal("id", user.Binding.Shape.Names[0]);
        Assert.Equal(["meta", "schemas"], user.Binding.Shape.Names.TakeLast(2).Order());
        Assert.Contains("emails", user.Binding.Shape.Names);
        Assert.DoesNotContain("password", user.Binding.Shape.Names);
        Assert.DoesNotContain("groups", user.Binding.Shape.Names);
    }
}
