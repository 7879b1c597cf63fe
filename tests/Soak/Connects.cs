using System;
using System.Threading.Tasks;

namespace PSScim.Soak;

/// <summary>Connections made, used once and closed.</summary>
internal static class Connects
{
    internal static async Task<bool> Run(int count)
    {
        using var service = new Service(100);
        using var engine = new Engine(service.Secret);
        string script = service.Connect + "; $null = Get-ScimUser -First 1; Disconnect-Scim";
        // Until methods are compiled in full and the allocator's arenas are as large as they get.
        for (int i = 0; i < 500; i++)
            engine.Run(script);
        long before = await service.Requests();
        Reading.Head();
        Reading start = Reading.Take();
        Console.WriteLine(start);
        for (int i = 1; i <= count; i++)
        {
            engine.Run(script);
            if (i % Math.Max(1, count / 4) == 0)
                Console.WriteLine(Reading.Take());
        }
        Reading end = Reading.Take();
        long requests = await service.Requests() - before;
        Console.WriteLine($"{count} connections, {requests} requests: a token and a page each.");
        return requests == 2L * count && end.IsFlatSince(start, handles: 8, threads: 4, bytes: 16_000_000);
    }
}
