namespace PSScim.Native;

/// <summary>Starts emulators.</summary>
internal static class Emulators
{
    /// <summary>Starts one. <paramref name="config"/>: the JSON of scim-ffi's <c>StartConfig</c>.</summary>
    internal static Operation Start(string config)
    {
        Library.Load();
        return new Operation(NativeText.Lend(config, NativeMethods.scim_op_emulator));
    }
}
