using System;
using System.Text;

namespace PSScim.Native;

/// <summary>
/// Several secrets as the library takes them: <c>name=value</c> in UTF-8 with a NUL behind each. What is added is wiped,
/// and so is the block when it is disposed of.
/// </summary>
internal sealed class SecretBlock : IDisposable
{
    private static readonly string[] s_proxyVariables =
    [
        "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
        "REQUEST_METHOD",
    ];

    private SecretBytes _bytes = new(1024);
    private int _length;

    internal void Add(string name, SecretBytes value)
    {
        Append(Encoding.UTF8.GetBytes(name + "="));
        Append(value.Bytes);
        Append([0]);
        value.Dispose();
    }

    /// <summary>Adds the environment variables that have a value.</summary>
    internal void AddVariables(params string[] names)
    {
        foreach (string name in names)
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                Add(name, SecretBytes.Of(value));
    }

    /// <summary>
    /// Adds the environment's proxies: what <c>$env:</c> sets stays within .NET on Unix, and their addresses may hold
    /// passwords.
    /// </summary>
    internal void AddProxyVariables() => AddVariables(s_proxyVariables);

    /// <summary>A copy, of which the caller disposes.</summary>
    internal SecretBytes ToSecret()
    {
        var copy = new SecretBytes(_length);
        Buffer.BlockCopy(_bytes.Bytes, 0, copy.Bytes, 0, _length);
        return copy;
    }

    public void Dispose() => _bytes.Dispose();

    private void Append(byte[] piece)
    {
        if (_length + piece.Length > _bytes.Length)
        {
            var larger = new SecretBytes(Math.Max(2 * _bytes.Length, _length + piece.Length));
            Buffer.BlockCopy(_bytes.Bytes, 0, larger.Bytes, 0, _length);
            _bytes.Dispose();
            _bytes = larger;
        }
        Buffer.BlockCopy(piece, 0, _bytes.Bytes, _length, piece.Length);
        _length += piece.Length;
    }
}
