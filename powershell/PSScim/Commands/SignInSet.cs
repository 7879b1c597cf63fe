namespace PSScim.Commands;

/// <summary>The parameter sets of Connect-Scim: one for each way to sign in.</summary>
internal static class SignInSet
{
    internal const string Secret = "ClientSecret";
    internal const string SecretCredential = "ClientSecretCredential";
    internal const string Certificate = "Certificate";
    internal const string Thumbprint = "CertificateThumbprint";
    internal const string CertificateFile = "CertificatePath";
    internal const string Identity = "Identity";
    internal const string FederatedToken = "FederatedToken";
    internal const string FederatedFile = "FederatedTokenFile";
    internal const string GitHub = "GitHubActions";
    internal const string AzureDevOps = "AzureDevOps";
    internal const string Variable = "EnvironmentVariable";
    internal const string Token = "AccessToken";
    internal const string Provider = "AccessTokenProvider";
    internal const string Basic = "Credential";
    internal const string Anonymous = "Anonymous";
    internal const string Emulator = "Emulator";
}
