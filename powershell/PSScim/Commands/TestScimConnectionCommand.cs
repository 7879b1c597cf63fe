using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Checks a connection step by step, with one row per check: name resolution, TCP and TLS, the token, its audience and
/// permissions, whether Entra's SCIM API is turned on, and a read of one user. At most one request, the last one, is
/// billed, and none if an earlier check fails.
/// </summary>
/// <example>
/// Check a connection for reading.
/// <code>
/// Test-ScimConnection -ReadOnly
/// </code>
/// Each check is one row. The Advice of the first failed check says what to do. Later checks are skipped.
/// </example>
/// <example>
/// Stop a runbook at the start if a check fails.
/// <code>
/// $failed = Test-ScimConnection | Where-Object Status -eq Failed
/// if ($failed) { throw $failed.Advice }
/// </code>
/// </example>
/// <seealso cref="ConnectScimCommand"/>
/// <seealso cref="GetScimAccessTokenCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "ScimConnection")]
[OutputType(typeof(ScimCheck))]
public sealed class TestScimConnectionCommand : ScimConnectionCommand
{
    /// <summary>Skips the checks of write permissions, for a connection that only reads.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>Runs the checks.</summary>
    protected override void ProcessRecord()
    {
        string cost = Resolved.IsEntra
            ? "at most one billable request (USD 0.002), or none if an earlier check fails"
            : "one request to the service, which isn't billed";
        // Shown as Write-Host's text is: what it will cost is to be read before it is spent.
        WriteInformation(
            new HostInformationMessage { Message = $"Testing {Resolved.Name} ({Resolved.BaseUri}): {cost}." },
            ["PSHOST"]);
        try
        {
            var types = new ResourceTypes(seedFromSchema: false);
            ResourceReader reader = types.Reader(ResourceKind.Resource, Projection.None);
            Run(() => Resolved.Session.Check(ReadOnly), operation =>
            {
                foreach (ScimResource record in reader.Read(operation))
                    WriteObject(new ScimCheck(record));
            });
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, Resolved.BaseUri);
        }
    }
}
