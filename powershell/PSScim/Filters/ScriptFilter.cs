using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace PSScim.Filters;

/// <summary>
/// Translates a script block in PowerShell's operators to a SCIM filter: <c>{ userName -like '*@contoso.com' -and active }</c>,
/// and in the way of Where-Object, <c>{ $_.userName -like '*@contoso.com' }</c>. PowerShell reads the first as a command
/// of that name with parameters, the second as an expression, so that there are two ways to walk. As in PowerShell,
/// -and and -or bind alike, from left to right. The script block is never run.
/// </summary>
internal sealed class ScriptFilter(PSVariableIntrinsics variables)
{
    private const string Comparisons = "-eq, -ne, -gt, -ge, -lt, -le, -like, -notlike, -in and -notin";

    private static readonly HashSet<string> s_operators =
        ["eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "in", "notin", "contains", "match", "notmatch"];

    private static readonly Regex s_attribute = new(@"^[A-Za-z$][\w$.:\-]*$", RegexOptions.CultureInvariant);

    private readonly Operand _operand = new(variables);

    /// <summary>The filter as text.</summary>
    /// <exception cref="ScriptFilterException">The script block is no filter.</exception>
    internal string Translate(ScriptBlock script)
    {
        var block = (ScriptBlockAst)script.Ast;
        if (block.ParamBlock is not null || block.BeginBlock is not null || block.ProcessBlock is not null
            || block.EndBlock is null || block.EndBlock.Statements.Count != 1)
            throw new ScriptFilterException(block, "A filter must be a single expression.");
        return Statement(block.EndBlock.Statements[0]).Text;
    }

    private Part Statement(StatementAst statement) =>
        statement is PipelineAst { PipelineElements: { Count: 1 } elements } && elements[0].Redirections.Count == 0
            ? elements[0] switch
            {
                CommandExpressionAst expression => Expression(expression.Expression),
                CommandAst command => new Words(this, command.CommandElements).Read(),
                _ => throw new ScriptFilterException(statement, "A filter must be a single expression."),
            }
            : throw new ScriptFilterException(statement, "A filter must be a single expression.");

    private Part Expression(ExpressionAst expression) => expression switch
    {
        ParenExpressionAst paren when paren.Pipeline is StatementAst inner => Statement(inner),
        BinaryExpressionAst { Operator: TokenKind.And } both => Part.And(Expression(both.Left), Expression(both.Right)),
        BinaryExpressionAst { Operator: TokenKind.Or } either => Part.Or(Expression(either.Left), Expression(either.Right)),
        BinaryExpressionAst test => Compare(Attribute(test.Left), test.Operator.ToString(), test.Right, test, IsOfPipeline(test.Left)),
        UnaryExpressionAst { TokenKind: TokenKind.Not or TokenKind.Exclaim } not => Part.Not(Expression(not.Child)),
        _ => Holds(Attribute(expression), expression),
    };

    /// <summary>An attribute that stands alone: whether it is true, or, where it is no boolean, whether it has a value.</summary>
    private static Part Holds(string attribute, Ast named) => FilterText.TypeOf(attribute) switch
    {
        "boolean" => new Part(attribute + " eq true"),
        not null => new Part(attribute + " pr"),
        null => throw new ScriptFilterException(
            named, "Whether it is a boolean isn't known. Write -eq $true, or -ne $null to test whether it has a value."),
    };

    /// <summary>Whether an expression begins with <c>$_</c>.</summary>
    private static bool IsOfPipeline(Ast expression) => expression switch
    {
        MemberExpressionAst member => IsOfPipeline(member.Expression),
        VariableExpressionAst { VariablePath.UserPath: "_" or "PSItem" } => true,
        _ => false,
    };

    /// <summary>An attribute by its bare name, in quotes, or as a property of <c>$_</c>.</summary>
    private static string Attribute(Ast named)
    {
        string name = named switch
        {
            StringConstantExpressionAst text => text.Value,
            MemberExpressionAst { Static: false, Member: StringConstantExpressionAst member } and not InvokeMemberExpressionAst =>
                Path(((MemberExpressionAst)named).Expression, ((StringConstantExpressionAst)((MemberExpressionAst)named).Member).Value),
            _ => "",
        };
        return s_attribute.IsMatch(name)
            ? name
            : throw new ScriptFilterException(named, "Expected an attribute: its name, or a property of $_.");
    }

    private static string Path(ExpressionAst owner, string member)
    {
        if (owner is VariableExpressionAst { VariablePath.UserPath: "_" or "PSItem" })
            return member;
        string path = Attribute(owner);
        bool isUrn = path.StartsWith("urn:", StringComparison.OrdinalIgnoreCase);
        return path + (isUrn && KnownSchema.Extensions.Contains(path, StringComparer.OrdinalIgnoreCase) ? ":" : ".") + member;
    }

    private Part Compare(string attribute, string operation, Ast right, Ast whole, bool isOfPipeline = false)
    {
        string comparison = Bare(operation, whole);
        if (right is StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } word && FilterText.TypeOf(word.Value) is not null
            || isOfPipeline && IsOfPipeline(right))
            throw new ScriptFilterException(right, "SCIM compares an attribute with a value, not with another attribute. Put a text in quotes.");
        object? value = _operand.Value(right);
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (comparison)
        {
            case "eq" or "contains" when bare is null:
                return Part.Not(new Part(attribute + " pr"));
            case "ne" when bare is null:
                return new Part(attribute + " pr");
            case "like" or "notlike":
                string pattern = LanguagePrimitives.ConvertTo<string>(value) ?? "";
                if (pattern.IndexOfAny(['?', '[', ']', '`']) >= 0 || FilterText.Like(attribute, pattern) is not string like)
                    throw new ScriptFilterException(right, "SCIM supports only * as a wildcard, and only as the first or the last character.");
                return comparison == "like" ? new Part(like) : Part.Not(new Part(like));
            case "in" or "notin":
                Part[] each = [.. Each(bare).Select(one => new Part($"{attribute} eq {FilterText.Value(attribute, one)}"))];
                if (each.Length == 0)
                    throw new ScriptFilterException(right, "The list is empty.");
                Part any = each.Aggregate(Part.Or);
                return comparison == "in" ? any : Part.Not(any);
            case "eq" or "ne" or "gt" or "ge" or "lt" or "le" or "contains":
                if (bare is IEnumerable and not string and not ScimObject)
                    throw new ScriptFilterException(right, "The value is a list. Use -in to test for one of several values.");
                return new Part($"{attribute} {(comparison == "contains" ? "eq" : comparison)} {FilterText.Value(attribute, value)}");
            default:
                throw new ScriptFilterException(whole, $"SCIM doesn't support this operator. Use {Comparisons}, combined with -and, -or and -not.");
        }
    }

