using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Security;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>What the cmdlets share that change something: -WhatIf and -Confirm, the journal, the names of input objects.</summary>
public abstract class ScimWriteCommand : ScimSendingCommand
{
    private protected const string IdSet = "Id";
    private protected const string InputSet = "InputObject";
    private protected const string UserNameSet = "UserName";

    private ResourceReader? _reader;
    private ResourceReader? _plans;
    private long _rows;
    private bool _warnedOfPassword;

    /// <summary>
    /// A file that keeps what was done, so that the same command with the same file goes on where it stopped, and does
    /// nothing twice. It is made where it is not there.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Journal { get; set; }

    /// <summary>
    /// Requests in flight at most. A service that throttles slows all of them down together, with those of every other
    /// command on the connection.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    private protected override int InFlight => ThrottleLimit;

    private protected override string ProgressNoun => "done";

    private protected override bool TellsWhenStopped => !IsDryRun;

    private protected override string? JournalPath =>
        Journal is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(Journal);

    private protected override bool IsDryRun => IsWhatIf;

    private protected abstract ResourceKind Kind { get; }

    private protected string Endpoint => Kind == ResourceKind.Group ? "Groups" : "Users";

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Sends a new object: what the input says, and over it what the parameters say.</summary>
    private protected void Create(PSObject? input, IDictionary? attributes, SecureString? password)
    {
        ParameterNames names = ParameterNames.Of(GetType());
        InputRow? row = input is null ? null : Read(input, isNew: true, out _);
        if (input is not null && row is null)
            return;
        var change = new ChangeText("Create", Endpoint);
        if (row is not null)
            change.Set.AddRange(row.Values);
        change.Set.AddAll(attributes, names);
        change.Set.AddGiven(this);
        object? label = change.Set.FindLast(v => v.Key is "userName").Value ?? change.Set.FindLast(v => v.Key is "displayName").Value;
        SecretBytes? secret = password is null ? row?.Password : SecretText.Encode(password);
        Send(change, Next(input, label?.ToString()), "Create", secret);
    }

    /// <summary>Changes an object: what the input says, and over it what the parameters say.</summary>
    /// <exception cref="ScimException">It cannot be told what to change.</exception>
    private protected void Update(
        InputRow row, Submitted item, IDictionary? replace, IDictionary? add, IDictionary? remove, string[]? clear, bool returnsState)
    {
        ParameterNames names = ParameterNames.Of(GetType());
        ChangeText change = Of("Update", row);
        change.Set.AddRange(row.Values);
        change.Set.AddAll(replace, names);
        change.Set.AddGiven(this, except: ParameterSetName == UserNameSet ? change.Key?.Key : null);
        change.Add.AddAll(add, names);
        change.Remove.AddAll(remove, names);
        foreach (string name in clear ?? [])
            change.Clear.Add(names.AttributeOf(name));
        if (row.IsSaved && change.IsEmpty)
            throw new ScimException(
                ErrorId.InvalidValue,
                "The object was saved and loaded again, so PSScim can't tell which of its values you changed. No request was made.",
                "Use parameters to specify the changes, or set values on an object from Get-ScimUser or Get-ScimGroup.");
        change.IfMatch = row.Version;
        change.ReturnsState = returnsState;
        Send(change, item, "Set", row.Password);
    }

    /// <summary>Reads input objects, and does something with each; one that cannot be read is an error of its own.</summary>
    private protected void Each(PSObject[] inputs, Action<InputRow, Submitted> change)
    {
        foreach (PSObject input in inputs)
            if (Read(input, isNew: false, out Submitted? item) is InputRow row)
                Try(row, item!, change);
    }

    /// <summary>Does something with each user of these names, of whom nothing else is known.</summary>
    private protected void EachNamed(string[] userNames, Action<InputRow, Submitted> change)
    {
        foreach (string name in userNames)
            Try(InputRow.Named("userName", name), Next(name, name), change);
    }

    private void Try(InputRow row, Submitted item, Action<InputRow, Submitted> change)
    {
        try
        {
            change(row, item);
        }
        catch (ScimException error)
        {
            Refuse(error, item);
        }
    }

