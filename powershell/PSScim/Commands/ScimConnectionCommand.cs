using System.Management.Automation;
using PSScim.Completion;

namespace PSScim.Commands;

/// <summary>What all cmdlets that use a connection share.</summary>
public abstract class ScimConnectionCommand : ScimCommand
{
    private ScimConnection? _resolved;

    /// <summary>
    /// The connection to use: an object from <c>Connect-Scim -PassThru</c> or Get-ScimContext, or the name of one of
    /// this runspace's connections. Left out: the one that this runspace made last.
    /// </summary>
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [Parameter]
    [ConnectionTransformation]
    [ValidateNotNull]
    public ScimConnection? Connection { get; set; }

    /// <summary>The connection that this command uses.</summary>
    private protected ScimConnection Resolved => _resolved!;

    private protected override ScimConnection? Metered => _resolved;

    /// <summary>Finds the connection once, before any input.</summary>
    protected override void BeginProcessing()
    {
        _resolved = Connection ?? RunspaceState.Current.Default;
        if (_resolved is not null && _resolved.IsConnected)
            return;
        string message = _resolved is null
            ? "There is no connection in this runspace."
            : $"The connection '{_resolved.Name}' was closed by Disconnect-Scim.";
        ThrowTerminating(new ScimException(new ScimFailure
        {
            Id = "NotConnected",
            Category = nameof(ErrorCategory.ConnectionError),
            Message = message,
            Advice = "Connect with Connect-Scim, or hand over a connection of another runspace with -Connection.",
        }));
    }

    /// <summary>
    /// Writes an error for one input object, so that the others go on; but an error that would meet every one of them
    /// ends the command.
    /// </summary>
    private protected void Report(ScimException error, object? target)
    {
        switch (error.Id)
        {
            case "AuthenticationFailed" or "TokenResponseInvalid" or "InvalidAuthenticationToken" or "ApiNotEnabled"
                or "BudgetExceeded" or "NameNotFound" or "ConnectionRefused" or "NotConnected"
                or "ProxyUnreachable" or "ProxyAuthenticationRequired" or "ProxyRefused" or "TlsFailure" or "TlsVersionTooOld"
                or "CertificateExpired" or "CertificateNameMismatch" or "CertificateUntrusted" or "ClientCertificateRefused":
                ThrowTerminating(error, target);
                break;
            default:
                WriteError(error.ToErrorRecord(target));
                break;
        }
    }
}
