using System;
using System.IO;
using System.Linq;
using System.Management.Automation.Runspaces;

namespace PSScim.Shell;

/// <summary>
/// Imports PSScim at the start. A PSModulePath that already offers one is obeyed; otherwise the checkout that this
/// shell was built in puts its own build first, so that an installed module doesn't hide what was just built.
/// </summary>
internal sealed class ModuleImport
{
    private const string Name = "PSScim";
    private const string PathVariable = "PSModulePath";

    /// <summary>
    /// PSModulePath as the caller set it: make this before the runspace opens, which adds the engine's folders.
    /// </summary>
    private readonly string given = ModulePath();

    internal void Run(Session session, ConsoleUI ui)
    {
        string? checkout = Offers(given) ? null : CheckoutModules();
        if (checkout is not null)
            Environment.SetEnvironmentVariable(PathVariable, checkout + Path.PathSeparator + ModulePath());

        if (Offers(ModulePath()))
        {
            Command import = new("Import-Module", isScript: false, useLocalScope: false);
            import.Parameters.Add("Name", Name);
            session.Run(import);
        }
        else
        {
            ui.WriteErrorLine($"{Name} is not on {PathVariable} and has not been built: the shell goes on without it. "
                + "'dotnet build' in its checkout builds it.");
        }
    }

    private static string ModulePath() => Environment.GetEnvironmentVariable(PathVariable) ?? "";

    private static bool Offers(string modulePath) =>
        modulePath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, Name))
            .Where(Directory.Exists)
            .Any(folder => Directory.GetDirectories(folder).Append(folder).Any(HasManifest));

    private static bool HasManifest(string folder) => File.Exists(Path.Combine(folder, Name + ".psd1"));

    private static string? CheckoutModules()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string modules = Path.Combine(at.FullName, "out");
            if (HasManifest(Path.Combine(modules, Name)))
                return modules;
        }
        return null;
    }
}
