using System;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Connects to Microsoft Entra ID's SCIM API, to any other SCIM 2.0 server, or to the emulator. The connection becomes
/// the default connection of this runspace and replaces the previous one. To keep several connections, give them names.
/// Connect-Scim signs in immediately, which is free. If it fails, the runspace has no default connection afterwards, so
/// that no later command uses the previous connection by mistake. -Connection can still name that one.
/// </summary>
/// <example>
/// Connect to Entra with a client secret.
/// <code>
/// Connect-Scim -TenantId $tenantId -ClientId $clientId -ClientSecret $secret
/// Get-ScimContext
/// </code>
/// The secret is a SecureString. Get it with <c>Read-Host -AsSecureString</c> or from a vault.
/// </example>
/// <example>
/// Connect with a certificate whose key stays in the Windows certificate store.
/// <code>
/// # Needs a certificate in the store
/// Connect-Scim -TenantId $tenantId -ClientId $clientId -CertificateThumbprint 9E2C1F3BA1C0D4E5F60718293A4B5C6D7E8F9012
/// </code>
/// On other systems, use <c>-CertificatePath</c> with a PFX or PEM file. To choose a credential, see docs/sign-in.md.
/// </example>
/// <example>
/// Connect without a secret from an Azure Automation runbook, an Azure function or a virtual machine.
/// <code>
/// # Needs a managed identity
/// Connect-Scim -Identity
/// Test-ScimConnection -ReadOnly
/// </code>
/// </example>
/// <example>
/// Connect with tokens from another module. The script block runs whenever a new token is needed.
/// <code>
/// # Needs the module Az.Accounts
/// Connect-Scim -AccessTokenProvider { Get-AzAccessToken -ResourceUrl https://graph.microsoft.com }
/// </code>
/// </example>
/// <example>
/// Connect to the emulator, which needs no tenant and costs nothing.
/// <code>
/// Connect-Scim -Emulator
/// Get-ScimUser -First 3
/// </code>
/// </example>
/// <example>
/// Use two connections, and limit the cost of one.
/// <code>
/// Connect-Scim -Emulator -Name production -RequestBudget 500
/// Connect-Scim -Emulator -Name trial
/// Get-ScimUser -First 3 -Connection production
/// </code>
/// A request that would exceed the budget isn't sent. 500 requests to Entra cost one US dollar.
/// </example>
/// <example>
/// Use the same connection in other runspaces.
/// <code>
/// # Needs PowerShell 7
/// $connection = Connect-Scim -Emulator -PassThru
/// Get-ScimUser -First 9 | ForEach-Object -Parallel { Get-ScimUser -Id $_.id -Connection $using:connection }
/// </code>
/// A new runspace has no default connection, so the example passes one with -Connection. The runspaces share the
/// connection's meter, budget and token.
/// </example>
/// <example>
/// Connect through a proxy with a password to a server whose certificate comes from a private authority.
/// <code>
/// # Needs a proxy and a server
/// $proxy = Get-Credential
/// Connect-Scim -BaseUri https://scim.contoso.example/v2 -AccessToken $token -Proxy http://proxy.contoso.example:8080 -ProxyCredential $proxy -CertificateAuthority ./contoso-ca.pem
/// </code>
/// For the matching parameters of Invoke-RestMethod, see docs/transport.md.
/// </example>
/// <seealso cref="DisconnectScimCommand"/>
/// <seealso cref="GetScimContextCommand"/>
/// <seealso cref="StartScimEmulatorCommand"/>
[Cmdlet(VerbsCommunications.Connect, "Scim", DefaultParameterSetName = SignInSet.Anonymous)]
[OutputType(typeof(ScimConnection))]
public sealed class ConnectScimCommand : ScimServiceCommand
{
    /// <summary>The tenant: its id (a GUID) or one of its verified domain names.</summary>
    [BeginsConnect]
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

    /// <summary>
    /// The application ID of the app registration. With -Identity, the client ID of a user-assigned identity.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Secret)]
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

    /// <summary>A client secret of the app registration: its value, not its ID. When it's omitted, PowerShell prompts for it.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Secret)]
    [ValidateNotNull]
    public SecureString? ClientSecret { get; set; }

    /// <summary>A credential with the application ID as the user name and a client secret as the password.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.SecretCredential, Mandatory = true)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? ClientSecretCredential { get; set; }

    /// <summary>A certificate with its private key. The key doesn't need to be exportable.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Certificate, Mandatory = true)]
    [ValidateNotNull]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>
    /// The thumbprint of a certificate in the certificate store of the current user or, otherwise, of the computer.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Thumbprint, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificateThumbprint { get; set; }

    /// <summary>A PFX or PEM file with a certificate and its private key.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.CertificateFile, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The password of the certificate file.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.CertificateFile)]
    [ValidateNotNull]
    public SecureString? CertificatePassword { get; set; }

    /// <summary>
    /// Uses the managed identity of the App Service, function, Automation runbook, Azure Arc server or virtual machine
    /// that runs the command.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Identity, Mandatory = true)]
    public SwitchParameter Identity { get; set; }

