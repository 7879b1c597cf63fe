BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 80 -Groups 3 -PassThru
    Connect-Scim -Emulator
    $users = Get-ScimUser -First 60 -Attributes id, userName
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Groups and their members' {
    BeforeEach { $group = New-ScimGroup -DisplayName "Graz $([guid]::NewGuid().ToString('N').Substring(0, 8))" }
    AfterEach { Remove-ScimGroup $group -Confirm:$false }
    It 'changes a group' {
        $group | Set-ScimGroup -Description d
        $group.displayName = 'Graz'
        ($group | Set-ScimGroup -PassThru).displayName | Should -Be 'Graz'
    }
    It 'adds members 20 to a request, and finds them from both sides' {
        Measure-Request { $users | Add-ScimGroupMember $group } | Should -Be 3
        (Get-ScimGroupMember $group -Attributes id) | Should -HaveCount 60
        ($users[0] | Get-ScimUserMembership).id | Should -Contain $group.id
    }
    It 'adds members by a CSV' {
        $file = Join-Path $TestDrive 'members.csv'
        $users[0..4] | ForEach-Object { [pscustomobject]@{ GroupId = $group.id; MemberId = $_.id } } | Export-Csv $file -NoTypeInformation
        Import-Csv $file | Add-ScimGroupMember
        (Get-ScimGroupMember $group -Attributes id).id | Sort-Object | Should -Be ($users[0..4].id | Sort-Object)
    }
    It 'names the unknown id of a pack, and the others go in' {
        $missing = [guid]::NewGuid().ToString()
        $users[0].id, $missing, $users[1].id | Add-ScimGroupMember $group -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount 1
        $problem[0].TargetObject | Should -Be $missing
        (Get-ScimGroupMember $group -Attributes id) | Should -HaveCount 2
    }
    It 'removes members' {
        $users[0..4] | Add-ScimGroupMember $group
        $users[0..1] | Remove-ScimGroupMember $group -Confirm:$false
        (Get-ScimGroupMember $group -Attributes id).id | Sort-Object | Should -Be ($users[2..4].id | Sort-Object)
    }
    It 'sets exactly the members given, with the fewest requests' {
        $users[0..9] | Add-ScimGroupMember $group
        Measure-Request { $users[2..29] | Sync-ScimGroupMember $group -WhatIf } | Should -Be 1
        Measure-Request { $users[2..29] | Sync-ScimGroupMember $group -Confirm:$false } | Should -Be 4
        (Get-ScimGroupMember $group -Attributes id).id | Sort-Object | Should -Be ($users[2..29].id | Sort-Object)
    }
    It 'does not empty a group unless it is said' {
        $users[0..1] | Add-ScimGroupMember $group
        (Get-Problem { @() | Sync-ScimGroupMember $group -Confirm:$false }).FullyQualifiedErrorId | Should -Match '^WouldEmptyGroup,'
        Sync-ScimGroupMember $group -Member @() -Force -Confirm:$false
        Get-ScimGroupMember $group | Should -BeNullOrEmpty
    }
}

Describe 'Invoke-ScimRequest' {
    It 'sends what has no cmdlet, and fails as all others do' {
        (Invoke-ScimRequest "users/$($users[0].id)").userName | Should -Be $users[0].userName
        (Invoke-ScimRequest 'users?count=2&attributes=userName' -Raw | ConvertFrom-Json).resources | Should -HaveCount 2
        $body = @{ schemas = @('urn:ietf:params:scim:api:messages:2.0:PatchOp'); Operations = @(@{ op = 'replace'; path = 'title'; value = 'Own' }) }
        Invoke-ScimRequest "users/$($users[0].id)" -Method Patch -Body $body
        (Get-ScimUser -Id $users[0].id).title | Should -Be 'Own'
        (Get-Problem { Invoke-ScimRequest ../users }).FullyQualifiedErrorId | Should -Match '^InvalidRequest,'
    }
}
