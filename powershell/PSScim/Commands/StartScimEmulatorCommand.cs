using System;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;

namespace PSScim.Commands;

/// <summary>
/// Starts an emulator of Entra's SCIM API in this process, on loopback: the same paging limits, filters, errors and
/// token endpoint, people that look like people, and no bill. <c>Connect-Scim -Emulator</c> connects to it.
/// </summary>
/// <example>
/// An emulator with as many users as the real directory.
/// <code>
/// Start-ScimEmulator -Users 20000 -Groups 100
/// Connect-Scim -Emulator
/// $all = Get-ScimUser -Attributes id, userName
/// (Get-ScimContext).EstimatedCost
/// </code>
/// The meter counts as for Entra: this is what the command would have cost there.
/// </example>
/// <example>
/// A slow one, to see how a runbook fares.
/// <code>
/// $emulator = Start-ScimEmulator -Users 500 -LatencyMilliseconds 200 -PassThru
/// Connect-Scim -Emulator
/// Get-ScimUser -First 5
/// Stop-ScimEmulator $emulator
/// </code>
/// </example>
/// <example>
/// Another server than Entra, with its own idea of the RFCs.
/// <code>
/// $emulator = Start-ScimEmulator -Users 30 -Quirk zero-based-start-index, text-total -PassThru
/// Connect-Scim -BaseUri $emulator.PlainBaseUri -TenantId $emulator.TenantId -ClientId $emulator.ClientId -ClientSecret $secret -Authority $emulator.Authority
/// @(Get-ScimUser).Count
/// </code>
/// </example>
/// <seealso cref="StopScimEmulatorCommand"/>
/// <seealso cref="ConnectScimCommand"/>
[Cmdlet(VerbsLifecycle.Start, "ScimEmulator")]
[OutputType(typeof(ScimEmulator))]
public sealed class StartScimEmulatorCommand : ScimCommand
{
    /// <summary>How many users it has.</summary>
    [Parameter]
    [ValidateRange(0, 10_000_000)]
    public int Users { get; set; } = 1000;

    /// <summary>How many groups it has.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int Groups { get; set; } = 50;

    /// <summary>The TCP port on 127.0.0.1. Left out: any free one.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>Milliseconds that each request takes longer, as over a network.</summary>
    [Parameter]
    [ValidateRange(0, 600_000)]
    public int LatencyMilliseconds { get; set; }

    /// <summary>The same seed gives the same people.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? Seed { get; set; }

    /// <summary>The tenant that it plays, for scripts that keep several apart. Left out: always the same.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9.-]+$")]
    public string? TenantId { get; set; }

    /// <summary>Certificates to register with its application, to sign in with <c>Connect-Scim -Certificate</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public X509Certificate2[]? Certificate { get; set; }

    /// <summary>The application permissions in its tokens, in place of all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Role { get; set; }

    /// <summary>
    /// In what its plain SCIM server, at PlainBaseUri, differs from the RFCs, as servers in the wild do; several at once.
    /// The names are those of docs/compatibility.md, and an unknown one is answered with all of them.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Quirk { get; set; }

    /// <summary>Returns the emulator.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Starts it.</summary>
    protected override void ProcessRecord()
    {
        try
        {
            Run(
                () => ScimEmulator.Start(
                    Users, Groups, Port, LatencyMilliseconds, Seed,
                    Certificate is null ? null : Array.ConvertAll(Certificate, c => Convert.ToBase64String(c.RawData)),
                    Role,
                    TenantId,
                    Quirk),
                operation =>
                {
                    ScimEmulator emulator = ScimEmulator.Add(operation);
                    if (PassThru)
                        WriteObject(emulator);
                });
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, Port);
        }
    }
}
