using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Connects to Microsoft Entra ID's SCIM API, to any other SCIM 2.0 server, or to the emulator. The connection becomes
/// the default of this runspace and of no other, and takes the place of the one before it: names keep several apart. The
/// sign-in is tried at once; it is free of charge.
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
/// With a certificate whose key never leaves the store of Windows.
/// <code>
/// # Needs a certificate in the store
/// Connect-Scim -TenantId $tenantId -ClientId $clientId -CertificateThumbprint 9E2C1F3BA1C0D4E5F60718293A4B5C6D7E8F9012
/// </code>
/// Elsewhere <c>-CertificatePath</c> takes a PFX or PEM file. docs/sign-in.md says which credential is good where.
/// </example>
/// <example>
/// In an Azure Automation runbook, a Function or on a virtual machine: nothing secret to keep.
/// <code>
/// # Needs a managed identity
/// Connect-Scim -Identity
/// Test-ScimConnection -ReadOnly
/// </code>
/// </example>
/// <example>
/// With the token of another module, asked for whenever a new one is needed.
/// <code>
/// # Needs the module Az.Accounts
/// Connect-Scim -AccessTokenProvider { Get-AzAccessToken -ResourceUrl https://graph.microsoft.com }
/// </code>
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
/// <example>
/// Through a proxy that wants a password, to a server whose certificate the company's own authority signed.
/// <code>
/// # Needs a proxy and a server
/// $proxy = Get-Credential
/// Connect-Scim -BaseUri https://scim.contoso.example/v2 -AccessToken $token -Proxy http://proxy.contoso.example:8080 -ProxyCredential $proxy -CertificateAuthority ./contoso-ca.pem
/// </code>
/// What each of these is called by Invoke-RestMethod: docs/transport.md.
/// </example>
/// <seealso cref="DisconnectScimCommand"/>
/// <seealso cref="GetScimContextCommand"/>
/// <seealso cref="StartScimEmulatorCommand"/>
[Cmdlet(VerbsCommunications.Connect, "Scim", DefaultParameterSetName = SignInSet.Secret)]
[OutputType(typeof(ScimConnection))]
public sealed class ConnectScimCommand : ScimServiceCommand
{
    /// <summary>The directory: its id (a GUID) or one of its domain names.</summary>
    [Parameter(ParameterSetName = SignInSet.Secret, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.Certificate, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.Thumbprint, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.CertificateFile, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.FederatedToken, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.FederatedFile, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.GitHub, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.AzureDevOps, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.SecretCredential, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? TenantId { get; set; }

    /// <summary>The application id of the app registration; with -Identity that of a user-assigned identity.</summary>
    [Parameter(ParameterSetName = SignInSet.Secret, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.Certificate, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.Thumbprint, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.CertificateFile, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.FederatedToken, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.FederatedFile, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.GitHub, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.AzureDevOps, Mandatory = true)]
    [Parameter(ParameterSetName = SignInSet.Identity)]
    [ValidateNotNullOrEmpty]
    public string? ClientId { get; set; }

    /// <summary>A client secret of the app registration: its value, not its id.</summary>
    [Parameter(ParameterSetName = SignInSet.Secret, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? ClientSecret { get; set; }

    /// <summary>The application id as user name and a client secret as password.</summary>
    [Parameter(ParameterSetName = SignInSet.SecretCredential, Mandatory = true)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? ClientSecretCredential { get; set; }

    /// <summary>A certificate with its private key, which may be one that cannot leave its store.</summary>
    [Parameter(ParameterSetName = SignInSet.Certificate, Mandatory = true)]
    [ValidateNotNull]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The thumbprint of a certificate in the store of the current user, or else of the machine.</summary>
    [Parameter(ParameterSetName = SignInSet.Thumbprint, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificateThumbprint { get; set; }

    /// <summary>A PFX or PEM file with a certificate and its private key.</summary>
    [Parameter(ParameterSetName = SignInSet.CertificateFile, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The password of the file.</summary>
    [Parameter(ParameterSetName = SignInSet.CertificateFile)]
    [ValidateNotNull]
    public SecureString? CertificatePassword { get; set; }

    /// <summary>The managed identity of the App Service, Function, Automation runbook, Azure Arc server or virtual machine that this runs on.</summary>
    [Parameter(ParameterSetName = SignInSet.Identity, Mandatory = true)]
    public SwitchParameter Identity { get; set; }

    /// <summary>A token of another issuer that the app registration's federated credentials name. It cannot be renewed.</summary>
    [Parameter(ParameterSetName = SignInSet.FederatedToken, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? FederatedToken { get; set; }

    /// <summary>A file that holds such a token, as Kubernetes keeps one. It is read anew whenever a token is needed.</summary>
    [Parameter(ParameterSetName = SignInSet.FederatedFile, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? FederatedTokenFile { get; set; }

    /// <summary>The token that GitHub gives the job that this runs in; the job needs <c>permissions: id-token: write</c>.</summary>
    [Parameter(ParameterSetName = SignInSet.GitHub, Mandatory = true)]
    public SwitchParameter GitHubActions { get; set; }

    /// <summary>The token that Azure DevOps gives the task that this runs in; it needs <c>SYSTEM_ACCESSTOKEN</c> in its environment.</summary>
    [Parameter(ParameterSetName = SignInSet.AzureDevOps, Mandatory = true)]
    public SwitchParameter AzureDevOps { get; set; }

    /// <summary>The id of the service connection to sign in by.</summary>
    [Parameter(ParameterSetName = SignInSet.AzureDevOps, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? ServiceConnectionId { get; set; }

    /// <summary>What the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE say.</summary>
    [Parameter(ParameterSetName = SignInSet.Variable, Mandatory = true)]
    public SwitchParameter EnvironmentVariable { get; set; }

    /// <summary>An access token that was got elsewhere. It cannot be renewed.</summary>
    [Parameter(ParameterSetName = SignInSet.Token, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>A script block that writes an access token; called in this runspace, or the one that uses the connection, whenever one is needed.</summary>
    [Parameter(ParameterSetName = SignInSet.Provider, Mandatory = true)]
    [ValidateNotNull]
    public ScriptBlock? AccessTokenProvider { get; set; }

    /// <summary>Name and password for a server with basic authentication.</summary>
    [Parameter(ParameterSetName = SignInSet.Basic, Mandatory = true)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>
    /// The emulator that this runspace started last with Start-ScimEmulator, or else a new one of 1,000 users and 50
    /// groups.
    /// </summary>
    [Parameter(ParameterSetName = SignInSet.Emulator, Mandatory = true)]
    public SwitchParameter Emulator { get; set; }

    /// <summary>
    /// A name for the connection. One of the same name in this runspace is replaced, and a connection without a name replaces
    /// the one without a name. What is replaced is closed, unless -PassThru or Get-ScimContext has handed it out.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Returns the connection, to be handed to <c>-Connection</c> in this or another runspace.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Connects.</summary>
    protected override void ProcessRecord()
    {
        try
        {
            Library.Load();
            WarnOfSkippedCheck(BaseUri);
            Session session = Emulator ? Open(ScimEmulator.Latest ?? StartEmulator()) : Open();
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
            if (!PassThru)
                return;
            connection.HandOut();
            WriteObject(connection);
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, BaseUri ?? TenantId);
        }
    }

    /// <summary>Each way to sign in: what the library calls it, its secret, and what else belongs to it.</summary>
    private Session Open()
    {
        switch (ParameterSetName)
        {
            case SignInSet.Secret:
                return Open(Config("clientSecret"), ClientSecret!);
            case SignInSet.SecretCredential:
                ClientId = ClientSecretCredential!.UserName;
                return Open(Config("clientSecret"), ClientSecretCredential.Password);
            case SignInSet.Certificate or SignInSet.Thumbprint:
                StoredCertificate certificate = Certificate is null
                    ? StoredCertificate.Find(CertificateThumbprint!)
                    : new StoredCertificate(Certificate);
                return Open(Config("certificateInStore").Add("certificate", certificate.Encoded), SecretBytes.None, certificate);
            case SignInSet.CertificateFile:
                return Open(Config("certificate").Add("certificatePath", FilePath(CertificatePath!)), CertificatePassword ?? new SecureString());
            case SignInSet.FederatedToken:
                return Open(Config("federatedToken"), FederatedToken!);
            case SignInSet.FederatedFile:
                return Open(Config("federatedTokenFile").Add("federatedTokenFile", FilePath(FederatedTokenFile!)), SecretBytes.None);
            case SignInSet.Identity:
                return Open(Config("identity"), SignInVariables.Block());
            case SignInSet.GitHub:
                return Open(Config("gitHubActions"), SignInVariables.Block());
            case SignInSet.AzureDevOps:
                return Open(Config("azureDevOps").Add("serviceConnectionId", ServiceConnectionId), SignInVariables.Block());
            case SignInSet.Variable:
                return Open(Config("environmentVariable"), SignInVariables.Block());
            case SignInSet.Provider:
                return Open(Config("accessTokenProvider"), SecretBytes.None, new TokenProvider(AccessTokenProvider!, SessionState.LanguageMode));
            case SignInSet.Basic:
                return Open(Config("basic").Add("userName", Credential!.UserName), Credential.Password);
            default:
                return Open(Config("accessToken"), AccessToken!);
        }
    }

    private Session Open(JsonText config, SecureString secret) => Open(config, SecretText.Encode(secret));

    private Session Open(JsonText config, SecretBytes secret, ISignInSource? source = null)
    {
        using (secret)
            return Session.Open(config.ToString(), secret, TransportSecrets(), source);
    }

    private JsonText Config(string credential) => Service(Transport(new JsonText()))
        .Add("tenantId", TenantId)
        .Add("clientId", ClientId)
        .Add("credential", credential);

    /// <summary>An emulator says itself where it is and who may sign in.</summary>
    private Session Open(ScimEmulator emulator)
    {
        if (Misplaced() is string parameter)
            throw new ScimException(ErrorId.InvalidConfiguration, $"-{parameter} can't be used with -Emulator, which sets its own addresses.", "Remove one of the two.");
        JsonText config = Transport(new JsonText())
            .Add("baseUri", emulator.BaseUri)
            .Add("authority", emulator.Authority)
            .Add("tenantId", emulator.TenantId)
            .Add("clientId", emulator.ClientId)
            .Add("credential", "clientSecret");
        return Open(config, emulator.SecureClientSecret);
    }

    private ScimEmulator StartEmulator()
    {
        ScimEmulator? started = null;
        Run(() => ScimEmulator.Start(1000, 50, 0, 0, null), operation => started = ScimEmulator.Add(operation));
        return started!;
    }
}
