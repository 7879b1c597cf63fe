using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace PSScim.Native;

/// <summary>A session of the library, and the operations that can be started on it. Any thread may use it.</summary>
internal sealed unsafe class Session : IDisposable
{
    private readonly SessionHandle _handle;

    private Session(SessionHandle handle) => _handle = handle;

    internal bool IsClosed => _handle.IsClosed;

    /// <summary>Opens a session. Sends nothing.</summary>
    /// <param name="config">The JSON of scim-client's <c>Config</c>.</param>
    /// <param name="secret">The client secret or token. It is copied in the clear only for the length of the call.</param>
    /// <exception cref="ScimException">The configuration does not hold.</exception>
    internal static Session Open(string config, SecureString secret)
    {
        Library.Load();
        byte[] clear = Encode(secret);
        var pin = GCHandle.Alloc(clear, GCHandleType.Pinned);
        try
        {
            nuint session = 0, failure = 0;
            ScimState state;
            byte[] text = Encoding.UTF8.GetBytes(config);
            fixed (byte* configData = text, secretData = clear)
                state = NativeMethods.scim_session_open(
                    new ScimSlice { data = configData, length = (nuint)text.Length },
                    new ScimSlice { data = secretData, length = (nuint)clear.Length },
                    &session,
                    &failure);
            if (state == ScimState.Done)
                return new Session(new SessionHandle(session));
            using var failed = new Operation(failure);
            throw failed.Failure();
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
            pin.Free();
        }
    }

    /// <summary>Starts reading a list. <paramref name="query"/>: the JSON of <c>ListQuery</c>.</summary>
    internal Operation List(string query) =>
        new(NativeText.Lend(query, slice => NativeMethods.scim_op_list(_handle.Number, slice)));

    /// <summary>Starts reading one resource. <paramref name="query"/>: the JSON of <c>GetQuery</c>.</summary>
    internal Operation Get(string query) =>
        new(NativeText.Lend(query, slice => NativeMethods.scim_op_get(_handle.Number, slice)));

    /// <summary>Starts signing in, unless a good token is there already.</summary>
    internal Operation SignIn() => new(NativeMethods.scim_op_sign_in(_handle.Number));

    /// <summary>Describes the session; its one reply is there at once.</summary>
    internal Operation Describe() => new(NativeMethods.scim_op_describe(_handle.Number));

    public void Dispose() => _handle.Dispose();

    /// <summary>UTF-8, by way of memory that is wiped.</summary>
    private static byte[] Encode(SecureString secret)
    {
        IntPtr text = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            char* chars = (char*)text;
            var bytes = new byte[Encoding.UTF8.GetByteCount(chars, secret.Length)];
            fixed (byte* target = bytes)
                if (bytes.Length > 0)
                    Encoding.UTF8.GetBytes(chars, secret.Length, target, bytes.Length);
            return bytes;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
        }
    }
}
