using System;
using System.Management.Automation;
using PSScim.Filters;

namespace PSScim.Commands;

/// <summary>
/// Lets <c>-Filter</c> take a script block in PowerShell's operators as well as a text. It runs before anything is sent,
/// in the scope of the caller, whose variables the script block may name.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FilterTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (data is not ScriptBlock script)
            return inputData;
        try
        {
            return new ScriptFilter(engineIntrinsics.SessionState.PSVariable).Translate(script);
        }
        catch (ScriptFilterException error)
        {
            throw new ArgumentTransformationMetadataException(error.Message, error);
        }
    }
}
