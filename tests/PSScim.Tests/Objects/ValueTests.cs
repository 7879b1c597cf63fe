using System;
using System.Globalization;
using System.Linq;
using System.Numerics;
using Xunit;
using static PSScim.Tests.Objects.Given;

namespace PSScim.Tests.Objects;

/// <summary>What the values on the wire become.</summary>
public sealed class ValueTests
{
    private static object? Value(string json) => One("{\"id\":\"1\",\"x\":" + json + "}").GetValue("x");

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-1", -1L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("-0", -0.0)]
    [InlineData("1.0", 1.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("0.1", 0.1)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    [InlineData("1e999", "1e999")]
    public void Numbers(string json, object value)
    {
        Assert.Equal(value, Value(json));
        Assert.Equal("{\"id\":\"1\",\"x\":" + json + "}", One("{\"id\":\"1\",\"x\":" + json + "}").ToJson());
    }

    [Fact]
    public void Numbers_that_a_double_would_cut_keep_their_digits()
    {
        Assert.Equal(123456789.123456789123m, Value("123456789.123456789123"));
        Assert.Equal(BigInteger.Parse("9223372036854775808", CultureInfo.InvariantCulture), Value("9223372036854775808"));
        // Time to read grows with the square of the digits: this many are no number that anyone calculates with.
        string endless = new('9', 2_000_000);
        Assert.Equal(endless, Value(endless));
    }

    [Theory]
    [InlineData("2024-02-29T12:30:00Z", "2024-02-29T12:30:00.0000000Z")]
    [InlineData("2024-02-29t12:30:00z", "2024-02-29T12:30:00.0000000Z")]
    [InlineData("2024-02-29T12:30:00", "2024-02-29T12:30:00.0000000Z")]
    [InlineData("2024-02-29T12:30:00+05:30", "2024-02-29T07:00:00.0000000Z")]
    [InlineData("2024-02-29T00:30:00-0100", "2024-02-29T01:30:00.0000000Z")]
    [InlineData("2024-02-29T00:30:00+01", "2024-02-28T23:30:00.0000000Z")]
    [InlineData("2024-02-29T12:30:00.1234567891Z", "2024-02-29T12:30:00.1234567Z")]
    [InlineData("2024-02-29T12:30:00.5Z", "2024-02-29T12:30:00.5000000Z")]
    [InlineData("2024-02-29T12:30Z", "2024-02-29T12:30:00.0000000Z")]
    [InlineData("2024-02-29T24:00:00Z", "2024-03-01T00:00:00.0000000Z")]
    [InlineData("2024-12-31T24:00:00.000+01:00", "2024-12-31T23:00:00.0000000Z")]
    [InlineData("2024-02-29", "2024-02-29T00:00:00.0000000Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z")]
    public void Dates_are_instants_in_UTC(string text, string utc)
    {
        Assert.True(IsoDateTime.TryParse(text, out DateTime read));
        Assert.Equal(utc, read.ToString("o", CultureInfo.InvariantCulture));
        Assert.Equal(read, ((ScimObject)One("{\"meta\":{\"created\":\"" + text + "\"}}").GetValue("meta")!).GetValue("created"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2023-02-29T12:30:00Z")]
    [InlineData("2024-13-01T12:30:00Z")]
    [InlineData("2024-02-29T24:00:01Z")]
    [InlineData("2024-02-29T12:30:60Z")]
    [InlineData("2024-02-29T12:30:00.Z")]
    [InlineData("2024-02-29T12:30:00+25:00")]
    [InlineData("2024-02-29T12:30:00Z ")]
    [InlineData("02/29/2024")]
    [InlineData("2024-2-9")]
    [InlineData("２０２４-02-29")]
    [InlineData("0000-01-01")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    public void What_is_no_date_stays_as_it_came(string text) =>
        Assert.Equal(text, ((ScimObject)One("{\"meta\":{\"created\":\"" + text + "\"}}").GetValue("meta")!).GetValue("created"));

    [Fact]
    public void The_schema_says_what_texts_stand_for()
    {
        var entra = (ScimObject)One(Json).GetValue(Entra)!;
        Assert.Equal(new DateTime(2020, 2, 29), entra.GetValue("employeeHireDate"));
        Assert.Equal(true, entra.GetValue("onPremisesSyncEnabled"));
        Assert.Equal(["SMTP:ann@contoso.com"], (object?[])entra.GetValue("proxyAddresses")!);
        Assert.Equal("True", One("{\"title\":\"True\"}").GetValue("title"));
        Assert.Equal(false, One("{\"active\":\"False\"}").GetValue("active"));
        Assert.Equal("no", One("{\"active\":\"no\"}").GetValue("active"));
        Assert.Equal("12", One("{\"id\":12}").GetValue("id"));
        Assert.Equal("12345678901234567890", One("{\"id\":12345678901234567890}").GetValue("id"));
        Assert.Equal(12L, One("{\"unknown\":12}").GetValue("unknown"));
        var meta = (ScimObject)One("{\"meta\":{\"lastModified\":\"2024-02-29\"}}", ResourceKind.Resource).GetValue("meta")!;
        Assert.IsType<DateTime>(meta.GetValue("lastModified"));
    }

    [Fact]
    public void Arrays_are_arrays_whatever_is_in_them()
    {
        Assert.Equal([1L, "a", null, true], (object?[])Value("[1,\"a\",null,true]")!);
        var nested = (object?[])Value("[[{\"a\":1}],[]]")!;
        var deep = (ScimComplex)((object?[])nested[0]!)[0]!;
        Assert.Equal("x[0][0].a", deep.PathOf(0));
        Assert.Empty((object?[])Value("[]")!);
        Assert.Null(One("{\"emails\":null}").GetValue("emails"));
        Assert.Single((object?[])One("{\"emails\":\"bare\"}").GetValue("emails")!);
    }

    [Fact]
    public void All_elements_of_an_array_have_one_type()
    {
        var list = (object?[])Value("[{\"a\":1},{\"b\":2},{\"c\":3,\"a\":4}]")!;
        Assert.Single(list.Select(e => e!.GetType()).Distinct());
        Assert.Equal(["a", "b", "c"], Properties(list[0]!));
    }

    [Fact]
    public void The_offline_schema_answers_by_path()
    {
        Assert.True(KnownSchema.IsDateTime(ResourceKind.User, Entra + ":EMPLOYEEHIREDATE"));
        Assert.True(KnownSchema.IsDateTime(ResourceKind.Resource, "meta.created"));
        Assert.True(KnownSchema.IsMultiValued(ResourceKind.User, "emails"));
        Assert.False(KnownSchema.IsMultiValued(ResourceKind.User, "emails.value"));
        Assert.Equal("userName", KnownSchema.Find(ResourceKind.User, "urn:ietf:params:scim:schemas:core:2.0:User:username")?.Name);
        Assert.Null(KnownSchema.Find(ResourceKind.Group, "userName"));
        Assert.Contains(Enterprise, KnownSchema.Extensions);
        Assert.Equal("id", KnownSchema.TopLevelNames(ResourceKind.User)[0]);
        Assert.DoesNotContain("password", KnownSchema.TopLevelNames(ResourceKind.User));
        Assert.Equal(["value"], KnownSchema.Members(ResourceKind.User, Enterprise + ":manager"));
        Assert.DoesNotContain(KnownSchema.Manager, KnownSchema.AllUserAttributesButManager);
        Assert.Contains(Enterprise + ":department", KnownSchema.AllUserAttributesButManager);
    }
}
