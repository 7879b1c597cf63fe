BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 40 -Groups 3 -PassThru
    Connect-Scim -Emulator
    $enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    # What a user has, as text to compare.
    function Get-State([string] $Id) { (Get-ScimUser -Id $Id).ToJson() -replace '"meta":\{[^}]*\}', '' }
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Rows of a CSV' {
    BeforeEach {
        $two = Get-ScimUser -First 2
        $two | Set-ScimUser -Title Before -Department Before
    }
    It 'keep what an empty last cell or a short row lacks' {
        ConvertFrom-Csv "userName,title,department`n$($two[0].userName),Boss,`n$($two[1].userName)" | Set-ScimUser
        $read = $two.id | Get-ScimUser
        $read.title | Should -Be 'Boss', 'Before'
        $read.$enterprise.department | Should -Be 'Before', 'Before'
    }
    It 'clear by empty cells with -EmptyValue Clear' {
        ConvertFrom-Csv "userName,title,department`n$($two[0].userName),Boss," | Set-ScimUser -EmptyValue Clear
        (Get-ScimUser -Id $two[0].id).$enterprise.department | Should -BeNullOrEmpty
    }
    It 'are refused where a file with semicolons was read with commas, with a hint' {
        $problem = Get-Problem { ConvertFrom-Csv "userName;title`n$($two[0].userName);Boss" | Set-ScimUser }
        $problem.FullyQualifiedErrorId | Should -Match '^InvalidValue,'
        $problem.Exception.Message | Should -Match "^Row 1: .*-Delimiter ';'"
    }
}

Describe 'What Export-ScimUser wrote' {
    It 'is read back as no change, and one edited cell as one change' {
        $file = Join-Path $TestDrive 'users.csv'
        $null = Export-ScimUser $file -Force
        $verbose = Import-Csv $file | Set-ScimUser -WhatIf -Verbose -WarningAction SilentlyContinue -ErrorVariable problem 4>&1
        $problem | Should -BeNullOrEmpty
        @($verbose | Where-Object { "$_" -match 'PATCH' }) | Should -BeNullOrEmpty
        $rows = Import-Csv $file
        $rows[3].title = 'Edited in the file'
        $verbose = $rows | Set-ScimUser -Verbose -WarningAction SilentlyContinue 4>&1
        @($verbose | Where-Object { "$_" -match 'nothing to change' }).Count | Should -Be ($rows.Count - 1)
        (Get-ScimUser -Id $rows[3].id).title | Should -Be 'Edited in the file'
    }
}

Describe 'Copies of a user' {
    BeforeEach {
        $user = Get-ScimUser -First 1
        $user | Set-ScimUser -Title Before -Department Sales
        $user = Get-ScimUser -Id $user.id
        $before = Get-State $user.id
    }
    It 'change nothing that was not said: <Name>' -ForEach @(
        @{ Name = 'Select-Object of some'; Copy = { $user | Select-Object id, userName, department } }
        @{ Name = 'Select-Object *'; Copy = { $user | Select-Object * } }
        @{ Name = 'Select-Object of what was not requested'; Copy = { Get-ScimUser -Id $user.id -Attributes userName | Select-Object id, userName, title } }
        @{ Name = 'JSON'; Copy = { $user | ConvertTo-Json -Depth 10 | ConvertFrom-Json } }
        @{ Name = 'ToJson'; Copy = { $user.ToJson() | ConvertFrom-Json } }
        @{ Name = 'Clixml'; Copy = { $file = Join-Path $TestDrive 'user.xml'; $user | Export-Clixml $file; Import-Clixml $file } }
        @{ Name = 'a calculated property'; Copy = { $user | Select-Object id, @{ n = 'department'; e = { $_.department } } } }
    ) {
        & $Copy | Set-ScimUser -OfficeLocation Graz -ErrorVariable problem
        $problem | Should -BeNullOrEmpty
        $read = Get-ScimUser -Id $user.id
        $read.'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'.officeLocation | Should -Be 'Graz'
        Set-ScimUser $user.id -Clear officeLocation
        if ($before -notmatch 'officeLocation') { Get-State $user.id | Should -Be $before }
        $read.title | Should -Be 'Before'
        $read.$enterprise.department | Should -Be 'Sales'
    }
    It 'are told apart by their ids' {
        $users = Get-ScimUser -First 6
        foreach ($u in $users) { $u.displayName = 'Same' }
        @($users | Select-Object -Unique).Count | Should -Be 6
        @($users | Sort-Object -Unique).Count | Should -Be 6
        @($users + $users | Sort-Object -Unique).Count | Should -Be 6
        @($users[0], $users[0], $users[1] | Get-Unique).Count | Should -Be 2
        $other = Get-ScimUser -Id $user.id
        Compare-Object $user $other | Should -BeNullOrEmpty
        $other.title = 'Changed'
        (Compare-Object $user $other).SideIndicator | Should -Be '=>', '<='
    }
    It 'keep nested values through serialization' {
        $read = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($user, 1))
        $read.name.givenName | Should -Be $user.name.givenName
        $read.emails[0].value | Should -Be $user.emails[0].value
        $read.$enterprise.department | Should -Be 'Sales'
    }
}

Describe 'Members added by Add-Member' {
    It 'are sent once, where the schema has the attribute' {
        $user = Get-ScimUser -First 1 -Attributes userName
        $user | Add-Member -NotePropertyName title -NotePropertyValue 'Added' -PassThru | Add-Member -NotePropertyName department -NotePropertyValue 'Lab'
        $user | Add-Member -NotePropertyName myOwnNote -NotePropertyValue 'not an attribute'
        $user | Set-ScimUser
        $read = Get-ScimUser -Id $user.id
        $read.title | Should -Be 'Added'
        $read.$enterprise.department | Should -Be 'Lab'
        Measure-Request { $user | Set-ScimUser } | Should -Be 0
        $user.title = 'Changed'
        Measure-Request { $user | Set-ScimUser } | Should -Be 1
        (Get-ScimUser -Id $user.id).title | Should -Be 'Changed'
    }
}

Describe 'Dates' {
    It 'mean the same day in every time zone: <Given>' -ForEach @(
        @{ Given = '2026-02-01' }
        @{ Given = [datetime] '2026-02-01' }
        @{ Given = [datetimeoffset] '2026-02-01T00:00:00Z' }
        @{ Given = '2026-02-01T02:00:00+02:00' }
    ) {
        $zone = $env:TZ
        try {
            $env:TZ = 'Europe/Vienna'; [TimeZoneInfo]::ClearCachedData()
            $user = Get-ScimUser -First 1
            $entra = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'
            Set-ScimUser $user -EmployeeHireDate $Given
            (Get-ScimUser -Id $user.id).$entra.employeeHireDate.ToString('u') | Should -Be '2026-02-01 00:00:00Z'
            Set-ScimUser $user -Clear employeeHireDate
            [pscustomobject]@{ id = $user.id; employeeHireDate = $Given } | Set-ScimUser
            (Get-ScimUser -Id $user.id).$entra.employeeHireDate.ToString('u') | Should -Be '2026-02-01 00:00:00Z'
        }
        finally { $env:TZ = $zone; [TimeZoneInfo]::ClearCachedData() }
    }
    It 'that could be read in two ways are refused' {
        (Get-Problem { Set-ScimUser (Get-ScimUser -First 1) -EmployeeHireDate 03/02/2026 }).Exception.Message | Should -Match '2026-02-01'
    }
}
