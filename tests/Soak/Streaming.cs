using System;
using System.Globalization;
using System.Threading.Tasks;

namespace PSScim.Soak;

/// <summary>A million users, again and again, down the pipeline.</summary>
internal static class Streaming
{
    private const int Users = 1_000_000;

    internal static Task<bool> Run(int times)
    {
        using var service = new Service(Users);
        using var engine = new Engine(service.Secret);
        engine.Run(service.Connect);
        engine.Run("$null = Get-ScimUser -PageSize 999 -First 20000");
        Reading.Head();
        Reading start = Reading.Take();
        Console.WriteLine(start);
        long seen = 0;
        for (int i = 0; i < times; i++)
        {
            object count = engine.Run("$n = 0; Get-ScimUser -PageSize 999 | ForEach-Object { $n++ }; $n")[0].BaseObject;
            seen += Convert.ToInt64(count, CultureInfo.InvariantCulture);
            Console.WriteLine(Reading.Take());
        }
        Reading end = Reading.Take();
        Console.WriteLine($"{seen:N0} users of {(long)times * Users:N0}.");
        return Task.FromResult(seen == (long)times * Users && end.IsFlatSince(start, handles: 8, threads: 4, bytes: 64_000_000));
    }
}
