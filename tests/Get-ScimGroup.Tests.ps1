BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 60 -Groups 40 -PassThru
    Connect-Scim -Emulator
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Get-ScimGroup' {
    It 'returns all groups' {
        $groups = Get-ScimGroup
        $groups | Should -HaveCount 40
        $groups[0] -is [PSScim.ScimGroup] | Should -BeTrue
        ($groups.displayName | Where-Object { $_ }) | Should -HaveCount 40
    }
    It 'finds one by name' {
        $group = Get-ScimGroup -First 1
        (Get-ScimGroup -Filter "displayName eq ""$($group.displayName)""").id | Should -Contain $group.id
    }
    It 'sorts and groups like any object' {
        $sorted = Get-ScimGroup | Sort-Object displayName -Descending
        $sorted[0].displayName | Should -Be (Get-ScimGroup | ForEach-Object displayName | Sort-Object)[-1]
    }
    It 'finds the members of a group as users' {
        $group = Get-ScimGroup -First 1
        $members = Get-ScimUser -Filter "groups.value eq ""$($group.id)"""
        @($members).Count | Should -BeGreaterThan 0
        $members[0] -is [PSScim.ScimUser] | Should -BeTrue
    }
}
