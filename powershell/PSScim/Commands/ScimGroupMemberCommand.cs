using System;
using System.Collections;
using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The base of Add-ScimGroupMember and Remove-ScimGroupMember: a group, and members from the pipeline.
/// </summary>
public abstract class ScimGroupMemberCommand : ScimWriteCommand
{
    /// <summary>The group, or its id. Default: the <c>GroupId</c> of each input row.</summary>
    [Parameter(Position = 0)]
    [Alias("GroupId")]
    [IdTransformation]
    [ValidateNotNullOrEmpty]
    public string? Group { get; set; }

    /// <summary>
    /// Ids of members, or objects that have an id. Also from the pipeline, where rows can have <c>MemberId</c> or
    /// <c>UserId</c>.
    /// </summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public PSObject[] Member { get; set; } = [];

    /// <summary>
    /// Takes objects of another service by their ids. Without it they are refused, because the same id can be another object
    /// on this service.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesOtherServices => Force;

    private protected override ResourceKind Kind => ResourceKind.Group;

    private protected abstract string Verb { get; }

    private protected abstract string Action { get; }

    /// <summary>Sends the members.</summary>
    protected override void ProcessRecord()
    {
        foreach (PSObject member in Member)
        {
            string? id = Text(member, "MemberId", "UserId", "id");
            string? label = SetValue.Bare(member) is ScimResource resource ? KeyText.Of(resource.GetValue("userName")) ?? resource.ToString() : id;
            Submitted item = Next(id, label, label == id ? id : $"{label} (id {id})");
            string? group = Group ?? Text(member, "GroupId", "Group");
            if (id is null || group is null)
            {
                string lacking = id is null ? "member id" : "group";
                Refuse(
                    new ScimException(ErrorId.InvalidId, $"The input object has no {lacking}. No request was made.", "Pass ids, or objects with id, MemberId or UserId. Set the group with -Group or GroupId."),
                    item);
                continue;
            }
            try
            {
                CheckOrigin((SetValue.Bare(member) as ScimResource)?.Origin);
                CheckOrigin(IdTransformationAttribute.OriginOf(Group));
            }
            catch (ScimException error)
            {
                Refuse(error, item);
                continue;
            }
            item.Membership = $"{Action} group {group}";
            Send(new ChangeText(Verb, Endpoint) { Id = group, Member = id }, item, $"{Action} group {group}");
        }
    }

    /// <summary>The id that an object is or has, by the first of these names that it knows.</summary>
    private static string? Text(PSObject item, params string[] names)
    {
        object? bare = SetValue.Bare(item);
        if (bare is ScimResource own)
            return names[names.Length - 1] == "id" ? own.Id : null;
        if (ResourceId.Of(bare) is string plain)
            return names[names.Length - 1] == "id" ? KeyText.Of(plain) : null;
        foreach (string name in names)
        {
            object? value = bare is IDictionary dictionary ? Find(dictionary, name) : item.Properties[name]?.Value;
            if (SetValue.Bare(value) is ScimResource resource)
                return resource.Id;
            if (KeyText.Of(ResourceId.Of(value)) is string text)
                return text;
        }
        return null;
    }

    private static object? Find(IDictionary dictionary, string name)
    {
        foreach (DictionaryEntry entry in dictionary)
            if (string.Equals(entry.Key as string, name, StringComparison.OrdinalIgnoreCase))
                return entry.Value;
        return null;
    }
}
