using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Lets <c>-Id</c> and similar parameters accept ids, objects that have an id, and arrays of both. Without it,
/// PowerShell converts a resource from the pipeline to text, which is its name, before it looks at the id.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IdTransformationAttribute : ArgumentTransformationAttribute
{
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
                ids.Add(resource.Id ?? throw NoId(resource));
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