    private static IEnumerable<object?> Each(object? list) =>
        list is IEnumerable many and not string ? many.Cast<object?>() : [list];

    /// <summary>The operator without the <c>i</c> that says that case doesn't count.</summary>
    private static string Bare(string operation, Ast whole)
    {
#pragma warning disable CA1308 // Operators are lower case.
        string name = operation.ToLowerInvariant();
#pragma warning restore CA1308
        if (s_operators.Contains(name) || name.Length < 2 || !s_operators.Contains(name.Substring(1)))
            return name;
        return name[0] == 'c'
            ? throw new ScriptFilterException(whole, $"Whether case counts is up to the attribute's schema. Use -{name.Substring(1)}.")
            : name.Substring(1);
    }

    /// <summary>A filter as it was read as a command: bare words, parameters for operators.</summary>
    private sealed class Words(ScriptFilter filter, IReadOnlyList<CommandElementAst> words)
    {
        private int _at;

        internal Part Read()
        {
            Part all = Term();
            while (_at < words.Count)
            {
                bool isAnd = IsParameter(_at, "and");
                if (!isAnd && !IsParameter(_at, "or"))
                    throw new ScriptFilterException(words[_at], "Expected -and or -or.");
                _at++;
                all = isAnd ? Part.And(all, Term()) : Part.Or(all, Term());
            }
            return all;
        }

        private Part Term()
        {
            CommandElementAst word = Next();
            if (word is CommandParameterAst { Argument: null, ParameterName: var not } && Is(not, "not"))
                return Part.Not(Term());
            if (word is ParenExpressionAst paren && paren.Pipeline is StatementAst inner)
                return filter.Statement(inner);
            string attribute = Attribute(word);
            if (_at == words.Count || IsParameter(_at, "and") || IsParameter(_at, "or"))
                return Holds(attribute, word);
            if (Next() is not CommandParameterAst { Argument: null } operation)
                throw new ScriptFilterException(words[_at - 1], $"Expected an operator: {Comparisons}.");
            return filter.Compare(attribute, operation.ParameterName, Next(), operation);
        }

        private CommandElementAst Next() => _at < words.Count
            ? words[_at++]
            : throw new ScriptFilterException(words[words.Count - 1], "Expected more after this.");

        private bool IsParameter(int at, string name) => words[at] is CommandParameterAst parameter && Is(parameter.ParameterName, name);

        private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A part of the filter; one that is joined by <c>or</c> gets parentheses inside an <c>and</c>.</summary>
    private sealed class Part(string text, bool isOr = false)
    {
        internal string Text => text;

        private string Inside => isOr ? "(" + text + ")" : text;

        internal static Part And(Part left, Part right) => new(left.Inside + " and " + right.Inside);

        internal static Part Or(Part left, Part right) => new(left.Text + " or " + right.Text, isOr: true);

        internal static Part Not(Part inner) => new("not (" + inner.Text + ")");
    }
}
