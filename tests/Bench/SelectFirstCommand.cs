using System;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Runtime.CompilerServices;

namespace PSScim.Bench;

/// <summary>
/// `Select-Object -First N`, which comes with pwsh and not with the engine's package: it passes N objects on and then
/// stops what is upstream by the engine's own exception, as Select-Object does.
/// </summary>
[Cmdlet(VerbsCommon.Select, "First")]
public sealed class SelectFirstCommand : PSCmdlet
{
    private int _passed;

    /// <summary>How many.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public int Count { get; set; }

    /// <summary>What is passed on.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Passes one on.</summary>
    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        if (++_passed == Count)
            throw (Exception)Stop(this);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType("System.Management.Automation.StopUpstreamCommandsException, System.Management.Automation")]
    private static extern object Stop(InternalCommand requesting);
}
