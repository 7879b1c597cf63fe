using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace PSScim.Notices;

/// <summary>
/// Writes the third-party notices: every crate that ships, with its licence and the number of the text, and each text
/// once. The texts are the crates' own; where MIT may be chosen and has a text of its own, that one is taken.
/// </summary>
internal static class NoticeFile
{
    private const string Line = "--------------------------------------------------------------------------------";

    internal static string Text(IReadOnlyList<Component> components)
    {
        // By the words alone: many texts differ in their line breaks only.
        var texts = new Dictionary<string, (int Number, string Text)>();
        var list = new StringBuilder();
        foreach (Component component in components.Where(c => c.Ships))
        {
            List<string> numbers = [];
            foreach (string text in Texts(component))
            {
                string words = Regex.Replace(text, @"\s+", " ").Trim();
                if (!texts.TryGetValue(words, out (int Number, string Text) known))
                    texts[words] = known = (texts.Count + 1, text);
                numbers.Add($"[{known.Number}]");
            }
            list.Append(CultureInfo.InvariantCulture, $"{component.Name} {component.Version} | {component.License} | {string.Join(" ", numbers.Distinct())}\n");
        }
        string standard = Fallback("MIT", "The Rust Project Contributors");
        texts[standard] = (texts.Count + 1, standard);
        list.Append(CultureInfo.InvariantCulture, $"The Rust standard library, with the crates that it contains | MIT OR Apache-2.0 | [{texts.Count}]\n");

        var file = new StringBuilder(
            "PSScim's native library contains the following software. The numbers are those of the licence texts below.\n"
            + "This file is made by the build from Cargo.lock.\n\n");
        file.Append(list);
        foreach ((int number, string text) in texts.Values.OrderBy(t => t.Number))
            file.Append(CultureInfo.InvariantCulture, $"\n{Line}\n[{number}]\n\n{text}\n");
        return file.ToString();
    }

    private static IEnumerable<string> Texts(Component component)
    {
        string[] files = [.. Directory.EnumerateFiles(component.Folder!).Where(IsLicense).Order(StringComparer.Ordinal)];
        string[] notices = [.. files.Where(file => Has(file, "NOTICE"))];
        string[] mit = [.. files.Where(file => Has(file, "MIT"))];
        string[] chosen = MayChooseMit(component.License!) && mit.Length > 0 ? [.. mit, .. notices] : files;
        if (chosen.Length > 0)
            return chosen.Select(file => File.ReadAllText(file).ReplaceLineEndings("\n").Trim());
        // A crate that forgot its text: the licence's own, with the authors that the crate names.
        string license = MayChooseMit(component.License!) ? "MIT" : component.License!;
        string holder = component.Authors.Count > 0 ? string.Join(", ", component.Authors) : $"The authors of {component.Name}";
        return [Fallback(license, holder)];
    }

    private static bool IsLicense(string path) =>
        Regex.IsMatch(Path.GetFileName(path), "^(LICEN[CS]E|COPYING|COPYRIGHT|NOTICE|UNLICENSE)", RegexOptions.IgnoreCase);

    private static bool Has(string path, string word) =>
        Path.GetFileName(path).Contains(word, StringComparison.OrdinalIgnoreCase);

    private static bool MayChooseMit(string license) =>
        !license.Contains(" AND ", StringComparison.Ordinal) && license.Split(" OR ").Contains("MIT");

    private static string Fallback(string license, string holder)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(license)
            ?? throw new InvalidDataException($"There is neither a text in the crate of {holder} nor one of our own for {license}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Trim().Replace("{holder}", holder, StringComparison.Ordinal);
    }
}
