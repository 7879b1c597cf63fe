using System;
using System.Collections;
using System.Management.Automation;
using System.Security;
using System.Text;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Gets the access token of a connection for requests that you send yourself. The token is renewed if it's about to
/// expire.
/// </summary>
/// <example>
/// Send a request that no cmdlet supports.
/// <code>
/// $headers = Get-ScimAccessToken -AsHeader
/// $headers.Keys
/// </code>
/// The hashtable is for <c>Invoke-RestMethod -Headers</c>. Get-ScimContext doesn't count requests that you send
/// yourself.
/// </example>
/// <example>
/// Show the permissions in the token.
/// <code>
/// (Get-ScimAccessToken -AsClaims).Roles
/// </code>
/// The claims are read but not validated.
/// </example>
/// <seealso cref="ConnectScimCommand"/>
/// <seealso cref="TestScimConnectionCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimAccessToken", DefaultParameterSetName = SecureSet)]
[OutputType(typeof(SecureString), ParameterSetName = [SecureSet])]
[OutputType(typeof(string), ParameterSetName = [PlainSet])]
[OutputType(typeof(Hashtable), ParameterSetName = [HeaderSet])]
[OutputType(typeof(ScimTokenClaims), ParameterSetName = [ClaimsSet])]
public sealed class GetScimAccessTokenCommand : ScimConnectionCommand
{
    private const string SecureSet = "SecureString";
    private const string PlainSet = "PlainText";
    private const string HeaderSet = "Header";
    private const string ClaimsSet = "Claims";

    /// <summary>
    /// Returns the token as text. It then stays in the memory of the session and may appear in transcripts.
    /// </summary>
    [Parameter(ParameterSetName = PlainSet, Mandatory = true)]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Returns a hashtable for <c>Invoke-RestMethod -Headers</c>.</summary>
    [Parameter(ParameterSetName = HeaderSet, Mandatory = true)]
    public SwitchParameter AsHeader { get; set; }

    /// <summary>
    /// Returns the claims of the token: tenant, application, permissions and expiry. The token isn't validated.
    /// </summary>
    [Parameter(ParameterSetName = ClaimsSet, Mandatory = true)]
    public SwitchParameter AsClaims { get; set; }

    /// <summary>
    /// Gets the token. Requests a new one from the identity platform only if the current one is about to expire.
    /// </summary>
    protected override void ProcessRecord()
    {
        try
        {
            if (AsClaims)
                Run(Resolved.Session.Claims, WriteClaims);
            else
                Run(Resolved.Session.AccessToken, WriteToken);
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, Resolved.Name);
        }
    }

    private void WriteClaims(Operation operation)
    {
        if (operation.Length == 0)
            throw new ScimException(ErrorId.TokenNotReadable, $"The token of the connection '{Resolved.Name}' isn't a JWT, so its claims can't be read.",
                "Remove -AsClaims.");
        var types = new ResourceTypes(seedFromSchema: false);
        foreach (ScimResource record in types.Reader(ResourceKind.Resource, Projection.None).Read(operation))
            WriteObject(new ScimTokenClaims(record));
    }

    private void WriteToken(Operation operation)
    {
        using SecretBytes token = operation.TakeSecret();
        if (token.Length == 0)
            throw new ScimException(
                ErrorId.TokenNotReadable,
                Resolved.Credential == "Anonymous"
                    ? $"The connection '{Resolved.Name}' doesn't sign in and has no token."
                    : $"The connection '{Resolved.Name}' signs in with a user name and password and has no token.");
        if (AsPlainText || AsHeader)
        {
            string text = Encoding.UTF8.GetString(token.Bytes);
            WriteObject(AsPlainText ? text : new Hashtable(StringComparer.OrdinalIgnoreCase) { ["Authorization"] = "Bearer " + text });
        }
        else
        {
            WriteObject(SecretText.Decode(token));
        }
    }
}
