using System;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>Lets <c>-Connection</c> take a name as well as an object.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConnectionTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (data is not string name)
            return inputData;
        return RunspaceState.Current.Find(name)
            ?? throw new ArgumentTransformationMetadataException(
                $"This runspace has no connection named '{name}'. Run Get-ScimContext -ListAvailable to see its connections.");
    }
}
