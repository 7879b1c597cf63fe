using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using PSScim.Tests.Cmdlets;

namespace PSScim.Tests;

/// <summary>
/// Makes the tests use the assembly of out/PSScim, the one that Import-Module loads: with a copy beside the tests there
/// would be two of them, and the copy would have no native library.
/// </summary>
internal static class ModuleAssembly
{
#pragma warning disable CA2255 // It has to be in place before the first type of the module is met.
    [ModuleInitializer]
    internal static void Resolve() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        name.Name == "PSScim" ? context.LoadFromAssemblyPath(Path.ChangeExtension(Engine.ModulePath, ".dll")) : null;
#pragma warning restore CA2255
}
