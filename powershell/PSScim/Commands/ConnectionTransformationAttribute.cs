using System;
using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>Lets <c>-Connection</c> take a name as well as an object.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConnectionTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        // What is wrong is said by the command, with an id of its own: an error here would be one of the binder.
        if (data is string name)
            return RunspaceState.Current.Find(name) ?? new ScimConnection(new ScimException(
                ErrorId.ConnectionNotFound,
                $"This runspace has no connection named '{name}'."));
        if (inputData is PSObject copy && copy.TypeNames.Contains("Deserialized." + typeof(ScimConnection).FullName))
            return new ScimConnection(new ScimException(
                ErrorId.NotConnected,
                "This is a copy of a connection from another process or session, without its token.",
                "Connect with Connect-Scim inside the job or session, or use Start-ThreadJob or ForEach-Object -Parallel, which take $using:connection."));
        return inputData;
    }
}
