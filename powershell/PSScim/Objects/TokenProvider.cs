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
    private readonly PSLanguageMode _mode;
    private readonly Guid _runspace = Runspace.DefaultRunspace.InstanceId;

    /// <param name="script">The script block.</param>
    /// <param name="mode">The language mode in which it was written.</param>
    internal TokenProvider(ScriptBlock script, PSLanguageMode mode) => (_script, _mode) = (script, mode);

    public SecretBytes AccessToken()
    {
        ScriptBlock script = Here();
        Collection<PSObject> output;
        try
        {
            output = script.Invoke();
        }
        catch (RuntimeException e)
        {
            throw Failed($"The script block of -AccessTokenProvider failed: {e.Message}", e);
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
                throw Failed("The script block of -AccessTokenProvider didn't return a string, a SecureString or an object with a property Token.", null);
        }
    }

    /// <summary>
    /// The script block, or a copy: it belongs to the runspace that made it, and another would have to wait until that one
    /// is idle. A copy has the mode of the runspace that it is made in, so none is made where that would lift a restriction.
    /// </summary>
    private ScriptBlock Here()
    {
        Runspace here = Runspace.DefaultRunspace;
        if (here.InstanceId == _runspace)
            return _script;
        PSLanguageMode mode = here.SessionStateProxy.LanguageMode;
        if (_mode != PSLanguageMode.FullLanguage && _mode != mode)
        {
            throw Failed(
                $"The script block of -AccessTokenProvider was created in {_mode} mode, so PSScim doesn't run it in a runspace in {mode} mode.",
                null, "Connect in the runspace that uses the connection.");
        }
        return ScriptBlock.Create(_script.ToString());
    }

    public byte[] Sign(byte[] data) => throw new InvalidOperationException("A script block can't sign.");

    private static ScimException Failed(string message, Exception? cause, string? advice = null) => new(
        ErrorId.AccessTokenProviderFailed,
        message,
        advice,
        cause);
}
