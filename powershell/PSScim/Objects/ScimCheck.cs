namespace PSScim;

/// <summary>One check of Test-ScimConnection.</summary>
public sealed class ScimCheck
{
    internal ScimCheck(ScimResource record)
    {
        Name = record.GetValue("name") as string ?? "";
        Status = record.GetValue("status") as string ?? "";
        Detail = DisplayText.Message(record.GetValue("detail") as string ?? "");
        Advice = DisplayText.Message(record.GetValue("advice") as string ?? "");
    }

    /// <summary>
    /// The check: NameResolution, Connection, Token, Audience, ReadUsers, ReadGroups, ReadMembers, WriteUsers,
    /// WriteGroups, WriteMembers, ApiEnabled, ReadOneUser.
    /// </summary>
    public string Name { get; }

    /// <summary>Passed, Failed or Skipped.</summary>
    public string Status { get; }

    /// <summary>What was found.</summary>
    public string Detail { get; }

    /// <summary>What to do about it.</summary>
    public string Advice { get; }

    /// <summary>The name and the status.</summary>
    public override string ToString() => $"{Name}: {Status}";
}
