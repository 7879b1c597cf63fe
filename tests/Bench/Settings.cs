using System;
using System.Globalization;
using System.Linq;

namespace PSScim.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    private const string Usage = """
        dotnet run -c Release --project tests/Bench [-- options]
          --users N        users of the emulator (100000)
          --rounds N       rounds, in which all that is measured takes turns (5)
          --slow-rounds N  rounds for what takes most of a minute: (d) and (e) (1)
          --starts N       fresh processes for Import-Module (15)
          --writes N       objects that are written one by one, and read by their ids (1000)
          --write-rows N   rows of the long run (100000)
          --million        1,000,000 users streamed, too; takes 4 GB of memory for the emulator
          --uncached       the emulator renders each page anew, instead of keeping its bytes
          --only WORD,…    only rows whose names hold one of the words, and the limit
        """;

    internal int Users { get; private init; } = 100_000;

    internal int Rounds { get; private init; } = 5;

    internal int SlowRounds { get; private init; } = 1;

    internal int Starts { get; private init; } = 15;

    internal int Writes { get; private init; } = 1000;

    internal int WriteRows { get; private init; } = 100_000;

    internal bool Million { get; private init; }

    internal bool Uncached { get; private init; }

    internal string[] Only { get; private init; } = [];

    /// <summary>The settings, or null where the command line is not understood, which has been said.</summary>
    internal static Settings? Read(string[] arguments)
    {
        Settings settings = new();
        for (int i = 0; i < arguments.Length; i++)
        {
            string? next = i + 1 < arguments.Length ? arguments[i + 1] : null;
            bool isNumber = int.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0;
            Settings? changed = (arguments[i], isNumber, next) switch
            {
                ("--users", true, _) => settings with { Users = number },
                ("--rounds", true, _) => settings with { Rounds = number },
                ("--slow-rounds", true, _) => settings with { SlowRounds = number },
                ("--starts", true, _) => settings with { Starts = number },
                ("--writes", true, _) => settings with { Writes = number },
                ("--write-rows", true, _) => settings with { WriteRows = number },
                ("--only", _, not null) => settings with { Only = next.Split(',', StringSplitOptions.RemoveEmptyEntries) },
                ("--million", _, _) => settings with { Million = true },
                ("--uncached", _, _) => settings with { Uncached = true },
                _ => null,
            };
            if (changed is null)
            {
                Console.Error.WriteLine(Usage);
                return null;
            }
            settings = changed;
            if (arguments[i] is not ("--million" or "--uncached"))
                i++;
        }
        return settings;
    }

    internal bool Wants(string name) =>
        Only.Length == 0 || Only.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
