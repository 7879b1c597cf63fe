using System.Text;

namespace PSScim;

/// <summary>
/// Text from a server or an input file, made safe to show on a terminal. Escape sequences can move the cursor, write the
/// clipboard or hide text, and characters for right-to-left text can reorder what stands around them, so that a prompt seems
/// to name another user. Values that scripts read are never changed.
/// </summary>
internal static class DisplayText
{
    /// <summary>The symbol of U+0000; those of the other control characters follow.</summary>
    private const char FirstSymbol = '\u2400';
    private const char SymbolOfDelete = '\u2421';
    private const char Replacement = '\uFFFD';
    private const char FirstStrongIsolate = '\u2068';
    private const char PopIsolate = '\u2069';

    /// <summary>
    /// A value that is shown among other text: control characters, line breaks too, as symbols, and right-to-left text
    /// isolated from what is around it.
    /// </summary>
    internal static string Of(string value)
    {
        if (IsPlain(value, '\0'))
            return value;
        var text = new StringBuilder(value.Length + 2);
        bool isRightToLeft = false;
        foreach (char c in value)
        {
            isRightToLeft |= IsRightToLeft(c);
            text.Append(c is >= '\u2066' and <= '\u2069' ? Replacement : Shown(c));
        }
        return isRightToLeft ? text.Insert(0, FirstStrongIsolate).Append(PopIsolate).ToString() : text.ToString();
    }

    /// <summary>
    /// A sentence or a block: the same, except that line breaks stay, and isolated text inside it stays isolated.
    /// </summary>
    internal static string Message(string message)
    {
        if (IsPlain(message, '\n'))
            return message;
        var text = new StringBuilder(message.Length);
        int open = 0;
        foreach (char c in message)
        {
            switch (c)
            {
                case '\n':
                    text.Append(c);
                    break;
                case >= '\u2066' and <= '\u2068':
                    open++;
                    text.Append(c);
                    break;
                case PopIsolate when open > 0:
                    open--;
                    text.Append(c);
                    break;
                case PopIsolate:
                    text.Append(Replacement);
                    break;
                default:
                    text.Append(Shown(c));
                    break;
            }
        }
        return text.Append(PopIsolate, open).ToString();
    }

    /// <summary>Whether all characters show as they are, <paramref name="allowed"/> among them.</summary>
    private static bool IsPlain(string text, char allowed)
    {
        foreach (char c in text)
        {
            if (c is >= ' ' and < '\u007F' || (c == allowed && c != 0))
                continue;
            if (Shown(c) != c || IsRightToLeft(c) || c is >= '\u2066' and <= '\u2069')
                return false;
        }
        return true;
    }

    /// <summary>The character, or what stands in for one that a terminal acts on or that can't be seen.</summary>
    private static char Shown(char c) => c switch
    {
        < ' ' => (char)(FirstSymbol + c),
        '\u007F' => SymbolOfDelete,
        >= '\u0080' and <= '\u009F' => Replacement,
        // Soft hyphen, Mongolian vowel separator, zero-width space.
        '\u00AD' or '\u180E' or '\u200B' => Replacement,
        // Line and paragraph separators, embeddings and overrides of the writing direction.
        >= '\u2028' and <= '\u202E' => Replacement,
        // Word joiner and invisible operators, deprecated format characters; isolates are up to the caller.
        >= '\u2060' and <= '\u2065' or >= '\u206A' and <= '\u206F' => Replacement,
        // Byte order mark, interlinear annotation.
        '\uFEFF' or >= '\uFFF9' and <= '\uFFFB' => Replacement,
        _ => c,
    };

    /// <summary>Whether a character belongs to a script that is written from right to left, or marks that direction.</summary>
    private static bool IsRightToLeft(char c) => c is >= '\u0590' and <= '\u08FF'
        or '\u200F'
        or >= '\uFB1D' and <= '\uFDFF'
        or >= '\uFE70' and <= '\uFEFC'
        // The high surrogates of U+10800 to U+10FFF and U+1E800 to U+1EFFF.
        or >= '\uD802' and <= '\uD803'
        or >= '\uD83A' and <= '\uD83B';
}
