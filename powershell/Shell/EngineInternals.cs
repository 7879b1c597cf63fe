using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace PSScim.Shell;

/// <summary>
/// The one thing that pwsh asks of the engine and no public member offers: that `exit N` in the script that it was
/// started for ends the session with N, and not the script alone. The engine's version is pinned, and a test fails
/// when these members have gone.
/// </summary>
internal static class EngineInternals
{
    private const string Context = "System.Management.Automation.ExecutionContext, System.Management.Automation";

    internal static void LetExitLeaveTheNextScript(Runspace runspace) =>
        SetShouldRethrowExit(GetContext(runspace), true);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ExecutionContext")]
    [return: UnsafeAccessorType(Context)]
    private static extern object GetContext(Runspace runspace);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ScriptCommandProcessorShouldRethrowExit")]
    private static extern void SetShouldRethrowExit([UnsafeAccessorType(Context)] object context, bool value);
}
