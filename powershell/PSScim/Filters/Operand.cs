using System;
using System.Collections;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSScim.Filters;

/// <summary>
/// The value of an operand: constants, variables of the caller, their properties, texts with these in them, lists, casts.
/// Nothing is run: a command or a method call belongs before the filter, in a variable.
/// </summary>
internal sealed class Operand(PSVariableIntrinsics variables)
{
    private const int LongestRange = 10_000;

    private readonly PSVariableIntrinsics _variables = variables;

    /// <exception cref="ScriptFilterException">It is none of these.</exception>
    internal object? Value(Ast operand) => operand switch
    {
        // $null, $true and $false are variables too.
        VariableExpressionAst variable => Variable(variable),
        StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } word => Bare(word),
        ConstantExpressionAst constant => constant.Value,
        MemberExpressionAst member and not InvokeMemberExpressionAst => Member(member),
        IndexExpressionAst index => Element(index),
        BinaryExpressionAst { Operator: TokenKind.DotDot } range => Range(range),
        ExpandableStringExpressionAst text => Text(text),
        ArrayLiteralAst list => list.Elements.Select(Value).ToArray(),
        ArrayExpressionAst { SubExpression.Statements.Count: 0 } => Array.Empty<object?>(),
        ArrayExpressionAst list => Only(list.SubExpression, list) is var inner && inner is object?[] many ? many : new[] { inner },
        ParenExpressionAst paren => Pipeline(paren.Pipeline, paren),
        SubExpressionAst sub => Only(sub.SubExpression, sub),
        ConvertExpressionAst convert => Converted(convert),
        UnaryExpressionAst { TokenKind: TokenKind.Minus, Child: ConstantExpressionAst number } => LanguagePrimitives.ConvertTo<double>(number.Value) * -1,
        _ => throw new ScriptFilterException(operand, "A value must be a constant, a variable, or a property or an element of a variable. Compute other values in a variable before the command."),
    };

    /// <summary>What PowerShell takes for a word where it expects a command's argument: a negative number is one, a cast too.</summary>
    private static object Bare(StringConstantExpressionAst word)
    {
        if (word.Value.StartsWith("[", StringComparison.Ordinal))
            throw new ScriptFilterException(word, "Put the cast in parentheses: ([datetime] '2026-01-31').");
        return word.Value.StartsWith("-", StringComparison.Ordinal)
            && decimal.TryParse(word.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number)
            ? number
            : word.Value;
    }

    private object? Variable(VariableExpressionAst variable)
    {
        string name = variable.VariablePath.UserPath;
        PSVariable? found = _variables.Get(name);
        return found is not null
            ? found.Value
            : throw new ScriptFilterException(variable, "The variable doesn't exist in this scope.");
    }

    private object? Member(MemberExpressionAst member)
    {
        if (member.Static || member.Member is not StringConstantExpressionAst name)
            throw new ScriptFilterException(member, "A value must be a constant, a variable, or a property or an element of a variable. Compute other values in a variable before the command.");
        object? owner = Value(member.Expression);
        if (owner is null)
            throw new ScriptFilterException(member.Expression, "The value is null, so it has no properties.");
        PSObject wrapped = PSObject.AsPSObject(owner);
        // As the engine has it, a key comes before a property of the table itself.
        if (wrapped.BaseObject is IDictionary table && table.Contains(name.Value))
            return table[name.Value];
        PSPropertyInfo? property = wrapped.Properties[name.Value];
        return property is not null
            ? property.Value
            : throw new ScriptFilterException(member, $"The property '{name.Value}' doesn't exist.");
    }

    /// <summary>An element of a list or of a table: <c>$a[0]</c>, <c>$a[0..9]</c>, <c>$h['x']</c>. What isn't there is null.</summary>
    private object? Element(IndexExpressionAst index)
    {
        object? owner = Bare(Value(index.Target));
        object? key = Bare(Value(index.Index));
        switch (owner)
        {
            case null:
                throw new ScriptFilterException(index.Target, "The value is null, so it has no elements.");
            case IDictionary table:
                return key is object?[] keys ? keys.Select(one => At(table, Bare(one))).ToArray() : At(table, key);
            case IList list:
                return key is object?[] places
                    ? places.Select(one => Place(list, one, index)).Where(place => place >= 0).Select(place => list[place]).ToArray()
                    : Place(list, key, index) is var at && at >= 0 ? list[at] : null;
            default:
                throw new ScriptFilterException(index, "The value is neither a list nor a hashtable. Compute other values in a variable before the command.");
        }
    }

    private static object? At(IDictionary table, object? key) => key is not null && table.Contains(key) ? table[key] : null;

    /// <summary>A place in a list, from its end where it is negative; -1 where there is none.</summary>
    private static int Place(IList list, object? place, Ast index)
    {
        if (!LanguagePrimitives.TryConvertTo(place, CultureInfo.InvariantCulture, out int at))
            throw new ScriptFilterException(index, "The index of a list must be a number.");
        at = at < 0 ? at + list.Count : at;
        return at < list.Count ? Math.Max(at, -1) : -1;
    }

    private object?[] Range(BinaryExpressionAst range)
    {
        if (!LanguagePrimitives.TryConvertTo(Value(range.Left), CultureInfo.InvariantCulture, out int first)
            || !LanguagePrimitives.TryConvertTo(Value(range.Right), CultureInfo.InvariantCulture, out int last)
            || Math.Abs((long)last - first) >= LongestRange)
            throw new ScriptFilterException(range, "A range must have at most 10,000 numbers.");
        int step = last < first ? -1 : 1;
        return [.. Enumerable.Range(0, Math.Abs(last - first) + 1).Select(n => (object)(first + n * step))];
    }

    private static object? Bare(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    /// <summary>A text in double quotes, with each expression in it replaced by its value.</summary>
    private string Text(ExpandableStringExpressionAst text)
    {
        // Value has the escapes resolved already, and the expressions as they were written.
        string whole = text.Value;
        int from = 0;
        foreach (ExpressionAst nested in text.NestedExpressions)
        {
            int at = whole.IndexOf(nested.Extent.Text, from, StringComparison.Ordinal);
            string value = LanguagePrimitives.ConvertTo<string>(Value(nested)) ?? "";
            whole = whole.Substring(0, at) + value + whole.Substring(at + nested.Extent.Text.Length);
            from = at + value.Length;
        }
        return whole;
    }

    private object? Converted(ConvertExpressionAst convert)
    {
        Type type = convert.Type.TypeName.GetReflectionType()
            ?? throw new ScriptFilterException(convert, "The type doesn't exist.");
        if (type != typeof(DateTime) && type != typeof(DateTimeOffset) && type != typeof(string) && type != typeof(bool)
            && type != typeof(int) && type != typeof(long) && type != typeof(decimal) && type != typeof(double) && type != typeof(Guid))
            throw new ScriptFilterException(convert, "A value can be cast only to datetime, string, bool, a number or guid.");
        try
        {
            return LanguagePrimitives.ConvertTo(Value(convert.Child), type, CultureInfo.InvariantCulture);
        }
        catch (PSInvalidCastException error)
        {
            throw new ScriptFilterException(convert, error.Message);
        }
    }

    private object? Only(StatementBlockAst block, Ast whole) => block.Statements.Count == 1
        ? Pipeline(block.Statements[0], whole)
        : throw new ScriptFilterException(whole, "The expression must have exactly one value.");

    private object? Pipeline(StatementAst statement, Ast whole) =>
        statement is PipelineAst { PipelineElements: { Count: 1 } elements } && elements[0] is CommandExpressionAst expression
            ? Value(expression.Expression)
            : throw new ScriptFilterException(whole, "A filter doesn't run commands. Compute the value in a variable before the command.");
}
