using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Changes;

/// <summary>What of an existing resource a new one can be made of: all that is set by others than the service.</summary>
internal static class Pattern
{
    internal static List<KeyValuePair<string, object?>> Of(object resource)
    {
        var values = new List<KeyValuePair<string, object?>>();
        // A saved resource says no more of what kind it is than its attributes do.
        bool isUser = resource is ScimUser || (resource as PSObject)?.Properties["userName"] is not null;
        Take(isUser ? ResourceKind.User : ResourceKind.Group, "", Members(resource), values);
        return values;
    }

    private static void Take(
        ResourceKind kind, string path, IEnumerable<KeyValuePair<string, object?>> members, List<KeyValuePair<string, object?>> values)
    {
        foreach (KeyValuePair<string, object?> member in members)
        {
            string name = path.Length == 0 ? member.Key : path + ScimComplex.SeparatorBehind(path) + member.Key;
            KnownAttribute? known = KnownSchema.Find(kind, name);
            object? value = SetValue.Bare(member.Value);
            if (value is null || known is { IsReadOnly: true })
                continue;
            if (Projection.IsUrn(member.Key) && path.Length == 0)
                Take(kind, member.Key, Members(value), values);
            else if (known is { IsMultiValued: true } && value is IEnumerable list and not string)
                values.Add(new(name, Writable(list)));
            else
                values.Add(new(name, member.Value));
        }
    }

    /// <summary>The addresses of a mailbox are among its owner's, and the service's own.</summary>
    private static object?[] Writable(IEnumerable list)
    {
        var kept = new List<object?>();
        foreach (object? element in list)
            if (EditNames.TypeOf(element) is not EditNames.ReadOnlyType)
                kept.Add(element);
        return [.. kept];
    }

    private static IEnumerable<KeyValuePair<string, object?>> Members(object value) => value switch
    {
        ScimObject received => received.Values,
        IDictionary dictionary => JsonValue.Entries(dictionary),
        _ => JsonValue.Properties(PSObject.AsPSObject(value)),
    };
}
