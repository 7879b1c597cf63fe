using System;
using System.Globalization;
using System.Threading.Tasks;

namespace PSScim.Soak;

/// <summary>
/// Long runs of the module in the real engine, and what they do to the process: `dotnet run -c Release --project
/// tests/Soak -- WHAT [N]`. The figures of docs/reliability.md come from here. Ends with 1 where something did not hold.
/// </summary>
internal static class Program
{
    private const string Usage = """
        dotnet run -c Release --project tests/Soak -- WHAT [N]
          mixed [minutes]   64 runspaces on one connection read and write for so long (10)
          connects [N]      so many connections are made and closed (1000)
          stream [N]        a directory of 1,000,000 users is listed so many times (10)
          cancel [N]        so many commands are stopped at a random moment (1000)
          exit [N]          so many processes end with requests in flight (20)
        """;

    private static async Task<int> Main(string[] arguments)
    {
        int? n = arguments.Length > 1 && int.TryParse(arguments[1], NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : null;
        Func<Task<bool>>? run = arguments is [var what, ..] ? what switch
        {
            "mixed" => () => Mixed.Run(TimeSpan.FromMinutes(n ?? 10)),
            "connects" => () => Connects.Run(n ?? 1000),
            "stream" => () => Streaming.Run(n ?? 10),
            "cancel" => () => Cancelling.Run(n ?? 1000),
            "exit" => () => Exits.Run(n ?? 20),
            "--exit-child" => () => Exits.Child(arguments[1]),
            _ => null,
        } : null;
        if (run is null)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        return await run() ? 0 : 1;
    }
}
