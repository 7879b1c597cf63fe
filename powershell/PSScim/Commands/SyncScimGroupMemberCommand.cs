using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Makes the users in a group match a list exactly, with as few requests as possible. It reads the current members,
/// adds missing members, 20 per request, and then removes extra members. Members that aren't users are ignored and
/// stay. On servers other than Entra, this applies as far as the group says what type its members are.
/// <para>
/// With an incomplete list, everyone who is missing from it would be removed. So nothing is changed when the input is
/// incomplete: an interrupted list (Get-ScimUser, Get-ScimGroupMember) ends the whole pipeline, and when any command of
/// the pipeline reports an error, such as an id that wasn't found, Sync-ScimGroupMember ends with InputIncomplete. To
/// continue with partial input, collect it in a variable first, check it, and pass it to -Member. Nothing is changed
/// either when the group would lose more than half of its members, and more than ten, unless you add -Force.
/// </para>
/// </summary>
/// <example>
/// Preview the change, then make it.
/// <code>
/// $group = Get-ScimGroup -First 1
/// $wanted = Get-ScimUser -First 10 -Attributes id
/// $wanted | Sync-ScimGroupMember $group -WhatIf
/// $wanted | Sync-ScimGroupMember $group -Force -Confirm:$false
/// </code>
/// The preview sends requests to read the current members, and changes nothing. Without -Force, a change that removes more
/// than half of the members is refused.
/// </example>
/// <example>
/// Continue on purpose although some ids weren't found.
/// <code>
/// $group = Get-ScimGroup -First 1
/// $ids = @(Get-ScimUser -First 3 | ForEach-Object id) + '00000000-0000-0000-0000-000000000000'
/// $wanted = $ids | Get-ScimUser -Attributes id -ErrorAction SilentlyContinue -ErrorVariable missing
/// if ($missing.Count -le 1) { Sync-ScimGroupMember $group -Member $wanted -Force -Confirm:$false }
/// </code>
/// In one pipeline, the id that wasn't found would be an error of the input, and the group would stay as it is.
/// </example>
/// <example>
/// Remove all members. An empty list is usually a mistake, so it requires -Force.
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
    /// <summary>So many members may always be removed without -Force.</summary>
    private const int SmallChange = 10;

    private readonly List<string> _wanted = [];
    private object? _lastError;
    private long _failures;

    /// <summary>The group, or its id.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    [Alias("GroupId")]
    [IdTransformation]
    [ValidateNotNullOrEmpty]
    public string Group { get; set; } = "";

    /// <summary>
    /// The ids of all users who should be members, or objects that have an id. Also from the pipeline.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    [IdTransformation(IsPiped = true)]
    public string[] Member { get; set; } = [];

    /// <summary>
    /// Lets the group lose more than half of its members, or all, and takes objects of another service by their ids.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override ResourceKind Kind => ResourceKind.Group;

    /// <summary>Finds the connection, and notes which errors there were before the input.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        (_lastError, _failures) = (LastError(), RunspaceState.Current.Failures);
    }

    /// <summary>Collects the ids.</summary>
    protected override void ProcessRecord() => _wanted.AddRange(Member);

    /// <summary>Compares, and changes what differs.</summary>
    protected override void EndProcessing()
    {
        RefuseIncompleteInput();
        RefuseOtherServices();
        // With a wrong id among them the list is not what was meant, and who is missing from it would be removed.
        if (_wanted.Exists(IdTransformationAttribute.IsName))
            ThrowTerminating(
                new ScimException(ErrorId.InvalidId, "An input object has no id. Nothing was changed.", "Pipe the objects to Get-ScimUser first, which finds users by userName."),
                Group);
        if (Resolved.IsEntra && _wanted.Find(id => !Guid.TryParseExact(id, "D", out _)) is string wrong)
            ThrowTerminating(
                new ScimException(ErrorId.InvalidId, $"'{wrong}' isn't a valid user id. Entra's ids are GUIDs. Nothing was changed.", "Pass ids, or objects that have an id."),
                wrong);
        List<string> present = Present();
        var wanted = new HashSet<string>(_wanted, StringComparer.OrdinalIgnoreCase);
        var has = new HashSet<string>(present, StringComparer.OrdinalIgnoreCase);
        List<string> surplus = present.FindAll(id => !wanted.Contains(id));
        if (wanted.Count == 0 && surplus.Count > 0 && !Force)
            ThrowTerminating(
                new ScimException(ErrorId.WouldEmptyGroup, $"This would remove all {surplus.Count} members of the group {Group}. Nothing was changed."),
                Group);
        if (surplus.Count > SmallChange && surplus.Count > present.Count / 2 && !Force)
        {
            // A plan changes nothing, so it is shown.
            if (IsDryRun)
                WriteWarning($"The group {Group} would lose {surplus.Count} of its {present.Count} members. Without -WhatIf, this needs -Force.");
            else
                ThrowTerminating(
                    new ScimException(ErrorId.WouldShrinkGroup, $"The group {Group} would lose {surplus.Count} of its {present.Count} members. Nothing was changed."),
                    Group);
        }
        var missing = new List<string>();
        foreach (string id in _wanted)
            if (has.Add(id))
                missing.Add(id);
        WriteVerbose($"Group {Group}: {present.Count} members, {missing.Count} to add, {surplus.Count} to remove.");
        if (IsAllowed(missing.Count, surplus.Count))
        {
            Submit("AddMember", missing);
            Submit("RemoveMember", surplus);
        }
        base.EndProcessing();
    }

    /// <summary>Who is missing from an incomplete input would be removed.</summary>
    private void RefuseIncompleteInput()
    {
        if (ReferenceEquals(_lastError, LastError()) && _failures == RunspaceState.Current.Failures)
            return;
        string reason = LastError() is ErrorRecord last && !ReferenceEquals(last, _lastError) ? $": {last}" : ".";
        ThrowTerminating(
            new ScimException(
                ErrorId.InputIncomplete,
                $"The group {Group} wasn't changed, because a command that feeds Sync-ScimGroupMember reported an error or an incomplete list, so members may be missing{reason}"),
            Group);
    }

    /// <summary>With objects of another service the list isn't what was meant.</summary>
    private void RefuseOtherServices()
    {
        foreach (string id in (string[])[Group, .. _wanted])
        {
            try
            {
                CheckOrigin(IdTransformationAttribute.OriginOf(id));
            }
            catch (ScimException error)
            {
                ThrowTerminating(error, id);
            }
        }
    }

    private protected override bool TakesOtherServices => Force;

    /// <summary>The newest error of the runspace, whichever command reported it.</summary>
    private object? LastError() =>
        SessionState.PSVariable.GetValue("global:Error") is IList { Count: > 0 } errors ? errors[0] : null;

    /// <summary>Asks once for the whole change if a member would be removed or -Confirm is set.</summary>
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
            string membership = verb == "AddMember" ? $"Add to group {Group}" : $"Remove from group {Group}";
            Submit(change, new Submitted(member, DisplayText.Of(member)) { Membership = membership });
        }
    }

    private List<string> Present()
    {
        try
        {
            List<string> present = new MemberList(Resolved, Run).Of(Group, out bool isTold);
            if (!isTold)
                WriteWarning($"The members of the group {Group} are unknown: the server doesn't return them with the group and refuses to filter users by groups.value. PSScim doesn't remove any member.");
            return present;
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, Group);
            return [];
        }
    }
}
