using System;
using System.Security;
using System.Text;

namespace PSScim.Native;

/// <summary>A session of the library, and the operations that can be started on it. Any thread may use it.</summary>
internal sealed unsafe class Session : IDisposable
{
    private readonly SessionHandle _handle;

    private readonly ISignInSource? _source;

    private Session(SessionHandle handle, ISignInSource? source)
    {
        _handle = handle;
        _source = source;
    }

    internal bool IsClosed => _handle.IsClosed;

    /// <summary>Opens a session. Sends nothing.</summary>
    /// <param name="config">The JSON of scim-client's <c>Config</c>.</param>
    /// <param name="secret">The client secret or token, as UTF-8. It is disposed of.</param>
    /// <param name="network">What <see cref="SecretBlock"/> makes. It is disposed of.</param>
    /// <param name="source">Who signs or gives tokens, where the configuration says that the library asks.</param>
    /// <exception cref="ScimException">The configuration does not hold.</exception>
    internal static Session Open(string config, SecretBytes secret, SecretBytes network, ISignInSource? source)
    {
        using (secret)
        using (network)
        {
            Library.Load();
            nuint session = 0, failure = 0;
            ScimState state;
            byte[] text = Encoding.UTF8.GetBytes(config);
            fixed (byte* configData = text, secretData = secret.Bytes, networkData = network.Bytes)
                state = NativeMethods.scim_session_open(
                    new ScimSlice { data = configData, length = (nuint)text.Length },
                    new ScimSlice { data = secretData, length = (nuint)secret.Length },
                    new ScimSlice { data = networkData, length = (nuint)network.Length },
                    &session,
                    &failure);
            if (state == ScimState.Done)
                return new Session(new SessionHandle(session), source);
            using var failed = new Operation(failure);
            throw failed.Failure();
        }
    }

    /// <summary>The same by a secret as .NET keeps it, with nothing special about the network.</summary>
    internal static Session Open(string config, SecureString secret) => Open(config, SecretText.Encode(secret), SecretBytes.None, null);

    /// <summary>Starts reading a list. <paramref name="query"/>: the JSON of <c>ListQuery</c>.</summary>
    internal Operation List(string query) =>
        new(NativeText.Lend(query, slice => NativeMethods.scim_op_list(_handle.Number, slice)), _source);

    /// <summary>Starts finding what names of attributes mean. <paramref name="query"/>: the JSON of <c>ResolveQuery</c>.</summary>
    internal Operation Resolve(string query) =>
        new(NativeText.Lend(query, slice => NativeMethods.scim_op_resolve(_handle.Number, slice)), _source);

    /// <summary>Starts reading one resource. <paramref name="query"/>: the JSON of <c>GetQuery</c>.</summary>
    internal Operation Get(string query) =>
        new(NativeText.Lend(query, slice => NativeMethods.scim_op_get(_handle.Number, slice)), _source);

    /// <summary>Starts writing. <paramref name="options"/>: the JSON of scim-client's <c>write::Options</c>.</summary>
    internal WriteOperation Write(string options) =>
        new(NativeText.Lend(options, slice => NativeMethods.scim_op_write(_handle.Number, slice)), _source);

    /// <summary>Starts an export. <paramref name="order"/>: the JSON of <c>ExportOrder</c>.</summary>
    internal Operation Export(string order) =>
        new(NativeText.Lend(order, slice => NativeMethods.scim_op_export(_handle.Number, slice)), _source);

    /// <summary>Starts signing in, unless a good token is there already.</summary>
    internal Operation SignIn() => new(NativeMethods.scim_op_sign_in(_handle.Number), _source);

    /// <summary>Starts getting the access token: the reply's bytes.</summary>
    internal Operation AccessToken() => new(NativeMethods.scim_op_access_token(_handle.Number), _source);

    /// <summary>Starts reading what the access token says of itself.</summary>
    internal Operation Claims() => new(NativeMethods.scim_op_claims(_handle.Number), _source);

    /// <summary>Starts checking the connection; each reply is a check.</summary>
    internal Operation Check(bool readOnly) => new(NativeMethods.scim_op_check(_handle.Number, readOnly ? 1u : 0u), _source);

    /// <summary>Describes the session; its one reply is there at once.</summary>
    internal Operation Describe() => new(NativeMethods.scim_op_describe(_handle.Number));

    public void Dispose() => _handle.Dispose();
}
