using System.Collections.Generic;
using System.Linq;

namespace PSScim.Tests.Objects;

/// <summary>Resources as a connection would have read them.</summary>
internal static class Given
{
    internal const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    internal const string Entra = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";

    /// <summary>A user with something of everything.</summary>
    internal const string Json =
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"" + Enterprise + "\"],"
        + "\"id\":\"6f1c\",\"userName\":\"ann@contoso.com\",\"displayName\":\"Ann Ødegård\",\"active\":true,\"loginCount\":7,"
        + "\"ratio\":1.50,\"huge\":123456789012345678901234567890,\"nothing\":null,"
        + "\"name\":{\"givenName\":\"Ann\",\"familyName\":\"Ødegård\"},"
        + "\"emails\":[{\"value\":\"ann@contoso.com\",\"type\":\"work\",\"primary\":true},{\"value\":\"ann@home.example\",\"type\":\"other\"}],"
        + "\"meta\":{\"resourceType\":\"User\",\"created\":\"2024-03-01T12:30:45.1234567+02:00\",\"lastModified\":\"2025-01-02T03:04:05\"},"
        + "\"" + Enterprise + "\":{\"department\":\"Sales\",\"manager\":{\"value\":\"9a\"}},"
        + "\"" + Entra + "\":{\"employeeHireDate\":\"2020-02-29\",\"onPremisesSyncEnabled\":\"True\",\"proxyAddresses\":\"SMTP:ann@contoso.com\"}}";

    /// <summary>One resource of a server that is known for nothing.</summary>
    internal static ScimResource One(string json, ResourceKind kind = ResourceKind.User, Projection? projection = null) =>
        Many(kind, projection, json)[0];

    internal static ScimResource[] Many(ResourceKind kind, Projection? projection, params string[] json) =>
        Read(new ResourceTypes(seedFromSchema: false).Reader(kind, projection ?? Projection.None), json);

    /// <summary>One resource as Entra would have sent it.</summary>
    internal static ScimResource OfEntra(string json, ResourceKind kind = ResourceKind.User, Projection? projection = null) =>
        Read(new ResourceTypes(seedFromSchema: true).Reader(kind, projection ?? Projection.None), json)[0];

    internal static ScimResource[] Read(ResourceReader reader, params string[] json)
    {
        byte[] page = RecordWriter.Page(json);
        return reader.Read(page, page.Length);
    }

    /// <summary>What a person sees: the public properties that the type itself has, in order.</summary>
    internal static string[] Properties(object resource) => [.. resource.GetType().GetProperties()
        .Where(p => p.GetIndexParameters().Length == 0 && !p.IsDefined(typeof(System.Management.Automation.HiddenAttribute), inherit: false))
        .Select(p => p.Name)];

    /// <summary>Looks at everything that there is to see of an object, all the way down.</summary>
    internal static void LookAtAll(ScimObject resource, int depth = 0)
    {
        _ = resource.ToJson();
        _ = resource.ToString();
        foreach (KeyValuePair<string, object?> value in resource.Values)
            LookAt(value.Value, depth);
    }

    private static void LookAt(object? value, int depth)
    {
        if (depth > 20)
            return;
        if (value is ScimObject inside)
            LookAtAll(inside, depth + 1);
        if (value is object?[] list)
            foreach (object? element in list)
                LookAt(element, depth + 1);
    }
}
