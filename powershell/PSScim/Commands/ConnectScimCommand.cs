using System.Management.Automation;
using System.Security;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Connects to Microsoft Entra ID's SCIM API, to any other SCIM 2.0 server, or to the emulator. The connection becomes
/// the default of this runspace and of no other. The sign-in is tried at once; it is free of charge.
/// </summary>
/// <example>
/// With a client secret, to Entra.
/// <code>
/// Connect-Scim -TenantId $tenantId -ClientId $clientId -ClientSecret $secret
/// Get-ScimContext
/// </code>
/// The secret is a SecureString: ask for it with <c>Read-Host -AsSecureString</c>, or read it from a vault.
/// </example>
/// <example>
/// To the emulator: no tenant, no bill.
/// <code>
/// Connect-Scim -Emulator
/// Get-ScimUser -First 3
/// </code>
/// </example>
/// <example>
/// Two connections at once, and a limit to what one may cost.
/// <code>
/// Connect-Scim -Emulator -Name production -RequestBudget 500
/// Connect-Scim -Emulator -Name trial
/// Get-ScimUser -First 3 -Connection production
/// </code>
/// The request that would exceed the budget is refused, not sent; 500 requests to Entra cost one US dollar.
/// </example>
/// <example>
/// The same connection in other runspaces.
/// <code>
/// # Needs PowerShell 7
/// $connection = Connect-Scim -Emulator -PassThru
/// Get-ScimUser -First 9 | ForEach-Object -Parallel { Get-ScimUser -Id $_.id -Connection $using:connection }
/// </code>
/// A runspace of its own has no default connection, so it is handed over. The connection's meter, budget and token are shared.
/// </example>
/// <seealso cref="DisconnectScimCommand"/>
/// <seealso cref="GetScimContextCommand"/>
/// <seealso cref="StartScimEmulatorCommand"/>
[Cmdlet(VerbsCommunications.Connect, "Scim", DefaultParameterSetName = SecretSet)]
[OutputType(typeof(ScimConnection))]
public sealed class ConnectScimCommand : ScimCommand
{
    private const string SecretSet = "ClientSecret";
    private const string TokenSet = "AccessToken";
    private const string EmulatorSet = "Emulator";

    /// <summary>The directory: its id (a GUID) or one of its domain names.</summary>
    [Parameter(ParameterSetName = SecretSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? TenantId { get; set; }

    /// <summary>The application id of the app registration.</summary>
    [Parameter(ParameterSetName = SecretSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? ClientId { get; set; }

    /// <summary>A client secret of the app registration: its value, not its id.</summary>
    [Parameter(ParameterSetName = SecretSet, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? ClientSecret { get; set; }

    /// <summary>An access token that was got elsewhere. It cannot be renewed.</summary>
    [Parameter(ParameterSetName = TokenSet, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>
    /// The emulator that this runspace started last with Start-ScimEmulator, or else a new one of 1,000 users and 50
    /// groups.
    /// </summary>
    [Parameter(ParameterSetName = EmulatorSet, Mandatory = true)]
    public SwitchParameter Emulator { get; set; }

    /// <summary>The cloud: Global, USGov, USGovDoD or China.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = TokenSet)]
    [ValidateSet("Global", "USGov", "USGovDoD", "China")]
    public string? Environment { get; set; }

    /// <summary>The sign-in host, in place of the cloud's.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [ValidateNotNullOrEmpty]
    public string? Authority { get; set; }

    /// <summary>What the token is for, in place of the cloud's scope.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [ValidateNotNullOrEmpty]
    public string? Scope { get; set; }

    /// <summary>The SCIM base URI of another server, such as <c>https://scim.example.org/v2</c>.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = TokenSet)]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>A name for the connection. One of the same name in this runspace is replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The most requests that this connection may send; the one that would exceed it is refused, not sent.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? RequestBudget { get; set; }

    /// <summary>Seconds that one request may take.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <summary>How often a request is repeated at most after 429, 5xx or a broken connection.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int? MaximumRetryCount { get; set; }

    /// <summary>Seconds of the first pause before a request is repeated; it doubles each time, and a service that asks for more gets more.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? RetryIntervalSec { get; set; }

    /// <summary>Returns the connection, to be handed to <c>-Connection</c> in this or another runspace.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Connects.</summary>
    protected override void ProcessRecord()
    {
        try
        {
            Library.Load();
            ScimEmulator? emulator = Emulator ? ScimEmulator.Latest ?? StartEmulator() : null;
            SecureString secret = emulator?.SecureClientSecret ?? ClientSecret ?? AccessToken!;
            var session = Session.Open(Config(emulator), secret);
            try
            {
                Run(session.SignIn, _ => { });
            }
            catch
            {
                session.Dispose();
                throw;
            }
            var connection = new ScimConnection(session, Name);
            RunspaceState.Current.Add(connection);
            if (PassThru)
                WriteObject(connection);
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, BaseUri ?? TenantId);
        }
    }

    private string Config(ScimEmulator? emulator) => new JsonText()
        .Add("environment", Environment)
        .Add("baseUri", emulator?.BaseUri ?? BaseUri)
        .Add("authority", emulator?.Authority ?? Authority)
        .Add("tenantId", emulator?.TenantId ?? TenantId)
        .Add("clientId", emulator?.ClientId ?? ClientId)
        .Add("scope", Scope)
        .Add("credential", ParameterSetName == TokenSet ? "accessToken" : "clientSecret")
        .Add("requestBudget", RequestBudget)
        .Add("timeoutSeconds", TimeoutSec)
        .Add("maximumRetryCount", MaximumRetryCount)
        .Add("retryIntervalMilliseconds", RetryIntervalSec * 1000L)
        .Add("userAgent", "PowerShell/" + Host.Version)
        .ToString();

    private ScimEmulator StartEmulator()
    {
        ScimEmulator? started = null;
        Run(() => ScimEmulator.Start(1000, 50, 0, 0, null), operation => started = ScimEmulator.Add(operation));
        return started!;
    }
}