    /// <summary>
    /// A token from an external issuer that matches a federated credential of the app registration. It can't be
    /// renewed.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.FederatedToken, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? FederatedToken { get; set; }

    /// <summary>
    /// A file with a token from an external issuer, as in Kubernetes. PSScim reads the file each time it needs a token.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.FederatedFile, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? FederatedTokenFile { get; set; }

    /// <summary>
    /// Uses the token of the GitHub Actions job that runs the command. The job requires <c>permissions: id-token:
    /// write</c>.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.GitHub, Mandatory = true)]
    public SwitchParameter GitHubActions { get; set; }

    /// <summary>
    /// Uses the token of the Azure DevOps task that runs the command. The task requires <c>SYSTEM_ACCESSTOKEN</c> in
    /// its environment.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.AzureDevOps, Mandatory = true)]
    public SwitchParameter AzureDevOps { get; set; }

    /// <summary>The ID of the Azure DevOps service connection to sign in with.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.AzureDevOps, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? ServiceConnectionId { get; set; }

    /// <summary>
    /// Uses the environment variables AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET,
    /// AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Variable, Mandatory = true)]
    public SwitchParameter EnvironmentVariable { get; set; }

    /// <summary>An access token from another source. It can't be renewed.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Token, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>
    /// A script block that returns an access token. It runs whenever a token is needed, in this runspace or in the
    /// runspace that uses the connection.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Provider, Mandatory = true)]
    [ValidateNotNull]
    public ScriptBlock? AccessTokenProvider { get; set; }

    /// <summary>The user name and password for a server with basic authentication. Requires -BaseUri.</summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Basic, Mandatory = true)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>
    /// Connects without signing in, to a server that doesn't authenticate. Required when <c>-BaseUri</c> is on another
    /// machine. For this machine it's the default when no credential is given.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Anonymous)]
    public SwitchParameter Anonymous { get; set; }

    /// <summary>
    /// Connects to the emulator that this runspace started last with Start-ScimEmulator. If there is none, starts one
    /// with 1,000 users and 50 groups.
    /// </summary>
    [BeginsConnect]
    [Parameter(ParameterSetName = SignInSet.Emulator, Mandatory = true)]
    public SwitchParameter Emulator { get; set; }

    /// <summary>
    /// A name for the connection. It replaces a connection with the same name in this runspace, and a connection
    /// without a name replaces the one without a name. The replaced connection is closed unless -PassThru or
    /// Get-ScimContext returned it.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Returns the connection, for <c>-Connection</c> in this or another runspace.</summary>
    [BeginsConnect]
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Connects.</summary>
    protected override void ProcessRecord()
    {
        RunspaceState.Current.EndWithScript(Host);
        RunspaceState.Current.BeginConnect();
        try
        {
            Library.Load();
            WarnOfSkippedCheck(BaseUri);
            WarnOfUnencrypted();
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

    /// <summary>
    /// Opens a session for each way to sign in: its name in the library, its secret, and its other values.
    /// </summary>
    private Session Open()
    {
        switch (ParameterSetName)
        {
            case SignInSet.Secret:
                return Open(Config("clientSecret"), ClientSecret ?? AskForSecret());
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
            case SignInSet.Anonymous when BaseUri is null:
                throw new ScimException(
                    ErrorId.InvalidConfiguration,
                    "Connect-Scim has no address to connect to.",
                    "Use -TenantId and -ClientId for Microsoft Entra ID, -BaseUri for another server, or -Emulator.");
            case SignInSet.Anonymous:
                return Open(Config("anonymous").Add("anonymous", Anonymous ? true : null), SecretBytes.None);
            case SignInSet.Basic:
                return Open(Config("basic").Add("userName", Credential!.UserName), Credential.Password);
            default:
                return Open(Config("accessToken"), AccessToken!);
        }
    }

    /// <summary>Asks for the client secret, as the engine asks for a required parameter.</summary>
    private SecureString AskForSecret()
    {
        if (ClientId is null)
            return new SecureString();
        var field = new FieldDescription(nameof(ClientSecret));
        field.SetParameterType(typeof(SecureString));
        try
        {
            if (Host.UI?.Prompt("Connect-Scim", "", new Collection<FieldDescription> { field })?[nameof(ClientSecret)]?.BaseObject is SecureString secret)
                return secret;
        }
        catch (Exception e) when (e is HostException or PSInvalidOperationException or PSNotImplementedException or NotImplementedException)
        {
            throw new ScimException(ErrorId.InvalidConfiguration, "-ClientSecret is missing.", "Add -ClientSecret, or another parameter for signing in.", e);
        }
        throw new ScimException(ErrorId.InvalidConfiguration, "-ClientSecret is missing.", "Add -ClientSecret, or another parameter for signing in.");
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
            .Add("credential", "clientSecret")
            .Add("emulator", true);
        return Open(config, emulator.SecureClientSecret);
    }

    private ScimEmulator StartEmulator()
    {
        ScimEmulator? started = null;
        Run(() => ScimEmulator.Start(1000, 50, 0, 0, null), operation => started = ScimEmulator.Add(operation));
        return started!;
    }
}
