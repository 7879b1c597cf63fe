using System;
using System.Globalization;

namespace PSScim.Bench;

/// <summary>
/// Writing by the cmdlets: against an emulator that takes 50 ms for each request, one request after another and as many in
/// flight as there are by default; and what a long run of rows leaves in memory, against one that takes no time.
/// </summary>
internal sealed class Writes(Settings settings)
{
    private const int Latency = 50;

    private readonly Row _createsOne = new(Name(settings.Writes, "`New-ScimUser -ThrottleLimit 1`"), job => Measuring.Child("creates-one", job));
    private readonly Row _creates = new(Name(settings.Writes, "`New-ScimUser`"), job => Measuring.Child("creates", job));
    private readonly Row _readsOne = new(Name(settings.Writes, "`Get-ScimUser -Id -ThrottleLimit 1`"), job => Measuring.Child("reads-one", job));
    private readonly Row _reads = new(Name(settings.Writes, "`Get-ScimUser -Id`"), job => Measuring.Child("reads", job));
    private readonly Row _members = new(Name(settings.Writes, "`Add-ScimGroupMember`"), job => Measuring.Child("members", job));
    private readonly Row _rows = new(Name(settings.WriteRows, "rows into `Set-ScimUser`, no latency"), job => Measuring.Child("rows", job));

    /// <summary>Measures what is wanted and prints it. False when something failed.</summary>
    internal bool Measure(Bars bars)
    {
        Row[] wanted = [.. Array.FindAll([_createsOne, _creates, _readsOne, _reads, _members, _rows], row => settings.Wants(row.Name))];
        if (wanted.Length == 0)
            return true;
        for (int round = 0; round < settings.Rounds; round++)
        {
            // Each round has a directory of its own: the users that are made would otherwise be more and more.
            using Service slow = new(settings.Writes, 0, groups: 1, latencyMilliseconds: Latency), quick = new(1000, 0, groups: 1);
            foreach (Row row in wanted)
            {
                bool isLong = row == _rows;
                row.Run(round, (isLong ? quick : slow).Job with { Count = isLong ? settings.WriteRows : settings.Writes });
            }
        }
        Console.WriteLine($"{Environment.NewLine}Writing, {Latency} ms a request, {settings.Rounds} rounds:{Environment.NewLine}");
        Table.Writes(wanted);
        bars.Writes((_createsOne, _creates), (_readsOne, _reads), _members, settings.Writes, _rows);
        return Array.TrueForAll(wanted, row => row.Failure is null);
    }

    private static string Name(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"Writes: {count:N0} {what}");
}
