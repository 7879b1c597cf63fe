using System;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;

namespace PSScim.Commands;

/// <summary>
/// Starts an emulator of Entra's SCIM API in this process, on the loopback address. It has the same paging limits,
/// filters, errors and token endpoint, realistic users, and no cost. To connect to it, use <c>Connect-Scim
/// -Emulator</c>.
/// </summary>
/// <example>
/// Start an emulator with as many users as your directory.
/// <code>
/// Start-ScimEmulator -Users 20000 -Groups 100
/// Connect-Scim -Emulator
/// $all = Get-ScimUser -Attributes id, userName
/// (Get-ScimContext).EstimatedCost
/// </code>
/// The meter works as it does for Entra and shows what the command would cost there.
/// </example>
/// <example>
/// Start a slow emulator to test a runbook.
/// <code>
/// $emulator = Start-ScimEmulator -Users 500 -LatencyMilliseconds 200 -PassThru
/// Connect-Scim -Emulator
/// Get-ScimUser -First 5
/// Stop-ScimEmulator $emulator
/// </code>
/// </example>
/// <example>
/// Emulate a server other than Entra that deviates from the RFCs.
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
    /// <summary>The number of users. Default: 1,000.</summary>
    [Parameter]
    [ValidateRange(0, 10_000_000)]
    public int Users { get; set; } = 1000;

    /// <summary>The number of groups. Default: 50.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int Groups { get; set; } = 50;

    /// <summary>The TCP port on 127.0.0.1. Default: any free port.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The delay of each request in milliseconds, to simulate a network. Default: none.</summary>
    [Parameter]
    [ValidateRange(0, 600_000)]
    public int LatencyMilliseconds { get; set; }

    /// <summary>The seed of the generated users. The same seed generates the same users.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? Seed { get; set; }

    /// <summary>The tenant ID, for scripts that use several tenants. Default: always the same.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9.-]+$")]
    public string? TenantId { get; set; }

    /// <summary>Certificates to register for the app, to sign in with <c>Connect-Scim -Certificate</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public X509Certificate2[]? Certificate { get; set; }

    /// <summary>The application permissions in the tokens. Default: all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Role { get; set; }

    /// <summary>
    /// Deviations from the RFCs for the plain SCIM server at PlainBaseUri, as they occur in real servers. You can
    /// combine them. The names are listed in docs/compatibility.md, and in the error for an unknown name.
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
        RunspaceState.Current.EndWithScript(Host);
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
