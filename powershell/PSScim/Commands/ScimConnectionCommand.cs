using System.Management.Automation;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The base of all cmdlets that use a connection.</summary>
public abstract class ScimConnectionCommand : ScimCommand
{
    private ScimConnection? _resolved;
    private bool _hasEntered;
    private bool _isResolving;

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
        ThrowTerminating(_resolved?.Unusable() ?? new ScimException(
            ErrorId.NotConnected,
            RunspaceState.Current.HasFailed
                ? "This runspace has no default connection, because the last Connect-Scim failed."
                : "This runspace has no connection."));
    }

    /// <summary>
    /// Finds what the names of a command mean, and checks them. A name that no attribute has ends the command before a
    /// request is made for objects.
    /// </summary>
    /// <param name="endpoint">Of what they are.</param>
    /// <param name="attributes">The names after -Attributes, or null.</param>
    /// <param name="excluded">The names after -ExcludedAttributes, or null.</param>
    /// <param name="filter">The filter, or null.</param>
    /// <exception cref="ScimException">The filter cannot be read, or the connection fails.</exception>
    private protected ResolvedNames Resolve(string endpoint, string[]? attributes, string[]? excluded, string? filter)
    {
        if (ResolvedNames.Query(endpoint, attributes, excluded, filter) is not string query)
            return ResolvedNames.None;
        ResolvedNames names = ResolvedNames.None;
        _isResolving = true;
        try
        {
            Run(() => Resolved.Session.Resolve(query), operation => { names = ResolvedNames.Of(operation); });
        }
        catch (ScimException error) when (error.Id == nameof(ErrorId.UnknownAttribute))
        {
            ThrowTerminating(error, string.Join(", ", attributes ?? excluded ?? []));
        }
        finally
        {
            _isResolving = false;
        }
        return names;
    }

    /// <summary>Warns of names that may be misspelled: the server doesn't say which it has, and no object had them.</summary>
    private protected void WarnOfUnseen(ResolvedNames names, string noun)
    {
        foreach (string name in names.Unseen)
            WriteWarning($"No {noun} has a value for '{name}'. Check the name: the server doesn't say which attributes it has.");
    }

    private protected override void Took(Operation operation)
    {
        // What names mean is no progress.
        if (!_isResolving)
            base.Took(operation);
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
