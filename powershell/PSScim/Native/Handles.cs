using System;
using System.Runtime.InteropServices;

namespace PSScim.Native;

/// <summary>A handle of the library: a number that is used once in the life of the process, never a pointer.</summary>
internal abstract class LibraryHandle : SafeHandle
{
    private protected LibraryHandle(nuint number) : base(IntPtr.Zero, ownsHandle: true) =>
        SetHandle(unchecked((IntPtr)(nint)number));

    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>The number for a call; 0 once the handle is closed, which every entry point answers with an error.</summary>
    internal nuint Number => IsClosed ? 0 : unchecked((nuint)(nint)handle);
}

/// <summary>A session: a connection's token, meter, gate and pool.</summary>
internal sealed class SessionHandle(nuint number) : LibraryHandle(number)
{
    protected override bool ReleaseHandle() =>
        NativeMethods.scim_session_free(unchecked((nuint)(nint)handle)) == ScimState.Done;
}

/// <summary>An operation.</summary>
internal sealed class OperationHandle(nuint number) : LibraryHandle(number)
{
    protected override bool ReleaseHandle() =>
        NativeMethods.scim_op_free(unchecked((nuint)(nint)handle)) == ScimState.Done;
}

/// <summary>An emulator in this process.</summary>
internal sealed class EmulatorHandle(nuint number) : LibraryHandle(number)
{
    protected override bool ReleaseHandle() =>
        NativeMethods.scim_emulator_free(unchecked((nuint)(nint)handle)) == ScimState.Done;
}
