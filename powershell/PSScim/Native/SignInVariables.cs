namespace PSScim.Native;

/// <summary>
/// The environment variables that signing in may need. What <c>$env:</c> sets stays within .NET on Unix, so the library
/// gets them from here.
/// </summary>
internal static class SignInVariables
{
    private static readonly string[] s_names =
    [
        "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST",
        "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT",
        "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "ProgramData",
    ];

    /// <summary>As <see cref="SecretBlock"/> writes them. The caller disposes of it.</summary>
    internal static SecretBytes Block()
    {
        using var block = new SecretBlock();
        block.AddVariables(s_names);
        return block.ToSecret();
    }
}
