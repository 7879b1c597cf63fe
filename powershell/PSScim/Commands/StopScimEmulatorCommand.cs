using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>Stops emulators that Start-ScimEmulator or <c>Connect-Scim -Emulator</c> started.</summary>
/// <example>
/// Stop all emulators that this runspace started.
/// <code>
/// Stop-ScimEmulator
/// </code>
/// </example>
/// <example>
/// Stop one emulator.
/// <code>
/// $emulator = Start-ScimEmulator -PassThru
/// Stop-ScimEmulator $emulator
/// </code>
/// </example>
/// <seealso cref="StartScimEmulatorCommand"/>
[Cmdlet(VerbsLifecycle.Stop, "ScimEmulator")]
public sealed class StopScimEmulatorCommand : ScimCommand
{
    /// <summary>The emulator to stop. Default: all emulators that this runspace started.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ScimEmulator? Emulator { get; set; }

    /// <summary>Stops the emulators. Does nothing if none is running.</summary>
    protected override void ProcessRecord()
    {
        if (Emulator is not null)
            Emulator.Stop();
        else
            ScimEmulator.StopAll();
    }
}
