BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 450 -Groups 20 -PassThru
    Connect-Scim -Emulator
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Get-ScimUser' {
    It 'returns everyone, once' {
        $all = Get-ScimUser
        $all | Should -HaveCount 450
        ($all.id | Sort-Object -Unique) | Should -HaveCount 450
        $all[0] -is [PSScim.ScimUser] | Should -BeTrue
    }
    It 'makes five requests for 450 users in pages of 100, and one with four attributes named' {
        Measure-Request { Get-ScimUser } | Should -Be 5
        Measure-Request { Get-ScimUser -Attributes id, userName, displayName, active } | Should -Be 1
    }
    It 'stops asking when the pipeline stops: <What>' -ForEach @(
        @{ What = 'Select-Object -First 150 with pages of 100'; Requests = 2; Block = { Get-ScimUser -PageSize 100 | Select-Object -First 150 } }
        @{ What = 'Select-Object -First 1'; Requests = 1; Block = { Get-ScimUser | Select-Object -First 1 } }
        @{ What = '-First 100'; Requests = 1; Block = { Get-ScimUser -First 100 } }
    ) {
        Measure-Request $Block | Should -Be $Requests
    }
    It 'gives just what Select-Object -First asks for' {
        $chosen = Get-ScimUser -PageSize 100 | Select-Object -First 150
        $chosen | Should -HaveCount 150
        $chosen[149].id | Should -Be (Get-ScimUser -First 150)[149].id
    }
    It 'skips with -Skip, and counts with -IncludeTotalCount where the service tells' {
        (Get-ScimUser -Skip 448) | Should -HaveCount 2
        (Get-ScimUser -First 3 -Skip 2)[0].id | Should -Be (Get-ScimUser -First 5)[2].id
    }
    It 'takes ids by argument, by pipeline and from objects' {
        $users = Get-ScimUser -First 3
        (Get-ScimUser -Id $users[1].id).userName | Should -Be $users[1].userName
        ($users.id | Get-ScimUser).userName | Should -Be $users.userName
        ($users | Get-ScimUser -Attributes userName).userName | Should -Be $users.userName
    }
    It 'goes on after an id that is not there, which it names' {
        $users = Get-ScimUser -First 2
        $missing = [guid]::NewGuid().ToString()
        $found = $users[0].id, $missing, $users[1].id | Get-ScimUser -ErrorAction SilentlyContinue -ErrorVariable problem
        $found | Should -HaveCount 2
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -Match '^ResourceNotFound,'
        $problem[0].TargetObject | Should -Be $missing
    }
    It 'filters at the service' {
        $user = Get-ScimUser -First 1
        $same = Get-ScimUser -Filter "userName eq ""$($user.userName)"""
        $same | Should -HaveCount 1
        $same.id | Should -Be $user.id
    }
    It 'serves or on Entra by several lists, and nobody twice' {
        $a, $b = (Get-ScimUser -First 60)[3, 57]
        $found = Get-ScimUser { userName -eq $a.userName -or userName -eq $b.userName -or id -eq $a.id }
        $found.id | Should -Be $a.id, $b.id
    }
    It 'evaluates with -ClientSideFilter what Entra cannot, and hides what only that needed' {
        $all = Get-ScimUser
        $urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
        $expected = $all | Where-Object { $_.$urn.department -like 'S*' -and $_.active }
        $found = Get-ScimUser { department -like 'S*' -and active } -ClientSideFilter -Attributes userName
        $expected.Count | Should -BeGreaterThan 0
        $found.id | Should -Be $expected.id
        $found[0].PSObject.Properties.Name | Should -Be 'id', 'userName'
        { Get-ScimUser { department -like 'S*' } -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFilter*'
    }
    It 'refuses a wrong filter before a request is made' {
        Measure-Request { { Get-ScimUser -Filter 'userName = "x"' -ErrorAction Stop } | Should -Throw -ErrorId 'FilterSyntax*' } | Should -Be 0
    }
    It 'is found by its verb and noun, with help on each parameter set' {
        (Get-Command -Module PSScim -Noun ScimUser -Verb Get).Name | Should -Be 'Get-ScimUser'
        (Get-Command Get-ScimUser).ParameterSets.Name | Sort-Object | Should -Be 'Id', 'List'
    }
    It 'writes nothing but users to the output' {
        $streams = Get-ScimUser -First 2 -Verbose *>&1
        @($streams | Where-Object { $_ -is [PSScim.ScimUser] }) | Should -HaveCount 2
        $out = Get-ScimUser -First 2 -Verbose 4>$null
        @($out | Where-Object { $_ -isnot [PSScim.ScimUser] }) | Should -HaveCount 0
    }
}
