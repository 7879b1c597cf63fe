BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 40 -Groups 3 -PassThru
    Connect-Scim -Emulator
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Set-ScimUser' {
    BeforeEach { $user = Get-ScimUser -First 1 }
    It 'changes a user by parameters, with one request' {
        Measure-Request { Set-ScimUser $user -Title Lead -MobilePhone '+43 1' } | Should -Be 1
        $read = Get-ScimUser -Id $user.id
        $read.title | Should -Be 'Lead'
        ($read.phoneNumbers | Where-Object type -EQ mobile).value | Should -Be '+43 1'
    }
    It 'sends what was set on the object and nothing else' {
        $user.title = 'Edited'
        $user.emails[0].value = 'edited@contoso.com'
        $user | Set-ScimUser
        $read = Get-ScimUser -Id $user.id
        $read.title | Should -Be 'Edited'
        $read.emails[0].value | Should -Be 'edited@contoso.com'
        $read.displayName | Should -Be $user.displayName
    }
    It 'makes no request where nothing changes' {
        Measure-Request { $user.title = $user.title; $user | Set-ScimUser; Set-ScimUser $user.id } | Should -Be 0
    }
    It 'clears by -Clear and by -Replace' {
        Set-ScimUser $user -Title Lead -Replace @{ department = 'Sales'; officeLocation = 'Graz' }
        Set-ScimUser $user -Clear title, department -Replace @{ officeLocation = $null }
        $read = Get-ScimUser -Id $user.id
        $read.title | Should -BeNullOrEmpty
        $read.'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.department | Should -BeNullOrEmpty
        $read.'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'.officeLocation | Should -BeNullOrEmpty
    }
    It 'changes users by a CSV that has no ids; an empty cell is ignored' {
        $users = Get-ScimUser -First 3
        $users | Set-ScimUser -Title Before
        $file = Join-Path $TestDrive 'changes.csv'
        $users | ForEach-Object { [pscustomobject]@{ userName = $_.userName; title = ''; department = 'Research' } } | Export-Csv $file -NoTypeInformation
        Import-Csv $file | Set-ScimUser
        foreach ($read in $users.id | Get-ScimUser) {
            $read.title | Should -Be 'Before'
            $read.'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.department | Should -Be 'Research'
        }
    }
    It 'changes a saved user by its id' {
        $file = Join-Path $TestDrive 'user.xml'
        $user | Export-Clixml $file
        $saved = Import-Clixml $file
        ($saved | Set-ScimUser -Title Saved -PassThru).title | Should -Be 'Saved'
    }
    It 'gives the new state with -PassThru, which is a further request' {
        Measure-Request { (Set-ScimUser $user -Title Chief -PassThru).title | Should -Be 'Chief' } | Should -Be 2
    }
    It 'suggests the nearest name, and sends nothing' {
        Measure-Request { (Get-Problem { Set-ScimUser $user -Replace @{ departement = 'x' } }).Exception.Message | Should -Match "Did you mean 'department'" } | Should -Be 0
    }
    It 'changes a user by its name, which is looked up first' {
        Measure-Request { Set-ScimUser -UserName $user.userName -Title Named } | Should -Be 2
        (Get-ScimUser -Id $user.id).title | Should -Be 'Named'
        $missing = Get-Problem { Set-ScimUser -UserName nobody@contoso.com -Title x }
        $missing.FullyQualifiedErrorId | Should -Match '^ResourceNotFound,'
        $missing.TargetObject | Should -Be 'nobody@contoso.com'
    }
    It 'renames a user that is given by id, by object, or by its old name' {
        Set-ScimUser $user -UserName one@contoso.com
        Get-ScimUser -UserName one@contoso.com | Set-ScimUser -UserName two@contoso.com
        Set-ScimUser -UserName two@contoso.com -Replace @{ userName = 'three@contoso.com' }
        (Get-ScimUser -Id $user.id).userName | Should -Be 'three@contoso.com'
    }
    It 'takes a hashtable, an ordered one, and a splatted one' {
        Set-ScimUser $user -Replace @{ title = 'H' }
        Set-ScimUser $user -Replace ([ordered]@{ officeLocation = 'O'; 'phoneNumbers[fax]' = '+43 9' })
        $given = @{ Id = $user.id; Replace = @{ department = 'S' } }
        Set-ScimUser @given
        $read = Get-ScimUser -Id $user.id
        $read.title, $read.'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.department | Should -Be 'H', 'S'
        ($read.phoneNumbers | Where-Object type -EQ fax).value | Should -Be '+43 9'
    }
    It 'completes the keys of its hashtables: <Line>' -ForEach @(
        @{ Line = 'Set-ScimUser x -Replace @{ off'; Key = 'officeLocation' }
        @{ Line = 'Set-ScimUser x -Add @{ name'; Key = "'name.givenName'" }
        @{ Line = "New-ScimUser -Attributes @{ title = 'x'; phone"; Key = "'phoneNumbers[mobile].value'" }
    ) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText | Should -Contain $Key
    }
    It 'disables and enables' {
        Disable-ScimUser $user
        (Get-ScimUser -Id $user.id).active | Should -BeFalse
        $user | Enable-ScimUser
        (Get-ScimUser -Id $user.id).active | Should -BeTrue
    }
}

Describe 'Remove-ScimUser' {
    It 'deletes users from the pipeline' {
        $users = Get-ScimUser -First 3
        $users | Remove-ScimUser -Confirm:$false
        Get-ScimUser -Id $users.id -ErrorAction SilentlyContinue -ErrorVariable gone | Should -BeNullOrEmpty
        $gone | Should -HaveCount 3
    }
    It 'deletes users by their names' {
        $users = Get-ScimUser -First 2
        Remove-ScimUser -UserName $users.userName -Confirm:$false
        Get-ScimUser -Id $users.id -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }
    It 'asks, unless it is told not to' {
        (Get-Command Remove-ScimUser).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
        Measure-Request { Remove-ScimUser (Get-ScimUser -First 1) -WhatIf } | Should -Be 1
    }
}
