using System;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Leaves no default connection as soon as a parameter of Connect-Scim is bound, whatever its value. A parameter that the
/// binder refuses, such as an empty tenant, fails before the command begins; the commands after it must not run on the
/// connection of the tenant before.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BeginsConnectAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        RunspaceState.Current.BeginConnect();
        return inputData;
    }
}
