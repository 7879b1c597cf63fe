using System.Management.Automation;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The base of all cmdlets that use a connection.</summary>
public abstract class ScimConnectionCommand : ScimCommand
{
    private ScimConnection? _resolved;
    private bool _hasEntered;

    /// <summary>
    /// The connection to use: an object from <c>Connect-Scim -PassThru</c> or Get-ScimContext, or the name of a
    /// connection of this runspace. Default: the last connection that this runspace made.
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
        if (_resolved is not null)
        {
            _resolved.Enter();
            _hasEntered = true;
            if (_resolved.IsConnected)
                return;
        }
        string message = _resolved is null
            ? "This runspace has no connection."
            : $"The connection '{_resolved.Name}' was closed.";
        ThrowTerminating(new ScimException(ErrorId.NotConnected, message));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!_hasEntered)
            return;
        _hasEntered = false;
        _resolved!.Leave();
    }

    /// <summary>
    /// Writes an error for one input object, so that the others continue. An error that would affect every object ends
    /// the command.
    /// </summary>
    private protected void Report(ScimException error, object? target)
    {
        switch (error.Id)
        {
            case nameof(ErrorId.AuthenticationFailed) or nameof(ErrorId.TokenResponseInvalid) or nameof(ErrorId.InvalidAuthenticationToken)
                or nameof(ErrorId.ApiNotEnabled) or nameof(ErrorId.BudgetExceeded) or nameof(ErrorId.NameNotFound)
                or nameof(ErrorId.ConnectionRefused) or nameof(ErrorId.NotConnected) or nameof(ErrorId.ProxyUnreachable)
                or nameof(ErrorId.ProxyAuthenticationRequired) or nameof(ErrorId.ProxyRefused) or nameof(ErrorId.TlsFailure)
                or nameof(ErrorId.TlsVersionTooOld) or nameof(ErrorId.CertificateExpired) or nameof(ErrorId.CertificateNameMismatch)
                or nameof(ErrorId.CertificateUntrusted) or nameof(ErrorId.ClientCertificateRefused):
                ThrowTerminating(error, target);
                break;
            default:
                WriteFailure(error, target);
                break;
        }
    }
}
