using System.Globalization;
using System.Linq;

namespace PSScim.Shell;

/// <summary>
/// How many columns of a terminal a character takes, so that tables of Chinese or Thai names stay straight. East Asian
/// wide characters take two (Unicode's EastAsianWidth.txt), marks that sit on another letter none.
/// </summary>
internal static class CellWidth
{
    internal static int Of(string text) => text.Sum(Of);

    /// <summary>
    /// Each half of a surrogate pair counts one: nearly all that lies beyond the first plane is two wide.
    /// </summary>
    internal static int Of(char letter)
    {
        if (letter < 0x300)
            return 1;
        if (IsWide(letter))
            return 2;
        return CharUnicodeInfo.GetUnicodeCategory(letter)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0 : 1;
    }

    private static bool IsWide(char letter) => letter
        is (>= '\u1100' and <= '\u115f')    // Hangul initial consonants
        or '\u2329' or '\u232a'
        or (>= '\u2e80' and <= '\u3029') or (>= '\u302e' and <= '\u303e')    // CJK radicals, punctuation
        or (>= '\u3041' and <= '\u3098') or (>= '\u309b' and <= '\ua4cf')    // Kana to Yi, without the voicing marks
        or (>= '\uac00' and <= '\ud7a3')    // Hangul syllables
        or (>= '\uf900' and <= '\ufaff')    // CJK compatibility ideographs
        or (>= '\ufe10' and <= '\ufe19') or (>= '\ufe30' and <= '\ufe6f')
        or (>= '\uff01' and <= '\uff60') or (>= '\uffe0' and <= '\uffe6');    // full-width forms
}
