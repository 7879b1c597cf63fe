using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Gets the users who are direct members of a group. Entra doesn't return members with a group, so this cmdlet filters
/// users by <c>groups.value eq "&lt;id of the group&gt;"</c>, page by page. On other servers, it reads the group's
/// members one by one.
/// </summary>
/// <example>
/// Get the members of a group.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimGroupMember $group -Attributes id, userName
/// </code>
/// </example>
/// <example>
/// Count the members of each group.
/// <code>
/// Get-ScimGroup -First 3 | ForEach-Object { '{0}: {1}' -f $_.displayName, @($_ | Get-ScimGroupMember -Attributes id).Count }
/// </code>
/// </example>
/// <seealso cref="AddScimGroupMemberCommand"/>
/// <seealso cref="RemoveScimGroupMemberCommand"/>
/// <seealso cref="GetScimUserMembershipCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimGroupMember", SupportsPaging = true)]
[OutputType("PSScim.User")]
public sealed class GetScimGroupMemberCommand : ScimMembershipCommand
{
    private ResourceReader? _reader;

    /// <summary>Ids of groups, or group objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Group", "GroupId")]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[] Id { get; set; } = [];

    private protected override int InFlight => 8;

    /// <summary>Writes the members.</summary>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
            if (Resolved.IsEntra)
                Find(ResourceKind.User, "groups.value", id);
            else
                ReadNamed(id);
    }

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        ResolvedNames names = Names(ResourceKind.User);
        _reader ??= Resolved.Types.Reader(ResourceKind.User, names.Projection);
        if (operation.Count == 0)
            return;
        ScimResource[] read = _reader.Read(operation);
        names.See(read);
        WriteObject(read[0]);
    }

    private void ReadNamed(string group)
    {
        try
        {
            ResolvedNames names = Names(ResourceKind.User);
            List<string> members = new MemberList(Resolved, Run).Of(group, out bool isTold);
            if (!isTold)
                WriteWarning($"The members of the group {group} are unknown: the server doesn't return them with the group and refuses to filter users by groups.value.");
            if (PagingParameters.IncludeTotalCount)
                WriteObject(PagingParameters.NewTotalCount((ulong)members.Count, isTold ? 1.0 : 0.0));
            foreach (string id in members.Where((_, place) => (ulong)place >= PagingParameters.Skip && (ulong)place - PagingParameters.Skip < PagingParameters.First))
            {
                var read = new ChangeText("Read", "Users") { Id = id, Attributes = names.Attributes, ExcludedAttributes = names.ExcludedAttributes };
                Read(read, id, () => ulong.MaxValue);
            }
        }
        catch (ScimException error)
        {
            EndList(error, group);
        }
    }
}
