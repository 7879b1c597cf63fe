using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace PSScim.Commands;

/// <summary>
/// Lets <c>-Id</c> and similar parameters accept ids, objects that have an id, and arrays of both. Without it,
/// PowerShell converts a resource from the pipeline to text, which is its name, before it looks at the id.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IdTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>The services of ids that were taken from objects: a parameter gets the text alone.</summary>
    private static readonly ConditionalWeakTable<string, ServiceOrigin> s_origins = new();

    /// <summary>The service of the object that this very text was taken from; null where it was given as text.</summary>
    internal static ServiceOrigin? OriginOf(string? id) =>
        id is not null && s_origins.TryGetValue(id, out ServiceOrigin? origin) ? origin : null;

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var ids = new List<string>();
        if (!Add(ids, inputData))
            return inputData;
        // A parameter for one id takes no array.
        return ids.Count == 1 ? ids[0] : ids.ToArray();
    }

    private bool Add(List<string> ids, object? item)
    {
        object? bare = item is PSObject wrapped ? wrapped.BaseObject : item;
        switch (bare)
        {
            case null:
                return false;
            case string text:
                // A text without a key in it stays what it is, and is refused as such.
                ids.Add(KeyText.Of(text) ?? text);
                return true;
            case ScimResource resource:
                // A text of its own, so that no other with the same characters is taken for it.
                string copied = new((resource.Id ?? throw NoId(resource)).ToCharArray());
                if (resource.Origin is ServiceOrigin origin)
                    s_origins.Add(copied, origin);
                ids.Add(copied);
                return true;
            case IDictionary:
                break;
            case object number when ResourceId.Of(number) is string id:
                ids.Add(id);
                return true;
            case IEnumerable list:
                foreach (object? element in list)
                    if (!Add(ids, element))
                        return false;
                return true;
        }
        object? own = bare is IDictionary ? null : PSObject.AsPSObject(item).Properties["id"]?.Value;
        if (bare is IDictionary table)
            own = Value(table, "id");
        if (own is null)
            return AddName(ids, item);
        ids.Add(ResourceId.Of(own) ?? throw NoId(own));
        return true;
    }

    /// <summary>
    /// Of a row without an id its user name, marked as such. The row itself never becomes text: it may hold a password, and
    /// the text would go into a URL.
    /// </summary>
    private bool AddName(List<string> ids, object? item)
    {
        object? bare = SetValue.Bare(item);
        if (bare is not (PSObject or IDictionary))
            return false;
        object? Of(string name) => bare is IDictionary table ? Value(table, name) : PSObject.AsPSObject(item).Properties[name]?.Value;
        string? name = KeyText.Of(Of("userName")) ?? KeyText.Of(Of("UserPrincipalName"));
        if (!IsPiped)
            throw new ArgumentTransformationMetadataException("The object has no id. Pass an id, or an object that has one.");
        string key = new((name ?? Nameless).ToCharArray());
        s_keys.Add(key, name is null ? "" : "userName");
        ids.Add(key);
        return true;
    }

    private static object? Value(IDictionary table, string name)
    {
        foreach (DictionaryEntry entry in table)
            if (string.Equals(entry.Key as string, name, StringComparison.OrdinalIgnoreCase))
                return SetValue.Bare(entry.Value);
        return null;
    }

    /// <summary>Stands for an object without an id and a name. No id has a control character, so it is never sent.</summary>
    private const string Nameless = "\u0001";

    private static readonly ConditionalWeakTable<string, string> s_keys = new();

    /// <summary>Whether this very text was taken from an object without an id: its user name, or nothing that names it.</summary>
    internal static bool IsName(string id) => s_keys.TryGetValue(id, out _);

    /// <summary>The user name that this very text is; null where it is an id.</summary>
    /// <exception cref="ScimException">It stands for an object without an id and a name.</exception>
    internal static string? NameOf(string id) => !s_keys.TryGetValue(id, out string? attribute) ? null
        : attribute.Length > 0 ? id
        : throw new ScimException(
            Native.ErrorId.InvalidId,
            "The input object has no id and no userName. No request was made.",
            "Add one of them to the object.");

    /// <summary>Whether objects come from the pipeline: then one without an id is the command's to judge, row by row.</summary>
    public bool IsPiped { get; set; }

    private static ArgumentTransformationMetadataException NoId(object given) => new(
        given is ScimResource
            ? "The object has no id: only a string or a number is one."
            : $"A {given.GetType().Name} isn't an id: only a string or a number is one.");
}
