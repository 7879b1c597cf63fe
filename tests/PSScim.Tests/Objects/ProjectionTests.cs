using System.Linq;
using Xunit;
using static PSScim.Tests.Objects.Given;

namespace PSScim.Tests.Objects;

/// <summary>Objects have what was asked for, and nothing that was not.</summary>
public sealed class ProjectionTests
{
    private const string Core = "urn:ietf:params:scim:schemas:core:2.0:User";

    [Theory]
    [InlineData("userName", "id userName")]
    [InlineData("userName,id", "userName id")]
    [InlineData("USERNAME,userName", "id userName")]
    [InlineData("title, DisplayName", "id title displayName")]
    [InlineData(Core + ":userName", "id userName")]
    [InlineData("emails[type eq \"work\"].value", "id emails")]
    [InlineData("emails.value,emails.type", "id emails")]
    [InlineData("nickname", "id nickname")]
    [InlineData(Enterprise + ":department," + Enterprise + ":manager.value", "id " + Enterprise)]
    [InlineData("meta.created", "id meta")]
    public void Top_level_names_are_those_asked_for(string asked, string names) =>
        Assert.Equal(names.Split(' '), Properties(One(Json, projection: Projection.Of(asked.Split(',')))));

    [Theory]
    [InlineData("name.familyName", "name", "familyName")]
    [InlineData("name.familyName,name", "name", "givenName familyName")]
    [InlineData("name,name.familyName", "name", "givenName familyName")]
    [InlineData("name.middleName,name.givenName", "name", "middleName givenName")]
    [InlineData(Enterprise + ":department", Enterprise, "department")]
    [InlineData(Enterprise, Enterprise, "department manager")]
    [InlineData(Enterprise + ":division," + Enterprise + ":manager", Enterprise, "division manager")]
    public void So_are_those_inside(string asked, string member, string names)
    {
        ScimResource user = One(Json, projection: Projection.Of(asked.Split(',')));
        Assert.Equal(names.Split(' '), Properties(user.GetValue(member)!));
    }

    [Fact]
    public void The_URN_alone_of_the_core_schema_asks_for_all_that_comes() =>
        Assert.Contains("userName", Properties(One(Json, projection: Projection.Of([Core]))));

    [Theory]
    [InlineData("urn:salesforce:schemas:extension:00D1", "urn:salesforce:schemas:extension:00D1:badge")]
    [InlineData("urn:scim:schemas:extension:enterprise:1.0", "urn:scim:schemas:extension:enterprise:1.0:badge")]
    [InlineData("urn:x:2.0:User:more", "urn:x:2.0:User:more:badge")]
    [InlineData("urn:example:hr.v1", "urn:example:hr.v1:badge.number")]
    public void An_extension_of_any_URN_is_found_once_it_is_seen(string urn, string asked)
    {
        ResourceReader reader = new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.User, Projection.Of([asked, "title"]));
        Read(reader, "{\"id\":\"1\"}");
        ScimResource user = Read(reader, "{\"id\":\"1\",\"" + urn + "\":{\"other\":1,\"badge\":{\"number\":7,\"other\":1}}}")[0];
        Assert.Equal(["id", urn, "title"], Properties(user));
        Assert.Equal(["badge"], Properties(user.GetValue(urn)!));
        object badge = ((ScimObject)user.GetValue(urn)!).GetValue("badge")!;
        Assert.Equal(asked.EndsWith("number", System.StringComparison.Ordinal) ? ["number"] : ["other", "number"], Properties(badge).OrderDescending());
    }

    [Fact]
    public void A_name_is_spelled_as_on_the_wire_from_when_it_is_seen_there()
    {
        ResourceReader reader = new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.User, Projection.Of(["NICKNAME"]));
        Assert.Equal(["id", "NICKNAME"], Properties(Read(reader, "{\"id\":\"1\"}")[0]));
        Assert.Equal(["id", "nickName"], Properties(Read(reader, "{\"id\":\"1\",\"nickName\":\"A\"}")[0]));
        Assert.Equal(["id", "nickName"], Properties(Read(reader, "{\"id\":\"1\",\"NickName\":\"A\"}")[0]));
    }

    [Fact]
    public void What_is_excluded_is_no_property_but_the_id_stays()
    {
        ScimResource user = OfEntra(Json, projection: Projection.Excluding(["id", "TITLE", "name.givenName", Enterprise + ":manager", Entra]));
        Assert.Equal("6f1c", user.Id);
        Assert.DoesNotContain("title", Properties(user));
        Assert.DoesNotContain(Entra, Properties(user));
        Assert.Equal(["familyName"], Properties(user.GetValue("name")!));
        Assert.DoesNotContain("manager", Properties(user.GetValue(Enterprise)!));
        Assert.Contains("department", Properties(user.GetValue(Enterprise)!));
    }

    [Fact]
    public void Equal_lists_share_their_type_and_others_do_not_show_through()
    {
        var types = new ResourceTypes(seedFromSchema: false);
        ScimResource narrow = Read(types.Reader(ResourceKind.User, Projection.Of(["userName"])), Json)[0];
        ScimResource wide = Read(types.Reader(ResourceKind.User, Projection.None), Json)[0];
        Assert.Same(narrow.GetType(), Read(new ResourceTypes(seedFromSchema: true).Reader(ResourceKind.User, Projection.Of(["USERNAME"])), Json)[0].GetType());
        Assert.Contains("title", Properties(Read(types.Reader(ResourceKind.User, Projection.Of(["title"])), Json)[0]));
        Assert.DoesNotContain("title", Properties(wide));
    }
}