    /// <summary>The change of a row's object; what it is found by is set as little as an id is.</summary>
    private protected ChangeText Of(string verb, InputRow row)
    {
        var change = new ChangeText(verb, Endpoint) { Id = row.Id };
        if (row.Id is not null)
            return change;
        string[] keys = Kind == ResourceKind.Group ? ["externalId", "displayName"] : ["userName", "externalId"];
        foreach (string key in keys)
        {
            if (row.Text(key) is not string value)
                continue;
            change.Key = new KeyValuePair<string, string>(key, value);
            row.Values.RemoveAll(v => string.Equals(v.Key, key, StringComparison.OrdinalIgnoreCase));
            return change;
        }
        throw new ScimException(
            ErrorId.InvalidId,
            $"The input object has no id and no {string.Join(" or ", keys)}. No request was made.",
            "Add one of them to the object.");
    }

    /// <summary>Reads an input object. Where it cannot be read, that is told, and null comes.</summary>
    /// <param name="input">The object.</param>
    /// <param name="isNew">Whether it is to be made.</param>
    /// <param name="item">How it is told of, where it is there already.</param>
    private InputRow? Read(PSObject input, bool isNew, out Submitted? item)
    {
        item = null;
        try
        {
            InputRow row = InputRow.Read(input, ParameterNames.Of(GetType()), isNew);
            if (isNew)
                WarnOfPassword(row);
            else
                item = Next(input, row.Label);
            return row;
        }
        catch (ScimException error)
        {
            Refuse(error, Next(input, null));
            return null;
        }
    }

    /// <summary>The next input object, as errors and results are told of it.</summary>
    private protected Submitted Next(object? input, string? label)
    {
        _rows++;
        label ??= "";
        if (MyInvocation.ExpectingInput)
            label = label.Length > 0 ? $"Row {_rows} ({label})" : $"Row {_rows}";
        else if (label.Length == 0)
            label = MyInvocation.MyCommand.Name;
        return new Submitted(SetValue.Bare(input), label);
    }

    /// <summary>Sends a change, if it is to be.</summary>
    /// <param name="change">The change.</param>
    /// <param name="item">What it is about.</param>
    /// <param name="action">What is done, for -Confirm.</param>
    /// <param name="secret">The password, which is disposed of.</param>
    private protected void Send(ChangeText change, Submitted item, string action, SecretBytes? secret = null)
    {
        try
        {
            // Under -WhatIf the engine shows what would be sent, once the library has said what that is.
            if (!IsWhatIf && !ShouldProcess(item.Label, action))
                return;
            string text;
            try
            {
                change.HasPassword = secret is not null;
                text = change.ToString();
            }
            catch (ScimException error)
            {
                Refuse(error, item);
                return;
            }
            Submit(text, item, secret);
        }
        finally
        {
            secret?.Dispose();
        }
    }

    /// <summary>Says once that passwords in the clear can be seen by others.</summary>
    private void WarnOfPassword(InputRow row)
    {
        if (!row.PasswordWasText || _warnedOfPassword)
            return;
        _warnedOfPassword = true;
        WriteWarning("The input contains plain-text passwords. PSScim sends them, but anyone who can read the file or the history can see them. Use -Password with a SecureString instead.");
    }

    /// <summary>The object of a reply, or null where it has none.</summary>
    private protected ScimResource? Result(WriteOperation operation)
    {
        // Of what an earlier run made, the journal knows the id and no more.
        if (operation.Count == 0 || operation.Outcome == ScimOutcome.AlreadyDone)
            return null;
        _reader ??= Resolved.Types.Reader(Kind, Projection.None);
        return _reader.Read(operation)[0];
    }

    private protected override void Planned(WriteOperation operation, Submitted item)
    {
        if (operation.Count == 0)
            return;
        _plans ??= new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.Resource, Projection.None);
        foreach (ScimResource request in _plans.Read(operation))
        {
            string sent = $"{item.Label}: {request.GetValue("method")} {request.GetValue("path")}";
            if (request.GetValue("body") is object body)
                sent += " " + body;
            ShouldProcess(sent, sent, MyInvocation.MyCommand.Name);
        }
    }
}
