BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 30 -Groups 2 -PassThru
    Connect-Scim -Emulator
    $password = ConvertTo-SecureString 'Correct-Horse-7' -AsPlainText -Force
    function Get-Row([int] $Count) { 1..$Count | ForEach-Object { [pscustomobject]@{ userName = "j$_@contoso.com"; displayName = "J $_"; givenName = 'J'; familyName = "$_" } } }
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'A journal' {
    BeforeEach { $journal = Join-Path $TestDrive "$([guid]::NewGuid()).journal" }
    It 'lets the same command go on, and do nothing twice' {
        $rows = Get-Row 8
        $rows[7].familyName = ''
        $rows | New-ScimUser -Password $password -Journal $journal -ErrorAction SilentlyContinue | Should -HaveCount 7
        Measure-Request { Get-Row 8 | New-ScimUser -Password $password -Journal $journal | Should -HaveCount 8 } | Should -Be 1
        Measure-Request { Get-Row 8 | New-ScimUser -Password $password -Journal $journal -WarningAction SilentlyContinue | Should -HaveCount 8 } | Should -Be 0
        (Get-Content $journal -Raw) | Should -Not -Match 'Correct-Horse-7'
    }
    It 'keeps what members were added' {
        $group = Get-ScimGroup -First 1
        $users = Get-ScimUser -First 25 -Attributes id
        Measure-Request { $users | Add-ScimGroupMember $group -Journal $journal } | Should -Be 2
        Measure-Request { $users | Add-ScimGroupMember $group -Journal $journal } | Should -Be 0
    }
    It 'keeps what was changed and deleted' {
        $users = Get-ScimUser -First 2
        Measure-Request { 1..2 | ForEach-Object { $users | Set-ScimUser -Title Once -Journal $journal } } | Should -Be 2
        $other = Join-Path $TestDrive 'removed.journal'
        Measure-Request { 1..2 | ForEach-Object { $users | Remove-ScimUser -Confirm:$false -Journal $other } } | Should -Be 2
    }
    It 'belongs to one input' {
        $user = Get-ScimUser -First 1
        $user | Set-ScimUser -Title A -Journal $journal
        (Get-Problem { $user | Set-ScimUser -Title B -Journal $journal }).FullyQualifiedErrorId | Should -Match '^JournalMismatch,'
        (Get-ScimUser -Id $user.id).title | Should -Be A
        $user | Set-ScimUser -Title A -Journal $journal -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -Match 'finished'
    }
    It 'is of one command, and is no other file' {
        Get-ScimUser -First 1 | Set-ScimUser -Title x -Journal $journal
        (Get-Problem { Get-ScimUser -First 1 | Remove-ScimUser -Confirm:$false -Journal $journal }).FullyQualifiedErrorId | Should -Match '^JournalMismatch,'
        Set-Content $journal 'a shopping list'
        (Get-Problem { Get-ScimUser -First 1 | Set-ScimUser -Title x -Journal $journal }).FullyQualifiedErrorId | Should -Match '^JournalMismatch,'
    }
}
