using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;
using PSScim.Native;

namespace PSScim.Changes;

/// <summary>
/// What was set on a resource, by names that a service understands: an element is told by its type, not by its place in
/// the list (<c>emails[0].value</c> becomes <c>emails[work].value</c>).
/// </summary>
internal static class EditNames
{
    /// <summary>The type of those e-mail addresses that only the service sets.</summary>
    internal const string ReadOnlyType = "proxyAddress";

    private static readonly Regex s_typed = new(@"^(.+?)\[type eq ""([^""]*)""\](?:\.(.+))?$", RegexOptions.CultureInvariant);

    private static readonly Regex s_indexed = new(@"^(.+?)\[(\d+)\](.*)$", RegexOptions.CultureInvariant);

    /// <exception cref="ScimException">It cannot be told which element is meant.</exception>
    internal static IEnumerable<KeyValuePair<string, object?>> Of(ScimResource resource)
    {
        foreach (KeyValuePair<string, object?> edit in resource.Edits)
        {
            string path = Qualified(resource, edit.Key);
            Match indexed = s_indexed.Match(edit.Key);
            if (edit.Value is "")
                throw Empty(path);
            if (indexed.Success)
                yield return new(Named(resource, indexed), edit.Value);
            else if (edit.Value is object?[] values && Received(resource, edit.Key) is object?[] received && AreTyped(values) && AreTyped(received))
                foreach (KeyValuePair<string, object?> change in Differences(path, received, values))
                    yield return change;
            else
                yield return new(path, edit.Value);
        }
    }

    /// <summary>The <c>type</c> of an element, or null.</summary>
    internal static string? TypeOf(object? element) => SetValue.Bare(element) switch
    {
        ScimComplex complex => complex.GetValue("type") as string,
        IDictionary dictionary => JsonValue.Entries(dictionary).FirstOrDefault(e => IsType(e.Key)).Value?.ToString(),
        PSObject custom => custom.Properties["type"]?.Value?.ToString(),
        _ => null,
    };

    /// <summary>
    /// The path with the core schema's URN where the object has an attribute at the top that the schema knows in an extension
    /// only: its bare name would mean the extension's.
    /// </summary>
    private static string Qualified(ScimResource resource, string path)
    {
        ResourceKind kind = resource is ScimGroup ? ResourceKind.Group : ResourceKind.User;
        string name = path.Split('.', '[')[0];
        bool isElsewhere = !Projection.IsUrn(path) && KnownSchema.Find(kind, name) is null && KnownSchema.FindShort(kind, name) is not null
            && resource.Binding.Shape.TryGetSlot(name, out _);
        return isElsewhere ? $"urn:ietf:params:scim:schemas:core:2.0:{kind}:{path}" : path;
    }

    /// <summary>What a resource has, as far as is known, at the path of an operation.</summary>
    internal static object? Before(ScimResource resource, string path)
    {
        Match typed = s_typed.Match(path);
        string whole = typed.Success ? typed.Groups[1].Value : path;
        object? before = Received(resource, whole);
        if (typed.Success)
        {
            string type = typed.Groups[2].Value, sub = typed.Groups[3].Value;
            object? element = (before as object?[])?.FirstOrDefault(each => TypeOf(each) == type);
            return sub.Length == 0 ? element : (element as ScimComplex)?.Baseline(sub);
        }
        int dot = path.LastIndexOf('.');
        if (before is null && dot > 0 && Received(resource, path.Substring(0, dot)) is ScimComplex complex)
            before = complex.Baseline(path.Substring(dot + 1));
        return before;
    }

    private static string Named(ScimResource resource, Match indexed)
    {
        string attribute = indexed.Groups[1].Value, rest = indexed.Groups[3].Value;
        int index = int.Parse(indexed.Groups[2].Value, CultureInfo.InvariantCulture);
        var elements = Received(resource, attribute) as object?[];
        var element = index < elements?.Length ? elements[index] as ScimComplex : null;
        string? type = element is null ? null : TypeOf(element);
        if (type is null || rest == ".type" || elements!.Count(e => TypeOf(e) == type) > 1)
            throw Unclear(attribute + indexed.Value.Substring(attribute.Length));
        return $"{attribute}[type eq {Native.JsonText.Quoted(type)}]{rest}";
    }

    /// <summary>What has to be set and cleared, type by type, to come from one list to the other.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> Differences(string attribute, object?[] received, object?[] values)
    {
        foreach (object? value in values)
        {
            string type = TypeOf(value)!;
            object? before = received.FirstOrDefault(element => TypeOf(element) == type);
            if (before is null || !SetValue.IsSame(SetValue.Bare(value), before))
                yield return new($"{attribute}[type eq {Native.JsonText.Quoted(type)}]", value);
        }
        foreach (object? before in received)
            if (TypeOf(before) is string type && type != ReadOnlyType && !values.Any(value => TypeOf(value) == type))
                yield return new($"{attribute}[type eq {Native.JsonText.Quoted(type)}]", null);
    }

    private static bool AreTyped(object?[] elements)
    {
        var types = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return elements.All(element => TypeOf(element) is string type && types.Add(type));
    }

    /// <summary>What an attribute had when it came; of an extension too.</summary>
    private static object? Received(ScimResource resource, string path)
    {
        ScimObject owner = resource;
        string name = path;
        foreach (string urn in resource.Binding.Shape.Names.Where(Projection.IsUrn))
        {
            if (path.StartsWith(urn + ":", StringComparison.OrdinalIgnoreCase) && resource.GetValue(urn) is ScimComplex extension)
                (owner, name) = (extension, path.Substring(urn.Length + 1));
        }
        return owner.Binding.Shape.TryGetSlot(name, out int slot) ? owner.Baseline(slot) : null;
    }

    private static bool IsType(string name) => string.Equals(name, "type", StringComparison.OrdinalIgnoreCase);

    private static ScimException Empty(string path) => new(
        ErrorId.InvalidValue,
        $"'{path}' was set to an empty text. No request was made.",
        "Assign $null to clear the attribute, or use -Clear.");

    private static ScimException Unclear(string path) => new(
        ErrorId.InvalidValue,
        $"'{path}' was set on a value without a type that is unique in its list, so the change can't be sent. No request was made.",
        "Give each value a different type, or set the whole attribute.");
}
