BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $emulator = Start-ScimEmulator -Users 5 -Groups 1 -PassThru
    Connect-Scim -Emulator -MaximumRetryCount 0
    # What a terminal acts on: it clears the screen, writes the clipboard, rings, and turns text around.
    $hostile = "Ann$([char]27)[2J$([char]27)]52;c;cm0gLXJm`a`0`r`nRemoved: Bob$([char]0x9B)31m$([char]0x202E)nimda$([char]0x2066)"
    $forbidden = "[\x00-\x09\x0B\x0C\x0E-\x1F\x7F\x80-\x9F\u202A-\u202E]"

    # The next answer of the emulator, whatever is asked.
    function Set-Answer($Body, [int] $Status = 200) {
        $fault = @{ action = 'body'; text = ($Body | ConvertTo-Json -Depth 9 -Compress); status = $Status; times = 1 }
        $null = Invoke-RestMethod -Method Post "$($emulator.Authority)/__emulator/faults" -Headers @{ 'x-emulator-token' = $emulator.ControlToken } -ContentType application/json -Body ($fault | ConvertTo-Json)
    }
    function Get-HostileUser {
        Set-Answer @{ totalResults = 1; resources = @(@{ id = 'u1'; userName = $hostile; displayName = $hostile; title = $hostile; emails = @(@{ value = $hostile; type = $hostile }) }) }
        Get-ScimUser -First 1
    }
    function Remove-Style([string] $Text) { $Text -replace "$([char]27)\[[\d;]*m" }
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Text from a server' {
    AfterEach {
        # Each answer was taken by the test that set it.
        $left = Invoke-RestMethod "$($emulator.Authority)/__emulator/faults" -Headers @{ 'x-emulator-token' = $emulator.ControlToken }
        $left | Should -BeNullOrEmpty
    }
    It 'reaches a script as it was received' {
        $user = Get-HostileUser
        $user.displayName | Should -BeExactly $hostile
        $user.emails[0].value | Should -BeExactly $hostile
        ($user.ToJson() | ConvertFrom-Json).userName | Should -BeExactly $hostile
    }
    It 'is shown without what a terminal acts on in <View>' -ForEach @(
        @{ View = 'the table'; Show = { $_ | Format-Table | Out-String -Width 400 } }
        @{ View = 'the list'; Show = { $_ | Format-List | Out-String -Width 400 } }
    ) {
        $shown = Get-HostileUser | ForEach-Object $Show
        $shown | Should -Match 'Ann'
        $shown | Should -Match ([char]0x241B)
        Remove-Style $shown | Should -Not -Match $forbidden
        # A line break in a value can't begin a line of its own.
        $shown -split "`n" | Should -Not -Match '^\s*Removed: Bob'
    }
    It 'is shown without it in an error: message, details, target' {
        Set-Answer @{ schemas = @('urn:ietf:params:scim:api:messages:2.0:Error'); status = '400'; scimType = $hostile; detail = $hostile } 400
        $problem = Get-Problem { Get-ScimUser -First 1 -Filter "userName eq `"$([char]0x202E)`"" }
        $all = $problem.Exception.Message, $problem.ErrorDetails.Message, "$problem", $problem.CategoryInfo.ToString(), $problem.Exception.Detail, $problem.Exception.ScimType
        $all | Should -Not -Match $forbidden
        $problem.FullyQualifiedErrorId | Should -Match '^BadRequest,'
        $problem.Exception.Message | Should -Match 'Ann'
        $problem.Exception.Message -split "`n" | Should -Not -Match '^Removed: Bob'
    }
    It 'is shown without it in verbose and debug messages' {
        Set-Answer @{ totalResults = 9; resources = @(@{ id = 'u1' }); nextCursor = $hostile }
        $said = & { try { Get-ScimUser -First 2 -PageSize 1 -Verbose -Debug } catch { $_ } } *>&1 | Out-String
        $said | Should -Match 'cursor='
        Remove-Style $said | Should -Not -Match $forbidden
    }
    It 'isolates right-to-left names, so that they do not reorder a sentence' {
        $name = [string][char]0x05D0 + [char]0x05D1 + ' 1'
        Set-Answer @{ totalResults = 1; resources = @(@{ id = 'u1'; userName = 'x@contoso.com'; displayName = $name }) }
        $user = Get-ScimUser -First 1
        $user.displayName | Should -BeExactly $name
        $user | Format-Table | Out-String -Width 200 | Should -Match "$([char]0x2068)$name$([char]0x2069)"
    }
}
