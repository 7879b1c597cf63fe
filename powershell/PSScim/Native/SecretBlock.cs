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

    private byte[] _bytes = new byte[1024];
    private int _length;

    internal void Add(string name, byte[] value)
    {
        Append(Encoding.UTF8.GetBytes(name + "="));
        Append(value);
        Append([0]);
        Array.Clear(value, 0, value.Length);
    }

    /// <summary>
    /// Adds the environment's proxies: what <c>$env:</c> sets stays within .NET on Unix, and their addresses may hold
    /// passwords.
    /// </summary>
    internal void AddProxyVariables()
    {
        foreach (string name in s_proxyVariables)
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                Add(name, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A copy, which the caller wipes.</summary>
    internal byte[] ToArray()
    {
        var copy = new byte[_length];
        Array.Copy(_bytes, copy, _length);
        return copy;
    }

    public void Dispose() => Array.Clear(_bytes, 0, _bytes.Length);

    private void Append(byte[] piece)
    {
        if (_length + piece.Length > _bytes.Length)
        {
            var larger = new byte[Math.Max(2 * _bytes.Length, _length + piece.Length)];
            Array.Copy(_bytes, larger, _length);
            Array.Clear(_bytes, 0, _bytes.Length);
            _bytes = larger;
        }
        Array.Copy(piece, 0, _bytes, _length, piece.Length);
        _length += piece.Length;
    }
}
