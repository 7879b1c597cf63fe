BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 450 -Groups 20 -PassThru
    Connect-Scim -Emulator
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Export-ScimUser' {
    It 'writes everyone, once, and says what it took' {
        $done = Export-ScimUser "$TestDrive/users.csv"
        $done.Count | Should -Be 450
        $done.Requests | Should -Be 1
        $rows = Import-Csv "$TestDrive/users.csv"
        $rows.id | Should -Be (Get-ScimUser).id
        $done.Bytes | Should -Be (Get-Item "$TestDrive/users.csv").Length
    }
    It 'has the columns that were named, as Import-Csv reads them' {
        $null = Export-ScimUser "$TestDrive/some.csv" -Enabled $true -Attributes userName, name, 'emails[work].value', department
        $rows = Import-Csv "$TestDrive/some.csv"
        $rows[0].PSObject.Properties.Name | Should -Be 'userName', 'name.givenName', 'name.familyName', 'emails[work].value', 'department'
        $users = Get-ScimUser -Enabled $true
        $rows | Should -HaveCount @($users).Count
        $last = $users[-1]
        $rows[-1].userName | Should -Be $last.userName
        $rows[-1].'name.familyName' | Should -Be $last.name.familyName
        $rows[-1].'emails[work].value' | Should -Be ($last.emails | Where-Object type -EQ work).value
    }
    It 'writes a JSON object a line' {
        $null = Export-ScimUser "$TestDrive/users.jsonl" -Attributes userName, active
        $read = Get-Content "$TestDrive/users.jsonl" | ConvertFrom-Json
        $read.userName | Should -Be (Get-ScimUser -Attributes userName).userName
    }
    It 'writes groups too' {
        (Export-ScimGroup "$TestDrive/groups.csv").Count | Should -Be 20
        (Import-Csv "$TestDrive/groups.csv").displayName | Should -Be (Get-ScimGroup).displayName
    }
    It 'writes and sends nothing with -WhatIf, and replaces nothing with -NoClobber' {
        $before = (Get-ScimContext).Requests
        Export-ScimUser "$TestDrive/none.csv" -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/none.csv" | Should -Not -Exist
        'mine' | Set-Content "$TestDrive/mine.csv"
        { Export-ScimUser "$TestDrive/mine.csv" -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists*'
        Get-Content "$TestDrive/mine.csv" | Should -Be 'mine'
        (Get-ScimContext).Requests | Should -Be $before
    }
}
