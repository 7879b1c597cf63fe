# Runs each script of examples/ against the emulator, so that none shows what does not work. A script without a test here
# fails the last one.
BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $examples = (Resolve-Path "$PSScriptRoot/../examples").Path
    $tested = @('tour.ps1', 'stale-accounts.ps1', 'nightly-export.ps1', 'joiners.ps1', 'leavers.ps1', 'group-sync.ps1')

    # As tests/Invoke-Pester.ps1 does it: the examples' own "#Requires -Modules PSScim" finds the module under test.
    $modulePathBefore = $env:PSModulePath
    $env:PSModulePath = (Split-Path $modulePath) + [IO.Path]::PathSeparator + $env:PSModulePath
}
AfterAll { $env:PSModulePath = $modulePathBefore }

Describe 'The example' {
    AfterEach {
        while (Get-ScimContext) { Disconnect-Scim }
        Stop-ScimEmulator
    }

    It 'tour.ps1 runs to its end and leaves nothing behind' {
        $lines = & "$examples/tour.ps1" -Users 300
        $lines -join "`n" | Should -Match 'Show the requests, and what they would cost'
        Get-ScimContext | Should -BeNullOrEmpty
    }
    It 'stale-accounts.ps1 finds who has left, and changes nothing' {
        $null = Start-ScimEmulator -Users 1500 -PassThru
        Connect-Scim -Emulator
        $stale = & "$examples/stale-accounts.ps1" -Days 90
        @($stale).Count | Should -BeGreaterThan 10
        $stale[0].PSObject.Properties.Name | Should -Be 'id', 'userName', 'displayName', 'Reason', 'Since'
        (Get-ScimContext).Requests | Should -Be 2
    }
    It 'nightly-export.ps1 signs in with the managed identity, writes the file and keeps the newest' {
        $emulator = Start-ScimEmulator -Users 1200 -PassThru
        $folder = Join-Path $TestDrive 'exports'
        $null = New-Item $folder -ItemType Directory
        foreach ($day in 1..4) { Set-Content (Join-Path $folder "users-2020-01-0$day.csv") 'old' }
        $env:IDENTITY_ENDPOINT = "$($emulator.Authority)/identity/app-service"
        $env:IDENTITY_HEADER = 'emulator-identity-header'
        $PSDefaultParameterValues['Connect-Scim:BaseUri'] = $emulator.BaseUri
        try { $done = & "$examples/nightly-export.ps1" -Folder $folder -Keep 3 }
        finally {
            Remove-Item env:IDENTITY_ENDPOINT, env:IDENTITY_HEADER
            $PSDefaultParameterValues.Remove('Connect-Scim:BaseUri')
        }
        $done | Should -HaveCount 1
        $done.Removed | Should -Be 2
        $done.Requests | Should -Be 2
        (Get-ChildItem $folder).Name | Sort-Object | Select-Object -First 2 | Should -Be 'users-2020-01-03.csv', 'users-2020-01-04.csv'
        $rows = Import-Csv $done.File
        $rows | Should -HaveCount 1200
        $rows[0].PSObject.Properties.Name | Should -Be 'id', 'userName', 'displayName', 'active', 'title', 'department'
        Get-ScimContext | Should -BeNullOrEmpty
    }
    It 'joiners.ps1 creates each row once, names the row that cannot be, and goes on where it stopped' {
        $null = Start-ScimEmulator -Users 10 -PassThru
        Connect-Scim -Emulator
        $file = Join-Path $TestDrive 'new.csv'
        Set-Content $file @(
            'userName,displayName,givenName,familyName,department,emails[work]'
            'ann@contoso.com,Ann Ek,Ann,Ek,Sales,ann@contoso.com'
            ',No Name,No,Name,Sales,'
            'bo@contoso.com,Bo Dahl,Bo,Dahl,Research,bo@contoso.com')
        & "$examples/joiners.ps1" $file -WhatIf -ErrorAction SilentlyContinue | Out-Null
        Get-ScimUser | Should -HaveCount 10
        $made = & "$examples/joiners.ps1" $file -ErrorAction SilentlyContinue -ErrorVariable refused
        $made.userName | Should -Be 'ann@contoso.com', 'bo@contoso.com'
        @($refused)[0].ToString() | Should -Match 'Row 2'
        $null = & "$examples/joiners.ps1" $file -ErrorAction SilentlyContinue
        Get-ScimUser | Should -HaveCount 12
        (Get-ScimUser -UserName bo@contoso.com).'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.department | Should -Be 'Research'
    }
    It 'leavers.ps1 disables, takes out of groups, and says who is not there' {
        $null = Start-ScimEmulator -Users 60 -Groups 12 -PassThru
        Connect-Scim -Emulator
        $user = Get-ScimUser -Enabled $true | Where-Object { Get-ScimUserMembership $_ -First 1 } | Select-Object -First 1
        $null = $user.userName | & "$examples/leavers.ps1" -WhatIf
        (Get-ScimUser -Id $user.id).active | Should -BeTrue
        $said = $user.userName, 'nobody@contoso.com' | & "$examples/leavers.ps1"
        $said.Status | Should -Be 'disabled', 'not there'
        $said[0].Groups.Count | Should -BeGreaterThan 0
        (Get-ScimUser -Id $user.id).active | Should -BeFalse
        Get-ScimUserMembership $user | Where-Object displayName -In $said[0].Groups | Should -BeNullOrEmpty
    }
    It 'group-sync.ps1 makes a group hold its department, and leaves one whose department is empty' {
        $null = Start-ScimEmulator -Users 300 -Groups 12 -PassThru
        Connect-Scim -Emulator
        $group = Get-ScimGroup -DisplayName 'All Sales'
        Get-ScimGroupMember $group -First 2 -Attributes id | Remove-ScimGroupMember $group -Confirm:$false
        $before = @(Get-ScimGroupMember $group -Attributes id).Count
        $null = & "$examples/group-sync.ps1" @{ 'All Sales' = 'Sales' } -WhatIf 6>$null
        Get-ScimGroupMember $group -Attributes id | Should -HaveCount $before
        $done = & "$examples/group-sync.ps1" @{ 'All Sales' = 'Sales'; 'All Engineers' = 'No such department' } -ErrorAction SilentlyContinue -ErrorVariable problem 2>$null
        $done | Should -HaveCount 1
        $people = Get-ScimUser -Enabled $true | Where-Object { $_.'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.department -eq 'Sales' }
        (Get-ScimGroupMember $group -Attributes id).id | Sort-Object | Should -Be ($people.id | Sort-Object)
        @(Get-ScimGroupMember (Get-ScimGroup -DisplayName 'All Engineers') -Attributes id).Count | Should -BeGreaterThan 0
    }
    It 'has a test, whichever it is' {
        (Get-ChildItem $examples -Filter *.ps1).Name | Where-Object { $_ -notlike '*.Tests.ps1' } | Sort-Object | Should -Be ($tested | Sort-Object)
    }
}
