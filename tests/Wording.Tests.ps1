# Checks that messages, help and documentation don't use the phrases that readers find hard to understand.
# tests/Get-Message.ps1 lists all messages. Each pattern has an example that it must find, and a text that is fine.
BeforeDiscovery {
    $patterns = @(
        @{ Pattern = '\banew\b'; Instead = 'again'; Example = 'Begin the list anew.'; Fine = 'Run the command again.' }
        @{ Pattern = '\b(go(es)?|going|gone|went) on\b'; Instead = 'continue, resume'; Example = 'goes on where it stopped'; Fine = 'resumes where it stopped' }
        @{ Pattern = '\b(tells?|telling|told)\b(?! apart)'; Instead = 'report, say'; Example = 'The outcome is told.'; Fine = "PSScim can't tell which" }
        @{ Pattern = '(?<!\bthere )\b(is|are|was) none\b'; Instead = "isn't valid"; Example = 'What was given is none.'; Fine = "It isn't a certificate." }
        @{ Pattern = '(?<!\bthere )\b(is|are|was) no\b'; Instead = "isn't a"; Example = "'=' is no operator"; Fine = 'There is no limit.' }
        @{ Pattern = "\b(is|are|was|were)( not|n't)? there\b(?! (a|an|any|no)\b)"; Instead = 'exists'; Example = 'if the file is not there'; Fine = "if the file doesn't exist" }
        @{ Pattern = '\bhand(s|ed|ing)? (\w+ )?over\b'; Instead = 'pass'; Example = 'hand it over'; Fine = 'pass it' }
        @{ Pattern = '\bonce a connection\b'; Instead = 'once per connection'; Example = 'said once a connection'; Fine = 'once per connection' }
        @{ Pattern = '\bof (its|their|your|our|his|one''s) own\b'; Instead = 'its own'; Example = 'a file of its own'; Fine = 'its own file' }
        @{ Pattern = '\bthe way out\b'; Instead = '(say what to do)'; Example = 'the way out for everything'; Fine = 'on the way to the server' }
        @{ Pattern = '\bso many\b'; Instead = 'this many'; Example = 'Of so many users'; Fine = 'this many users' }
        @{ Pattern = '\btakes? leave\b'; Instead = 'disconnects'; Example = 'takes leave'; Fine = 'disconnects' }
        @{ Pattern = '\bsays? nothing\b'; Instead = 'is ignored'; Example = 'An empty cell says nothing.'; Fine = 'Empty CSV cells are ignored.' }
        @{ Pattern = '\b(is|are) too many\b'; Instead = 'extra'; Example = 'who is too many'; Fine = 'too many requests' }
        @{ Pattern = '\bit is said\b'; Instead = '(say who)'; Example = 'unless it is said'; Fine = 'Default: true.' }
        @{ Pattern = '\b(lends?|bears?|whosoever|goes astray)\b'; Instead = '(a modern word)'; Example = 'ends what goes astray'; Fine = 'stops a runaway script' }
        @{ Pattern = '(?<!\b(be|is|falls?) )\bbehind\b(?! (a|the) (proxy|firewall))'; Instead = 'after'; Example = 'behind the last page'; Fine = 'its index may be behind' }
        @{ Pattern = '\bin front of\b'; Instead = 'before'; Example = 'in front of the host'; Fine = 'before the host' }
        @{ Pattern = '\bwould meet (every|all|each)\b'; Instead = 'would affect every'; Example = 'what would meet every object'; Fine = 'would affect every object' }
        @{ Pattern = '\bwhat was given\b'; Instead = '(name the thing)'; Example = 'What was given as a certificate'; Fine = 'The certificate' }
        @{ Pattern = '\bcannot be (told|had)\b'; Instead = "couldn't confirm"; Example = 'cannot be had'; Fine = "isn't available" }
        @{ Pattern = "(?<!can't |cannot )\bmends?\b|\bneighbours?\b|\bmachine's clock\b"; Instead = 'correct, near, computer'; Example = 'mend the value'; Fine = 'correct the value' }
    )
    $root = Split-Path $PSScriptRoot
    # CHANGELOG.md isn't checked: its entries were written for earlier versions.
    $pages = Get-ChildItem "$root/*.md", "$root/docs", "$root/examples", "$root/.github", "$root/powershell/PSScim/en-US" -Recurse -File -Include *.md, *.txt, *.yml, *.ps1 |
        Where-Object Name -ne CHANGELOG.md | ForEach-Object { @{ Page = $_.FullName.Substring($root.Length + 1) -replace '\\', '/' } }
}
BeforeAll {
    $root = Split-Path $PSScriptRoot
    # can't tell: cannot find out.
    function Find-Phrase([string] $text, [string] $pattern) { [regex]::Matches(($text -replace "can't tell\b|couldn't tell\b", ''), $pattern, 'IgnoreCase') }
}

Describe 'The wording' {
    It 'has the pattern <Pattern>, which finds its example' -ForEach $patterns {
        Find-Phrase $Example $Pattern | Should -Not -BeNullOrEmpty
        Find-Phrase $Fine $Pattern | Should -BeNullOrEmpty
    }
    It 'covers help and documentation' -ForEach @{ Count = $pages.Count } { $Count | Should -BeGreaterThan 50 }
    It 'of <Page> is plain' -ForEach ($pages | ForEach-Object { $_ + @{ Patterns = $patterns } }) {
        $text = [IO.File]::ReadAllText("$root/$Page")
        $found = foreach ($row in $Patterns) {
            Find-Phrase $text $row.Pattern | ForEach-Object {
                $line = ($text.Substring(0, [Math]::Min($_.Index, $text.Length)) -split '\n').Count
                "line ${line}: '$($_.Value)', write: $($row.Instead)"
            }
        }
        $found | Should -BeNullOrEmpty
    }
    It 'of messages is plain' -ForEach @{ Patterns = $patterns } {
        $messages = & "$PSScriptRoot/Get-Message.ps1"
        $messages.Count | Should -BeGreaterThan 600
        $any = $Patterns.Pattern -join '|'
        $found = foreach ($message in $messages) {
            if (-not (Find-Phrase $message.Text $any)) { continue }
            foreach ($row in $Patterns) {
                Find-Phrase $message.Text $row.Pattern | ForEach-Object { "$($message.File):$($message.Line): '$($_.Value)' in '$($message.Text)', write: $($row.Instead)" }
            }
        }
        $found | Should -BeNullOrEmpty
    }
}
