using System;
using System.Threading.Tasks;

namespace PSScim.Bench;

/// <summary>
/// The benchmark of docs/performance.md: `dotnet run -c Release --project tests/Bench`. It starts the emulator and, for
/// each thing it measures, itself again as a fresh process with the hidden verb `--child`.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["--child", var name, ..])
            return await Child.Run(name);
        Settings? settings = Settings.Read(arguments);
        if (settings is null)
            return 2;
        Run run = new(settings);
        return run.Measure() ? 0 : 1;
    }
}
