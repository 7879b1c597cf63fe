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

    private static bool Add(List<string> ids, object? item)
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
        if (own is null)
            return false;
        ids.Add(ResourceId.Of(own) ?? throw NoId(own));
        return true;
    }

    private static ArgumentTransformationMetadataException NoId(object given) => new(
        given is ScimResource
            ? "The object has no id: only a string or a number is one."
            : $"A {given.GetType().Name} isn't an id: only a string or a number is one.");
}
