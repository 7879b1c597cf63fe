using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Gets the groups that a user is in, including groups with dynamic membership. This cmdlet filters groups by
/// <c>members.value eq "&lt;id of the user&gt;"</c>.
/// </summary>
/// <example>
/// Get the groups of a user.
/// <code>
/// $user = Get-ScimUser -First 1
/// Get-ScimUserMembership $user | ForEach-Object displayName
/// </code>
/// </example>
/// <example>
/// Remove a user from all groups with assigned members.
/// <code>
/// $user = Get-ScimUser -First 1
/// foreach ($group in $user | Get-ScimUserMembership) { Remove-ScimGroupMember $group $user -Confirm:$false }
/// </code>
/// </example>
/// <seealso cref="GetScimGroupMemberCommand"/>
/// <seealso cref="GetScimGroupCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimUserMembership", SupportsPaging = true)]
[OutputType("PSScim.Group")]
public sealed class GetScimUserMembershipCommand : ScimMembershipCommand
{
    private ResourceReader? _reader;

    /// <summary>Ids of users, or user objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("User", "UserId")]
    [ValidateNotNullOrEmpty]
    [IdTransformation(IsPiped = true)]
    public string[] Id { get; set; } = [];

    /// <summary>Writes the groups.</summary>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
            if (IdTransformationAttribute.IsName(id))
                Refuse(
                    new ScimException(ErrorId.InvalidId, "The input object has no id. No request was made.", "Pipe it to Get-ScimUser first, which finds users by userName."),
                    new Submitted(null, ""));
            else if (Resolved.IsEntra)
                Find(ResourceKind.Group, "members.value", id);
            else
                ReadNamed(id);
    }

    private protected override int InFlight => 8;

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        ResolvedNames names = Names(ResourceKind.Group);
        _reader ??= Resolved.Types.Reader(ResourceKind.Group, names.Projection);
        if (operation.Count == 0)
            return;
        ScimResource[] read = _reader.Read(operation);
        names.See(read);
        WriteObject(read[0]);
    }

    private void ReadNamed(string user)
    {
        try
        {
            ResolvedNames names = Names(ResourceKind.Group);
            List<string> groups = new MemberList(Resolved, Run).GroupsOf(user, out bool isTold);
            if (!isTold)
                ThrowTerminating(NotTold($"the groups of {user}"), user);
            if (PagingParameters.IncludeTotalCount)
                WriteObject(PagingParameters.NewTotalCount((ulong)groups.Count, 1.0));
            foreach (string id in groups.Where((_, place) => (ulong)place >= PagingParameters.Skip && (ulong)place - PagingParameters.Skip < PagingParameters.First))
                Read(new ChangeText("Read", "Groups") { Id = id, Attributes = names.Attributes, ExcludedAttributes = names.ExcludedAttributes }, id, () => ulong.MaxValue);
        }
        catch (ScimException error)
        {
            EndList(error, user);
        }
    }

    /// <summary>The server doesn't say who is in a group.</summary>
    internal static ScimException NotTold(string what) => new(
        ErrorId.InvalidFilter,
        $"The server can't find {what}: its groups don't show members, and it doesn't filter by them.",
        "Ask the server's operator how to read members of groups.");
}
