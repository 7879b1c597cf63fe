BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 5 -Groups 8 -PassThru
    Connect-Scim -Emulator
    $extension = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group'
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'New-ScimGroup' {
    It 'makes a group for security, whose alias is of its name' {
        $group = New-ScimGroup -DisplayName 'Sales Graz' -Description 'All who sell'
        $read = Get-ScimGroup -Id $group.id
        $read -is [PSScim.ScimGroup] | Should -BeTrue
        $read.$extension.mailNickname, $read.$extension.description | Should -Be 'SalesGraz', 'All who sell'
        $read.$extension.securityEnabled, $read.$extension.mailEnabled | Should -Be $true, $false
    }
    It 'makes groups of a CSV whose columns are called as the parameters or as in SCIM: <Header>' -ForEach @(
        @{ Header = 'DisplayName,Description,MailNickname'; Name = 'p' }
        @{ Header = 'displayName,urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group:description,mailNickname'; Name = 's' }
    ) {
        $file = Join-Path $TestDrive "$Name.csv"
        Set-Content $file $Header
        1..3 | ForEach-Object { Add-Content $file "Group $Name$_,D $_,$Name$_" }
        $groups = Import-Csv $file | New-ScimGroup
        $groups.displayName | Should -Be (1..3 | ForEach-Object { "Group $Name$_" })
        (Get-ScimGroup -Id $groups[2].id).$extension.description | Should -Be 'D 3'
    }
    It 'names the row that cannot be, suggests a name, and goes on' {
        $groups = @{ displayName = 'One' }, @{ descripton = 'x'; displayName = 'Two' }, @{ description = 'none' }, @{ displayName = 'Four' } |
            New-ScimGroup -ErrorAction SilentlyContinue -ErrorVariable problem
        $groups.displayName | Should -Be 'One', 'Four'
        $problem[0].Exception.Message | Should -Match "^Row 2 \(Two\):.*Did you mean 'description'"
        $problem[1].FullyQualifiedErrorId | Should -Match '^RequiredAttribute,'
    }
}

Describe 'Set-ScimGroup' {
    BeforeEach { $group = Get-ScimGroup -First 1 }
    It 'changes a group by parameters, with one request' {
        Measure-Request { Set-ScimGroup $group -Description new } | Should -Be 1
        (Get-ScimGroup -Id $group.id).$extension.description | Should -Be 'new'
    }
    It 'sends what was set on the object' {
        $group.displayName = 'Renamed'
        $group | Set-ScimGroup
        (Get-ScimGroup -Id $group.id).displayName | Should -Be 'Renamed'
    }
    It 'clears, and makes no request where nothing changes' {
        Set-ScimGroup $group -Replace @{ description = 'x' }
        (Set-ScimGroup $group -Clear description -PassThru).$extension.description | Should -BeNullOrEmpty
        Measure-Request { $group | Set-ScimGroup } | Should -Be 0
    }
    It 'refuses members, and says which cmdlet changes them' {
        (Get-Problem { Set-ScimGroup $group -Add @{ members = @('x') } }).Exception.Message | Should -Match 'Add-ScimGroupMember'
    }
}

Describe 'Remove-ScimGroup' {
    It 'deletes groups from the pipeline, and shows what it would do' {
        $groups = Get-ScimGroup -First 2
        Measure-Request { $groups | Remove-ScimGroup -WhatIf } | Should -Be 0
        $groups | Remove-ScimGroup -Confirm:$false
        Get-ScimGroup -Id $groups.id -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }
    It 'asks, unless it is told not to' {
        (Get-Command Remove-ScimGroup).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
    }
}
