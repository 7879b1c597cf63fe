using System;
using System.Collections;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Makes the attributes of a hashtable, an ordered or any other dictionary. The engine could do so by itself, but does not in
/// ConstrainedLanguage mode.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AttributesTransformationAttribute : ArgumentTransformationAttribute
{
    private readonly ResourceKind _kind;

    internal AttributesTransformationAttribute(ResourceKind kind) => _kind = kind;

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (SetValue.Bare(inputData) is not IDictionary values)
            return inputData;
        return _kind == ResourceKind.Group ? new GroupAttributes(values) : new UserAttributes(values);
    }
}
