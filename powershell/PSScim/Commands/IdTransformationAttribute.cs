using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Lets <c>-Id</c> and its like take ids, objects that have an id, and arrays of both. Without it the engine would turn a resource
/// from the pipeline into text, which is its name, before it looked at the resource's id.
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
            case Guid or int or long:
                ids.Add(Convert.ToString(bare, CultureInfo.InvariantCulture)!);
                return true;
            case IDictionary:
                break;
            case IEnumerable list:
                foreach (object? element in list)
                    if (!Add(ids, element))
                        return false;
                return true;
        }
        object? id = PSObject.AsPSObject(item).Properties["id"]?.Value;
        return id is not null && id is not IEnumerable or string && Add(ids, id);
    }
}
