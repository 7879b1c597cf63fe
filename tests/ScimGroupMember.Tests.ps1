BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 80 -Groups 6 -PassThru
    Connect-Scim -Emulator
    $users = Get-ScimUser -Attributes id, userName
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'The members of a group' {
    BeforeEach { $group = New-ScimGroup -DisplayName "Test $([guid]::NewGuid())" -MailNickname "t$([guid]::NewGuid().ToString('N'))" }
    AfterEach { Remove-ScimGroup $group -Confirm:$false }

    It 'are added 20 to a request, and listed as users' {
        Measure-Request { $users[0..49] | Add-ScimGroupMember $group } | Should -Be 3
        $members = Get-ScimGroupMember $group
        $members | Should -HaveCount 50
        $members[0] -is [PSScim.ScimUser] | Should -BeTrue
        (Get-ScimUserMembership $users[0]).id | Should -Contain $group.id
    }
    It 'go in although one of them is not there, which is named' {
        $missing = [guid]::NewGuid().ToString()
        @($users[0..4].id) + $missing + @($users[5..9].id) | Add-ScimGroupMember $group -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount 1
        $problem[0].TargetObject | Should -Be $missing
        Get-ScimGroupMember $group | Should -HaveCount 10
    }
    It 'are made just those given by Sync-ScimGroupMember' {
        $users[0..9] | Add-ScimGroupMember $group
        $users[5..14] | Sync-ScimGroupMember $group -WhatIf
        Get-ScimGroupMember $group | Should -HaveCount 10
        $users[5..14] | Sync-ScimGroupMember $group -Confirm:$false
        (Get-ScimGroupMember $group).id | Sort-Object | Should -Be ($users[5..14].id | Sort-Object)
        Measure-Request { $users[5..14] | Sync-ScimGroupMember $group -Confirm:$false } | Should -Be 1
        (Get-Problem { Sync-ScimGroupMember $group -Member @() -Confirm:$false }).FullyQualifiedErrorId | Should -Match '^WouldEmptyGroup,'
    }
    It 'are removed' {
        $users[0..2] | Add-ScimGroupMember $group
        $users[0] | Remove-ScimGroupMember $group -Confirm:$false
        (Get-ScimGroupMember $group).id | Sort-Object | Should -Be ($users[1..2].id | Sort-Object)
    }
}
