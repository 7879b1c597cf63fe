using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
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
    private const string SecretCredentialSet = "ClientSecretCredential";
    private const string CertificateSet = "Certificate";
    private const string ThumbprintSet = "CertificateThumbprint";
    private const string CertificateFileSet = "CertificatePath";
    private const string IdentitySet = "Identity";
    private const string FederatedTokenSet = "FederatedToken";
    private const string FederatedFileSet = "FederatedTokenFile";
    private const string GitHubSet = "GitHubActions";
    private const string AzureDevOpsSet = "AzureDevOps";
    private const string VariableSet = "EnvironmentVariable";
    private const string TokenSet = "AccessToken";
    private const string ProviderSet = "AccessTokenProvider";
    private const string BasicSet = "Credential";
    private const string EmulatorSet = "Emulator";

    /// <summary>The directory: its id (a GUID) or one of its domain names.</summary>
    [Parameter(ParameterSetName = SecretSet, Mandatory = true)]
    [Parameter(ParameterSetName = CertificateSet, Mandatory = true)]
    [Parameter(ParameterSetName = ThumbprintSet, Mandatory = true)]
    [Parameter(ParameterSetName = CertificateFileSet, Mandatory = true)]
    [Parameter(ParameterSetName = FederatedTokenSet, Mandatory = true)]
    [Parameter(ParameterSetName = FederatedFileSet, Mandatory = true)]
    [Parameter(ParameterSetName = GitHubSet, Mandatory = true)]
    [Parameter(ParameterSetName = AzureDevOpsSet, Mandatory = true)]
    [Parameter(ParameterSetName = SecretCredentialSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? TenantId { get; set; }

    /// <summary>The application id of the app registration; with -Identity that of a user-assigned identity.</summary>
    [Parameter(ParameterSetName = SecretSet, Mandatory = true)]
    [Parameter(ParameterSetName = CertificateSet, Mandatory = true)]
    [Parameter(ParameterSetName = ThumbprintSet, Mandatory = true)]
    [Parameter(ParameterSetName = CertificateFileSet, Mandatory = true)]
    [Parameter(ParameterSetName = FederatedTokenSet, Mandatory = true)]
    [Parameter(ParameterSetName = FederatedFileSet, Mandatory = true)]
    [Parameter(ParameterSetName = GitHubSet, Mandatory = true)]
    [Parameter(ParameterSetName = AzureDevOpsSet, Mandatory = true)]
    [Parameter(ParameterSetName = IdentitySet)]
    [ValidateNotNullOrEmpty]
    public string? ClientId { get; set; }

    /// <summary>A client secret of the app registration: its value, not its id.</summary>
    [Parameter(ParameterSetName = SecretSet, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? ClientSecret { get; set; }

    /// <summary>The application id as user name and a client secret as password.</summary>
    [Parameter(ParameterSetName = SecretCredentialSet, Mandatory = true)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? ClientSecretCredential { get; set; }

    /// <summary>A certificate with its private key, which may be one that cannot leave its store.</summary>
    [Parameter(ParameterSetName = CertificateSet, Mandatory = true)]
    [ValidateNotNull]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The thumbprint of a certificate in the store of the current user, or else of the machine.</summary>
    [Parameter(ParameterSetName = ThumbprintSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificateThumbprint { get; set; }

    /// <summary>A PFX or PEM file with a certificate and its private key.</summary>
    [Parameter(ParameterSetName = CertificateFileSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The password of the file.</summary>
    [Parameter(ParameterSetName = CertificateFileSet)]
    [ValidateNotNull]
    public SecureString? CertificatePassword { get; set; }

    /// <summary>The managed identity of the App Service, Function, Automation runbook, Azure Arc server or virtual machine that this runs on.</summary>
    [Parameter(ParameterSetName = IdentitySet, Mandatory = true)]
    public SwitchParameter Identity { get; set; }

    /// <summary>A token of another issuer that the app registration's federated credentials name. It cannot be renewed.</summary>
    [Parameter(ParameterSetName = FederatedTokenSet, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? FederatedToken { get; set; }

    /// <summary>A file that holds such a token, as Kubernetes keeps one. It is read anew whenever a token is needed.</summary>
    [Parameter(ParameterSetName = FederatedFileSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? FederatedTokenFile { get; set; }

    /// <summary>The token that GitHub gives the job that this runs in; the job needs <c>permissions: id-token: write</c>.</summary>
    [Parameter(ParameterSetName = GitHubSet, Mandatory = true)]
    public SwitchParameter GitHubActions { get; set; }

    /// <summary>The token that Azure DevOps gives the task that this runs in; it needs <c>SYSTEM_ACCESSTOKEN</c> in its environment.</summary>
    [Parameter(ParameterSetName = AzureDevOpsSet, Mandatory = true)]
    public SwitchParameter AzureDevOps { get; set; }

    /// <summary>The id of the service connection to sign in by.</summary>
    [Parameter(ParameterSetName = AzureDevOpsSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? ServiceConnectionId { get; set; }

    /// <summary>What the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE say.</summary>
    [Parameter(ParameterSetName = VariableSet, Mandatory = true)]
    public SwitchParameter EnvironmentVariable { get; set; }

    /// <summary>An access token that was got elsewhere. It cannot be renewed.</summary>
    [Parameter(ParameterSetName = TokenSet, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>A script block that writes an access token; called in this runspace, or the one that uses the connection, whenever one is needed.</summary>
    [Parameter(ParameterSetName = ProviderSet, Mandatory = true)]
    [ValidateNotNull]
    public ScriptBlock? AccessTokenProvider { get; set; }

    /// <summary>Name and password for a server with basic authentication.</summary>
    [Parameter(ParameterSetName = BasicSet, Mandatory = true)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>
    /// The emulator that this runspace started last with Start-ScimEmulator, or else a new one of 1,000 users and 50
    /// groups.
    /// </summary>
    [Parameter(ParameterSetName = EmulatorSet, Mandatory = true)]
    public SwitchParameter Emulator { get; set; }

    /// <summary>The cloud: Global, USGov, USGovDoD or China.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = SecretCredentialSet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ThumbprintSet)]
    [Parameter(ParameterSetName = CertificateFileSet)]
    [Parameter(ParameterSetName = IdentitySet)]
    [Parameter(ParameterSetName = FederatedTokenSet)]
    [Parameter(ParameterSetName = FederatedFileSet)]
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = AzureDevOpsSet)]
    [Parameter(ParameterSetName = VariableSet)]
    [Parameter(ParameterSetName = TokenSet)]
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateSet("Global", "USGov", "USGovDoD", "China")]
    public string? Environment { get; set; }

    /// <summary>The sign-in host, in place of the cloud's.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ThumbprintSet)]
    [Parameter(ParameterSetName = CertificateFileSet)]
    [Parameter(ParameterSetName = FederatedTokenSet)]
    [Parameter(ParameterSetName = FederatedFileSet)]
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = AzureDevOpsSet)]
    [Parameter(ParameterSetName = SecretCredentialSet)]
    [Parameter(ParameterSetName = VariableSet)]
    [ValidateNotNullOrEmpty]
    public string? Authority { get; set; }

    /// <summary>What the token is for, in place of the cloud's scope.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ThumbprintSet)]
    [Parameter(ParameterSetName = CertificateFileSet)]
    [Parameter(ParameterSetName = FederatedTokenSet)]
    [Parameter(ParameterSetName = FederatedFileSet)]
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = AzureDevOpsSet)]
    [Parameter(ParameterSetName = SecretCredentialSet)]
    [Parameter(ParameterSetName = VariableSet)]
    [Parameter(ParameterSetName = IdentitySet)]
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateNotNullOrEmpty]
    public string? Scope { get; set; }

    /// <summary>The SCIM base URI of another server, such as <c>https://scim.example.org/v2</c>.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = SecretCredentialSet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ThumbprintSet)]
    [Parameter(ParameterSetName = CertificateFileSet)]
    [Parameter(ParameterSetName = IdentitySet)]
    [Parameter(ParameterSetName = FederatedTokenSet)]
    [Parameter(ParameterSetName = FederatedFileSet)]
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = AzureDevOpsSet)]
    [Parameter(ParameterSetName = VariableSet)]
    [Parameter(ParameterSetName = TokenSet)]
    [Parameter(ParameterSetName = ProviderSet)]
    [Parameter(ParameterSetName = BasicSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>Lets tokens and passwords travel unencrypted, by http, to another machine. Whoever listens can then use them.</summary>
    [Parameter(ParameterSetName = SecretSet)]
    [Parameter(ParameterSetName = SecretCredentialSet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ThumbprintSet)]
    [Parameter(ParameterSetName = CertificateFileSet)]
    [Parameter(ParameterSetName = IdentitySet)]
    [Parameter(ParameterSetName = FederatedTokenSet)]
    [Parameter(ParameterSetName = FederatedFileSet)]
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = AzureDevOpsSet)]
    [Parameter(ParameterSetName = VariableSet)]
    [Parameter(ParameterSetName = TokenSet)]
    [Parameter(ParameterSetName = ProviderSet)]
    [Parameter(ParameterSetName = BasicSet)]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

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
            Session session = Open(emulator);
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

    /// <summary>Each way to sign in: what the library calls it, its secret, and what else belongs to it.</summary>
    private Session Open(ScimEmulator? emulator)
    {
        switch (ParameterSetName)
        {
            case EmulatorSet:
                return Session.Open(Config("clientSecret", emulator).ToString(), emulator!.SecureClientSecret);
            case SecretSet:
                return Session.Open(Config("clientSecret").ToString(), ClientSecret!);
            case SecretCredentialSet:
                ClientId = ClientSecretCredential!.UserName;
                return Session.Open(Config("clientSecret").ToString(), ClientSecretCredential.Password);
            case CertificateSet or ThumbprintSet:
                StoredCertificate certificate = Certificate is null
                    ? StoredCertificate.Find(CertificateThumbprint!)
                    : new StoredCertificate(Certificate);
                return Session.Open(Config("certificateInStore").Add("certificate", certificate.Encoded).ToString(), [], certificate);
            case CertificateFileSet:
                string config = Config("certificate").Add("certificatePath", FilePath(CertificatePath!)).ToString();
                return Session.Open(config, CertificatePassword ?? new SecureString());
            case FederatedTokenSet:
                return Session.Open(Config("federatedToken").ToString(), FederatedToken!);
            case FederatedFileSet:
                return Session.Open(Config("federatedTokenFile").Add("federatedTokenFile", FilePath(FederatedTokenFile!)).ToString(), [], null);
            case IdentitySet:
                return Session.Open(Config("identity").ToString(), SignInVariables.Block(), null);
            case GitHubSet:
                return Session.Open(Config("gitHubActions").ToString(), SignInVariables.Block(), null);
            case AzureDevOpsSet:
                return Session.Open(Config("azureDevOps").Add("serviceConnectionId", ServiceConnectionId).ToString(), SignInVariables.Block(), null);
            case VariableSet:
                return Session.Open(Config("environmentVariable").ToString(), SignInVariables.Block(), null);
            case ProviderSet:
                return Session.Open(Config("accessTokenProvider").ToString(), [], new TokenProvider(AccessTokenProvider!));
            case BasicSet:
                return Session.Open(Config("basic").Add("userName", Credential!.UserName).ToString(), Credential.Password);
            default:
                return Session.Open(Config("accessToken").ToString(), AccessToken!);
        }
    }

    private JsonText Config(string credential, ScimEmulator? emulator = null) => new JsonText()
        .Add("environment", Environment)
        .Add("baseUri", emulator?.BaseUri ?? BaseUri)
        .Add("authority", emulator?.Authority ?? Authority)
        .Add("tenantId", emulator?.TenantId ?? TenantId)
        .Add("clientId", emulator?.ClientId ?? ClientId)
        .Add("scope", Scope)
        .Add("credential", credential)
        .Add("allowUnencryptedAuthentication", AllowUnencryptedAuthentication ? true : null)
        .Add("requestBudget", RequestBudget)
        .Add("timeoutSeconds", TimeoutSec)
        .Add("maximumRetryCount", MaximumRetryCount)
        .Add("retryIntervalMilliseconds", RetryIntervalSec * 1000L)
        .Add("userAgent", "PowerShell/" + Host.Version);

    private string FilePath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private ScimEmulator StartEmulator()
    {
        ScimEmulator? started = null;
        Run(() => ScimEmulator.Start(1000, 50, 0, 0, null), operation => started = ScimEmulator.Add(operation));
        return started!;
    }
}
