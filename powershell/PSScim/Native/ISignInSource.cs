namespace PSScim.Native;

/// <summary>What the library asks of this side when a connection signs in. Answered on the pipeline thread.</summary>
internal interface ISignInSource
{
    /// <summary>A signature by RSASSA-PSS with SHA-256 and a salt of 32 bytes.</summary>
    byte[] Sign(byte[] data);

    /// <summary>An access token, as UTF-8. Whoever asks disposes of it.</summary>
    SecretBytes AccessToken();
}
