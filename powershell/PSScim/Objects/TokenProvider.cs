using System;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;
using PSScim.Native;

namespace PSScim;

/// <summary>The script block of <c>-AccessTokenProvider</c>, called whenever a new token is needed.</summary>
internal sealed class TokenProvider : ISignInSource
{
    private readonly ScriptBlock _script;
    private readonly Guid _runspace = Runspace.DefaultRunspace.InstanceId;

    internal TokenProvider(ScriptBlock script) => _script = script;

    public SecretBytes AccessToken()
    {
        // A script block belongs to the runspace that made it; another would have to wait until that one is idle.
        ScriptBlock script = Runspace.DefaultRunspace.InstanceId == _runspace ? _script : ScriptBlock.Create(_script.ToString());
        Collection<PSObject> output;
        try
        {
            output = script.Invoke();
        }
        catch (RuntimeException e)
        {
            throw Failed($"-AccessTokenProvider failed: {e.Message}", e);
        }
        object? last = output.Count == 0 ? null : output[output.Count - 1]?.BaseObject;
        // Get-AzAccessToken and its like give an object with the token in a property of that name.
        if (last is not (null or string or SecureString))
            last = (output[output.Count - 1].Properties["Token"] ?? output[output.Count - 1].Properties["access_token"])?.Value;
        switch (last is PSObject wrapped ? wrapped.BaseObject : last)
        {
            case SecureString secure:
                return SecretText.Encode(secure);
            case string text:
                text = text.Trim();
                return SecretBytes.Of(text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? text.Substring(7) : text);
            default:
                throw Failed("-AccessTokenProvider gave no token: neither a string nor a SecureString, nor an object with a property Token.", null);
        }
    }

    public byte[] Sign(byte[] data) => throw new InvalidOperationException("A script block signs nothing.");

    private static ScimException Failed(string message, Exception? cause) => new(
        ErrorId.AccessTokenProviderFailed,
        message,
        cause: cause);
}
