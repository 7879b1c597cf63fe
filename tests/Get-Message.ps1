<#
.SYNOPSIS
Lists every message of the library and the module, for review by an editor or a translator.
.DESCRIPTION
Reads the string literals with at least two words from the Rust and C# sources, without their tests, and the meanings in the
table of errors. Writes an object with File, Line and Text for each.
.EXAMPLE
dotnet pwsh -NoProfile -File tests/Get-Message.ps1
.EXAMPLE
tests/Get-Message.ps1 | Export-Csv messages.csv
#>
[CmdletBinding()]
param()
$root = Split-Path $PSScriptRoot
$rust = [regex] @'
(?sx) //[^\n]* | /\*.*?\*/
| b?r(?<hash>\#*)"(?<text>.*?)"\k<hash>
| b?"(?<text>(?:\\.|[^"\\])*)"
| '(?:\\[^\n]{1,8}?|[^'\\\n])'
'@
$csharp = [regex] @'
(?sx) //[^\n]* | /\*.*?\*/
| \$*"""(?<text>.*?)"""
| (?:\$@|@\$?)"(?<text>(?:""|[^"])*)"
| \$"(?<text>(?:\\.|\{\{|\}\}|\{(?:[^{}"]|"(?:\\.|[^"\\])*"|\{[^{}]*\})*\}|[^"\\{])*)"
| "(?<text>(?:\\.|[^"\\])*)"
| '(?:\\[^\n]{1,8}?|[^'\\\n])'
'@
$words = [regex] '[A-Za-z]{2,}[,.:;''")}]* [A-Za-z({''"]|[a-z]{2} \{|^ [a-z]+'

$sources = Get-Item "$root/rust/*/src", "$root/powershell/PSScim" | Get-ChildItem -Recurse -File |
    Where-Object { $_.Extension -in '.rs', '.cs' -and $_.Name -notlike '*_tests.rs' -and $_.FullName -notmatch '[\\/](obj|bin)[\\/]' } | Sort-Object FullName
foreach ($source in $sources) {
    $file = $source.FullName.Substring($root.Length + 1) -replace '\\', '/'
    $text = [IO.File]::ReadAllText($source.FullName) -replace '\r'
    $isRust = $source.Extension -eq '.rs'
    if ($isRust) { $text = ($text -split '(?m)^#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod tests \{', 2)[0] }
    $at = 0; $line = 1
    foreach ($match in ($isRust ? $rust : $csharp).Matches($text)) {
        $line += ($text.Substring($at, $match.Index - $at) -split '\n').Count - 1
        $at = $match.Index
        $literal = $match.Groups['text']
        # The meanings of errors are doc comments of the table.
        $message = if ($literal.Success) { $literal.Value } elseif ($file -like '*/error/kind.rs' -and $match.Value -match '^/// (.+)') { $Matches[1] } else { continue }
        $message = $message -replace '\\?\n\s*', ' '
        if ($words.IsMatch($message)) { [pscustomobject]@{ File = $file; Line = $line; Text = $message } }
    }
}
