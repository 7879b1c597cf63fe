using Xunit;
using static PSScim.Tests.Objects.Given;

namespace PSScim.Tests.Objects;

/// <summary>Attributes as the views write them.</summary>
public sealed class AttributeTextTests
{
    [Theory]
    [InlineData("emails", "ann@contoso.com (work, primary)\nann@home.example (other)")]
    [InlineData("name", "givenName: Ann, familyName: Ødegård")]
    [InlineData("active", "True")]
    [InlineData("ratio", "1.5")]
    [InlineData("nothing", "")]
    [InlineData("userName", "ann@contoso.com")]
    public void Values_are_written_for_people(string attribute, string expected) =>
        Assert.Equal(expected, AttributeText.Of(One(Json).GetValue(attribute)));

    [Fact]
    public void A_block_has_a_line_for_each_attribute_that_has_a_value()
    {
        Assert.Equal("department : Sales\nmanager    : 9a", AttributeText.Block(One(Json).GetValue(Enterprise)));
        Assert.Equal("", AttributeText.Block(null));
    }

    [Fact]
    public void What_was_set_is_what_is_shown()
    {
        ScimResource user = One(Json);
        Assert.True(user.Binding.Shape.TryGetSlot("displayName", out int slot));
        user.SetSlot(slot, "Captain");
        Assert.Matches("displayName +: Captain\n", AttributeText.Block(user));
    }

    [Fact]
    public void Dates_are_in_UTC_and_unknown_attributes_are_not_lost()
    {
        ScimResource user = One(Json);
        Assert.Contains("created      : 2024-03-01 10:30:45Z", AttributeText.Block(user.GetValue("meta")), System.StringComparison.Ordinal);
        Assert.Equal("loginCount : 7\nratio      : 1.5\nhuge       : 123456789012345678901234567890", AttributeText.Unknown(user));
    }

    [Fact]
    public void A_schema_is_a_tree()
    {
        ScimResource schema = One(
            """{"id":"s","attributes":[{"name":"a","type":"string","mutability":"readWrite","required":true},{"name":"many","type":"complex","multiValued":true,"mutability":"readOnly","returned":"never","subAttributes":[{"name":"b","type":"reference"}]}]}""",
            ResourceKind.Schema);
        Assert.Equal("a    string, readWrite, required\nmany complex[], readOnly, returned never\n  b  reference", AttributeText.Tree(schema.GetValue("attributes")));
    }
}
