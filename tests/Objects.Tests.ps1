BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 120 -Groups 10 -PassThru
    Connect-Scim -Emulator
    $users = Get-ScimUser
    $enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    $entra = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'What comes down the pipeline' {
    It 'has the attributes of the wire as properties' {
        $user = $users | Where-Object { $_.$enterprise.department } | Select-Object -First 1
        $user.name.givenName | Should -BeOfType [string]
        $user.$enterprise.department | Should -BeOfType [string]
        $user.emails[0].value | Should -Match '@'
        $user.active | Should -BeOfType [bool]
        $hired = ($users | Where-Object { $_.$entra.employeeHireDate } | Select-Object -First 1).$entra.employeeHireDate
        $hired | Should -BeOfType [datetime]
        $hired.Kind | Should -Be 'Utc'
        , $user.emails | Should -BeOfType [array]
    }
    It 'shows them to Get-Member, with the type that scripts test for' {
        $members = $users[0] | Get-Member -MemberType Property
        $members.Name | Should -Contain 'userName'
        $members.Name | Should -Contain $enterprise
        $users[0] | Should -BeOfType [PSScim.ScimUser]
    }
    It 'has the attributes that were asked for and no others' {
        (Get-ScimUser -First 1 -Attributes id, userName | Get-Member -MemberType Property).Name | Sort-Object | Should -Be 'id', 'userName'
    }
    It 'has the attributes of extensions by their short names, for whoever asks for them' {
        $sales = @($users | Where-Object department -EQ Sales)
        $sales.id | Should -Be @($users | Where-Object { $_.$enterprise.department -eq 'Sales' }).id
        ($users | Group-Object department | Measure-Object Count -Sum).Sum | Should -Be 120
        ($sales[0] | Select-Object userName, department).department | Should -Be 'Sales'
        ($sales[0] | Select-Object *).PSObject.Properties.Name | Should -Not -Contain 'department'
        ($sales[0] | Get-Member).Name | Should -Not -Contain 'department'
        ($sales[0] | ConvertTo-Json -Depth 5 | ConvertFrom-Json).PSObject.Properties.Name | Should -Not -Contain 'department'
        ($sales[0] | ConvertTo-Csv | ConvertFrom-Csv).PSObject.Properties.Name | Should -Not -Contain 'department'
    }
    It 'goes through Where-Object, Sort-Object and Group-Object' {
        $active = @($users | Where-Object active)
        $active.Count + @($users | Where-Object { -not $_.active }).Count | Should -Be 120
        $names = ($users | Sort-Object userName).userName
        $names | Should -Be ($users.userName | Sort-Object)
        ($users | Group-Object { $_.$enterprise.department } | Measure-Object Count -Sum).Sum | Should -Be 120
        $times = @($users | Where-Object { $_.$entra.employeeHireDate } | Sort-Object { $_.$entra.employeeHireDate } | ForEach-Object { $_.$entra.employeeHireDate.Ticks })
        $times[0] | Should -Be ($times | Measure-Object -Minimum).Minimum
    }
    It 'goes through Select-Object *, names and calculated properties' {
        $copy = $users[0] | Select-Object *
        $copy.userName | Should -Be $users[0].userName
        $copy.PSObject.Properties.Name | Should -Contain $enterprise
        ($users[0] | Select-Object id, @{ n = 'Department'; e = { $_.$enterprise.department } }).Department | Should -Be $users[0].$enterprise.department
        ($users | Select-Object -ExpandProperty userName) | Should -HaveCount 120
    }
    It 'becomes the JSON it came from' {
        $json = $users[0] | ConvertTo-Json -Depth 10
        $parsed = $json | ConvertFrom-Json
        $parsed.userName | Should -Be $users[0].userName
        $parsed.name.familyName | Should -Be $users[0].name.familyName
        $parsed.emails[0].value | Should -Be $users[0].emails[0].value
        $parsed.$enterprise.department | Should -Be $users[0].$enterprise.department
        # Multi-valued attributes are arrays even when they hold one value.
        $json | Should -Match '"emails":\s*\['
        ($users[0].ToJson() | ConvertFrom-Json).id | Should -Be $users[0].id
    }
    It 'becomes a table of text' {
        $file = Join-Path $TestDrive 'users.csv'
        $users | Select-Object id, userName, active | Export-Csv $file -NoTypeInformation
        $back = Import-Csv $file
        $back | Should -HaveCount 120
        $back[5].userName | Should -Be $users[5].userName
        $back[5].active | Should -Be "$($users[5].active)"
        Get-ScimUser -Attributes id, userName, displayName | Export-Csv $file -NoTypeInformation
        (Import-Csv $file)[0].PSObject.Properties.Name | Sort-Object | Should -Be 'displayName', 'id', 'userName'
    }
    It 'survives Export-Clixml and Import-Clixml' {
        $file = Join-Path $TestDrive 'users.xml'
        $users | Select-Object -First 3 | Export-Clixml $file -Depth 5
        $back = Import-Clixml $file
        $back | Should -HaveCount 3
        $back[1].userName | Should -Be $users[1].userName
        $back[1].name.familyName | Should -Be $users[1].name.familyName
        $back[1].active | Should -Be $users[1].active
        $back[1].PSObject.TypeNames -join ' ' | Should -Match 'Deserialized\.PSScim\.ScimUser'
    }
    It 'takes a property of the user''s own' {
        $user = Get-ScimUser -First 1
        $user | Add-Member -NotePropertyName Checked -NotePropertyValue 7
        $user.Checked | Should -Be 7
        $user.userName | Should -Not -BeNullOrEmpty
    }
    It 'can be compared' {
        Compare-Object $users[0..4] $users[1..5] -Property id | Should -HaveCount 2
    }
    It 'works in the runspaces of ForEach-Object -Parallel' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
        $connection = Get-ScimContext
        $path = (Get-Module PSScim).Path
        $names = $users[0..19] | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:path
            (Get-ScimUser -Id $_.id -Connection $using:connection).userName
        }
        $names | Sort-Object | Should -Be ($users[0..19].userName | Sort-Object)
    }
    It 'works where a job gets it by value' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
        $users[0..4] | ForEach-Object -Parallel { $_.name.familyName } | Should -HaveCount 5
    }
    It 'has a view of its own' {
        $text = $users[0] | Format-Table | Out-String -Width 300
        $text | Should -Match ([regex]::Escape($users[0].userName))
        ($users[0] | Format-List * | Out-String -Width 300) | Should -Match 'userName'
    }
}
