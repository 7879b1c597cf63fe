using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Checks what stands between here and a working connection, one row a check: the server's name, TCP and TLS, the token,
/// whom it is for, what it permits, whether Entra's SCIM API is switched on, and a read of one user. It makes one billable
/// request at most, the last, and none when an earlier check fails.
/// </summary>
/// <example>
/// Is the connection good for reading?
/// <code>
/// Test-ScimConnection -ReadOnly
/// </code>
/// A row a check. The first that failed says in its Advice what to do; those behind it are skipped.
/// </example>
/// <example>
/// Stop a runbook before it begins when something is not right.
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
    /// <summary>Leaves the permissions to write out: for a connection that only reads.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>Checks.</summary>
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
