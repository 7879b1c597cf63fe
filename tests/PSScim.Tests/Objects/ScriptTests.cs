using System;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using PSScim.Tests.Cmdlets;
using Xunit;
using static PSScim.Tests.Objects.Given;

namespace PSScim.Tests.Objects;

/// <summary>What scripts can do with the objects beyond looking at attributes, and what a server cannot do to scripts.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly Engine _engine = new(import: false);

    public void Dispose() => _engine.Dispose();

    private object? Value(object u, string script) => _engine.Set("u", u).Good(script) is [PSObject only] ? only.BaseObject : null;

    [Theory]
    [InlineData("$u.emails[-1].type", "other")]
    [InlineData("($u.emails | Where-Object { $_.type -eq 'work' }).value", "ann@contoso.com")]
    [InlineData("$u.emails.value -join ','", "ann@contoso.com,ann@home.example")]
    [InlineData("$u | ForEach-Object { $_.displayName }", "Ann Ødegård")]
    [InlineData("($u | Where-Object userName -like '*@contoso.com').id", "6f1c")]
    [InlineData("$p = 'userName'; $u.$p", "ann@contoso.com")]
    [InlineData("\"$u\"", "Ann Ødegård")]
    [InlineData("\"$($u.emails[1])\"", "ann@home.example")]
    [InlineData("\"$($u.name)\"", "{\"givenName\":\"Ann\",\"familyName\":\"Ødegård\"}")]
    [InlineData("$u.emails -is [array]", true)]
    [InlineData("$u.loginCount + 1 -eq 8", true)]
    [InlineData("$u.meta.created -lt [datetime]::UtcNow", true)]
    [InlineData("[Management.Automation.LanguagePrimitives]::Compare($u.meta.created, $u.meta.lastModified) -lt 0", true)]
    [InlineData("[Management.Automation.LanguagePrimitives]::Compare($u.userName, 'ANN@contoso.com', $true) -eq 0", true)]
    [InlineData("$null -eq $u.nothing -and $null -eq $u.noSuchAttribute", true)]
    public void Scripts_find_what_they_look_for(string script, object value) => Assert.Equal(value, Value(One(Json), script));

    [Fact]
    public void Groups_are_groups_and_others_are_resources()
    {
        Assert.IsAssignableFrom<ScimGroup>(One("{\"id\":\"1\"}", ResourceKind.Group));
        ScimResource other = One("{\"id\":\"1\"}", ResourceKind.Resource);
        Assert.False(other is ScimUser or ScimGroup);
    }

    [Fact]
    public void Only_attributes_and_these_methods_are_visible()
    {
        ScimResource user = One(Json);
        string[] methods =
        [
            .. PSObject.AsPSObject(user).Methods.Select(m => m.Name)
                .Where(m => !m.StartsWith("get_", StringComparison.Ordinal) && !m.StartsWith("set_", StringComparison.Ordinal)).Order(),
        ];
        Assert.Equal(["Clone", "CompareTo", "Equals", "GetHashCode", "GetType", "ToJson", "ToString"], methods);
        Assert.Empty(user.GetType().GetFields());
        Assert.Empty(user.GetType().GetConstructors());
        Assert.Empty(user.GetType().GetMethods(BindingFlags.Static | BindingFlags.Public));
    }

    [Fact]
    public void Values_come_through_reflection_as_through_the_engine()
    {
        ScimResource user = One(Json);
        foreach (PSPropertyInfo property in PSObject.AsPSObject(user).Properties)
        {
            PropertyInfo reflected = user.GetType().GetProperty(property.Name)!;
            Assert.Equal(reflected.GetValue(user)?.GetType(), property.Value?.GetType());
            // So that an assigned $null stays $null.
            Assert.Equal(typeof(object), reflected.PropertyType);
        }
    }

    [Fact]
    public void An_export_as_xml_comes_back_with_all_its_values()
    {
        var back = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(One(Json), 3));
        Assert.Equal(7L, back.Properties["loginCount"].Value);
        Assert.Null(back.Properties["nothing"].Value);
        var created = (DateTime)((PSObject)back.Properties["meta"].Value).Properties["created"].Value;
        Assert.Equal(new DateTime(2024, 3, 1, 10, 30, 45).AddTicks(1234567), created);
        Assert.Equal(DateTimeKind.Utc, created.Kind);
        Assert.Equal("Ann Ødegård", back.ToString());
        var emails = (System.Collections.IList)((PSObject)back.Properties["emails"].Value).BaseObject;
        Assert.Equal("ann@home.example", ((PSObject)emails[1]!).Properties["value"].Value);
    }

    [Fact]
    public void Scripts_can_sort_and_group()
    {
        _engine.Set("all", Many(
            ResourceKind.User, null, "{\"id\":\"2\",\"title\":\"B\"}", "{\"id\":\"1\",\"title\":\"a\"}", "{\"id\":\"3\",\"title\":\"b\"}"));
        Assert.Equal("1 2 3", Value(0, "[Linq.Enumerable]::OrderBy([object[]]$all, [Func[object,object]]{ $args[0].id }).id -join ' '"));
        Assert.Equal("b2 a1", Value(0, "$g = [ordered]@{}; $all | ForEach-Object { $g[$_.title.ToLower()]++ }; ($g.Keys | ForEach-Object { $_ + $g[$_] }) -join ' '"));
    }

    [Fact]
    public void Strict_mode_tells_absent_from_not_asked_for()
    {
        const string Strict = "Set-StrictMode -Version Latest; ";
        ScimResource user = One(
            "{\"id\":\"1\",\"displayName\":\"x\",\"emails\":[{\"value\":\"a\"},{\"value\":\"b\",\"primary\":true}]}",
            projection: Projection.Of(["title", "emails"]));
        Assert.Equal(true, Value(user, Strict + "$null -eq $u.title"));
        Assert.Equal("b", Value(user, Strict + "($u.emails | Where-Object { $_.primary }).value"));
        Assert.Equal("PropertyNotFoundStrict", _engine.Bad(Strict + "$u.displayName").FullyQualifiedErrorId);
    }

    [Theory]
    [InlineData("ToString")]
    [InlineData("GetHashCode")]
    [InlineData("PSBase")]
    [InlineData("PSTypeNames")]
    [InlineData("Count")]
    [InlineData("Length")]
    public void An_attribute_named_like_a_member_is_reached_by_index(string name)
    {
        string json = "{\"id\":\"7\",\"" + name + "\":\"value\",\"userName\":\"ann\"}";
        ScimResource user = One(json);
        Assert.Equal(["id", "userName"], Properties(user));
        Assert.Equal("value", Value(user, $"$u['{name}']"));
        Assert.Equal("ann", Value(user, "\"$u\""));
        Assert.Equal(json, Value(user, "$u.ToJson()"));
    }

    [Theory]
    [InlineData("Edits")]
    [InlineData("GetSlot")]
    [InlineData("<Create>")]
    [InlineData(".ctor")]
    [InlineData("*")]
    [InlineData("$ref")]
    [InlineData("😀")]
    [InlineData("it's")]
    public void No_name_that_a_server_may_choose_breaks_an_object(string name)
    {
        string json = "{\"id\":\"7\",\"" + name + "\":\"value\",\"userName\":\"ann\"}";
        ScimResource user = One(json);
        Assert.Equal(["id", name, "userName"], Properties(user));
        Assert.Equal("value", user.GetType().GetProperty(name)!.GetValue(user));
        Assert.Equal("ann", Value(user, "$u.userName"));
        Assert.Equal("ann", Value(user, "\"$u\""));
        Assert.Equal(json, Value(user, "$u.ToJson()"));
        Assert.Equal("value", Value(user, "$u.'" + name.Replace("'", "''", StringComparison.Ordinal) + "'"));
    }

    [Fact]
    public void An_attribute_called_ToJson_leaves_the_method_in_its_place()
    {
        ScimResource user = One("{\"id\":\"7\",\"toJSON\":\"value\"}");
        Assert.Equal(["id"], Properties(user));
        Assert.Equal("{\"id\":\"7\",\"toJSON\":\"value\"}", Value(user, "$u.ToJson()"));
    }

    [Fact]
    public void Many_runspaces_may_set_and_read_one_object()
    {
        ScimResource user = One(Json);
        System.Threading.Tasks.Parallel.For(0, 8, i =>
        {
            using var engine = new Engine(import: false);
            engine.Set("u", user).Good("""
                foreach ($n in 1..200) {
                    $u.displayName = 'x'
                    $u.name.givenName = "y$n"
                    if ($u.name.familyName -ne 'Ødegård' -or $u.displayName -ne 'x') { throw 'lost' }
                }
                """);
        });
        Assert.Equal(["displayName", "name.givenName"], user.Edits.Select(e => e.Key).Order());
        Assert.Equal("y200", Value(user, "$u.name.givenName"));
    }
}
