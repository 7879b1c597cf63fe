BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 20 -Groups 3 -PassThru
    Connect-Scim -Emulator
    $password = ConvertTo-SecureString 'Correct-Horse-7' -AsPlainText -Force
    $enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'New-ScimUser' {
    It 'makes a user of parameters, who can sign in' {
        $user = New-ScimUser -UserName ann@contoso.com -DisplayName 'Ann Ek' -GivenName Ann -FamilyName Ek -Password $password -Department Sales
        $user -is [PSScim.ScimUser] | Should -BeTrue
        $read = Get-ScimUser -Id $user.id
        $read.active | Should -BeTrue
        $read.$enterprise.department | Should -Be 'Sales'
    }
    It 'makes users of a CSV whose columns are called as the parameters or as in SCIM: <Header>' -ForEach @(
        @{ Header = 'UserName,DisplayName,GivenName,FamilyName,Enabled,Department,Email'; Name = 'p' }
        @{ Header = 'userName,displayName,name.givenName,name.familyName,active,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,emails[work]'; Name = 's' }
        @{ Header = 'UserPrincipalName,displayName,FirstName,LastName,AccountEnabled,department,mail'; Name = 'a' }
    ) {
        $file = Join-Path $TestDrive "$Name.csv"
        Set-Content $file $Header
        1..3 | ForEach-Object { Add-Content $file "$Name$_@contoso.com,N $_,N,$_,false,Sales,$Name$_@contoso.com" }
        $users = Import-Csv $file | New-ScimUser -Password $password
        $users.userName | Should -Be (1..3 | ForEach-Object { "$Name$_@contoso.com" })
        $users[0].active | Should -BeFalse
        $users[0].emails[0].value | Should -Be "${Name}1@contoso.com"
        (Get-ScimUser -Id $users[2].id).$enterprise.department | Should -Be 'Sales'
    }
    It 'makes users of JSON' {
        $json = '[{"userName":"j1@contoso.com","displayName":"J","name":{"givenName":"J","familyName":"1"},"phoneNumbers":[{"type":"mobile","value":"+43 1"}]},
                  {"userName":"j2@contoso.com","displayName":"J","name":{"givenName":"J","familyName":"2"},"active":false}]'
        $users = $json | ConvertFrom-Json | ForEach-Object { $_ } | New-ScimUser -Password $password
        $users | Should -HaveCount 2
        $users[0].phoneNumbers[0].value | Should -Be '+43 1'
        $users[1].active | Should -BeFalse
    }
    It 'makes another of a user that was exported and read back' {
        $file = Join-Path $TestDrive 'user.xml'
        Get-ScimUser -First 1 | Export-Clixml $file -Depth 5
        $original = Import-Clixml $file
        $copy = $original | New-ScimUser -UserName copy@contoso.com -MailNickname copy -Password $password
        $copy.id | Should -Not -Be $original.id
        $copy.name.familyName | Should -Be $original.name.familyName
    }
    It 'takes passwords from the rows with one warning' {
        $rows = 1..3 | ForEach-Object { [pscustomobject]@{ userName = "w$_@contoso.com"; displayName = 'W'; givenName = 'W'; familyName = 'W'; password = 'Correct-Horse-8' } }
        $users = $rows | New-ScimUser -WarningVariable warned -WarningAction SilentlyContinue
        $users | Should -HaveCount 3
        $warned | Should -HaveCount 1
        "$warned" | Should -Not -Match 'Correct-Horse-8'
    }
    It 'names the row that cannot be, and goes on' {
        $rows = 1..4 | ForEach-Object { [pscustomobject]@{ userName = "b$_@contoso.com"; displayName = 'B'; givenName = 'B'; familyName = 'B'; active = 'true' } }
        $rows[1].active = 'perhaps'
        $users = $rows | New-ScimUser -Password $password -ErrorAction SilentlyContinue -ErrorVariable problem
        $users | Should -HaveCount 3
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -Match '^InvalidValue,'
        $problem[0].Exception.Message | Should -Match '^Row 2 \(b2@contoso.com\):'
        $problem[0].TargetObject | Should -Be 'b2@contoso.com'
    }
    It 'sends nothing under -WhatIf' {
        Measure-Request { $rows = @{ userName = 'x@contoso.com'; displayName = 'X'; givenName = 'X'; familyName = 'X' }; $rows | New-ScimUser -Password $password -WhatIf } | Should -Be 0
    }
    It 'refuses a user without a name before a request is made' {
        Measure-Request { (Get-Problem { New-ScimUser -DisplayName X -Password $password }).FullyQualifiedErrorId | Should -Match '^RequiredAttribute,' } | Should -Be 0
    }
}
