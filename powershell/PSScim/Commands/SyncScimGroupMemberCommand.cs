using System;
using System.Collections.Generic;
using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Makes the users in a group exactly those given, with the fewest requests: it reads who is in the group, adds who is
/// missing, 20 to a request, and then removes who is too many. Members that are no users are not seen, and stay; elsewhere
/// than on Entra, as far as the group says of its members what they are.
/// </summary>
/// <example>
/// The plan, and then the change.
/// <code>
/// $group = Get-ScimGroup -First 1
/// $wanted = Get-ScimUser -First 10 -Attributes id
/// $wanted | Sync-ScimGroupMember $group -WhatIf
/// $wanted | Sync-ScimGroupMember $group -Confirm:$false
/// </code>
/// The plan reads the present members, which are requests, and changes nothing.
/// </example>
/// <example>
/// Nobody. An empty list is more often a mistake, so it has to be said.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Sync-ScimGroupMember $group -Member @() -Force -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="AddScimGroupMemberCommand"/>
/// <seealso cref="RemoveScimGroupMemberCommand"/>
/// <seealso cref="GetScimGroupMemberCommand"/>
[Cmdlet(VerbsData.Sync, "ScimGroupMember", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class SyncScimGroupMemberCommand : ScimWriteCommand
{
    private readonly List<string> _wanted = [];

    /// <summary>The id of the group, or the group.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    [Alias("GroupId")]
    [IdTransformation]
    [ValidateNotNullOrEmpty]
    public string Group { get; set; } = "";

    /// <summary>The ids of all that are to be members, or objects that have an id; from the pipeline too.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    [IdTransformation]
    public string[] Member { get; set; } = [];

    /// <summary>Lets the group end without a member.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override ResourceKind Kind => ResourceKind.Group;

    /// <summary>Collects the ids.</summary>
    protected override void ProcessRecord() => _wanted.AddRange(Member);

    /// <summary>Compares, and changes what differs.</summary>
    protected override void EndProcessing()
    {
        // With a wrong id among them the list is not what was meant, and who is missing from it would be removed.
        if (Resolved.IsEntra && _wanted.Find(id => !Guid.TryParseExact(id, "D", out _)) is string wrong)
            ThrowTerminating(
                new ScimException(ErrorId.InvalidId, $"'{wrong}' is not the id of a user in Entra: those are GUIDs. Nothing was changed.", "Give ids, or objects that have an id."),
                wrong);
        List<string> present = Present();
        var wanted = new HashSet<string>(_wanted, StringComparer.OrdinalIgnoreCase);
        var has = new HashSet<string>(present, StringComparer.OrdinalIgnoreCase);
        List<string> surplus = present.FindAll(id => !wanted.Contains(id));
        if (wanted.Count == 0 && surplus.Count > 0 && !Force)
            ThrowTerminating(
                new ScimException(ErrorId.WouldEmptyGroup, $"The group {Group} would lose all its {surplus.Count} members. Nothing was changed."),
                Group);
        var missing = new List<string>();
        foreach (string id in _wanted)
            if (has.Add(id))
                missing.Add(id);
        WriteVerbose($"Group {Group}: {present.Count} members; {missing.Count} to add, {surplus.Count} to remove.");
        if (IsAllowed(missing.Count, surplus.Count))
        {
            Submit("AddMember", missing);
            Submit("RemoveMember", surplus);
        }
        base.EndProcessing();
    }

    /// <summary>Asks once about the whole, where somebody loses something, or -Confirm says so.</summary>
    private bool IsAllowed(int missing, int surplus)
    {
        bool asks = surplus > 0 || (missing > 0 && MyInvocation.BoundParameters.ContainsKey("Confirm"));
        return IsDryRun || !asks || ShouldProcess($"Group {Group}", $"Add {missing} and remove {surplus} members");
    }

    private void Submit(string verb, List<string> members)
    {
        foreach (string member in members)
        {
            string change = new ChangeText(verb, Endpoint) { Id = Group, Member = member }.ToString();
            Submit(change, new Submitted(member, member));
        }
    }

    private List<string> Present()
    {
        try
        {
            List<string> present = new MemberList(Resolved, Run).Of(Group, out bool isTold);
            if (!isTold)
                WriteWarning($"The server names no members with the group {Group}, and refuses to find them by groups.value: nobody is removed.");
            return present;
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, Group);
            return [];
        }
    }
}
