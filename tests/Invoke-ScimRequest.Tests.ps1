BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 5 -Groups 1 -PassThru
    Connect-Scim -Emulator
    $user = Get-ScimUser -First 1
    $patch = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Invoke-ScimRequest' {
    It 'reads with the token of the connection, and counts' {
        Measure-Request { (Invoke-ScimRequest "users/$($user.id)").userName | Should -Be $user.userName } | Should -Be 1
        Invoke-ScimRequest 'users?count=1' -Raw | ConvertFrom-Json | ForEach-Object { $_.resources.Count } | Should -Be 1
    }
    It 'sends a body of JSON, of a hashtable, and from the pipeline' {
        $operations = @(@{ op = 'replace'; path = 'title'; value = 'Own' })
        Invoke-ScimRequest "users/$($user.id)" -Method PATCH -Body @{ schemas = @($patch); Operations = $operations }
        (Get-ScimUser -Id $user.id).title | Should -Be 'Own'
        "{`"schemas`":[`"$patch`"],`"Operations`":[{`"op`":`"replace`",`"path`":`"title`",`"value`":`"Text`"}]}" | Invoke-ScimRequest "users/$($user.id)" -Method PATCH
        (Get-ScimUser -Id $user.id).title | Should -Be 'Text'
    }
    It 'has the errors of all cmdlets' {
        $problem = Get-Problem { Invoke-ScimRequest users/00000000-0000-0000-0000-00000000dead }
        $problem.FullyQualifiedErrorId | Should -Match '^ResourceNotFound,'
        $problem.Exception.Status | Should -Be 404
    }
    It 'sends the token nowhere else: <Path>' -ForEach @(@{ Path = 'https://elsewhere.example/' }, @{ Path = '../beta/users' }) {
        Measure-Request { (Get-Problem { Invoke-ScimRequest $Path }).FullyQualifiedErrorId | Should -Match '^InvalidRequest,' } | Should -Be 0
    }
    It 'sends nothing under -WhatIf, and shows no password' {
        $output = Invoke-Fresh @"
            Import-Module '$modulePath'; `$null = Start-ScimEmulator -Users 1 -PassThru; Connect-Scim -Emulator
            Invoke-ScimRequest users -Method POST -Body @{ userName = 'x'; password = 'Secret-Word-9' } -WhatIf
            (Get-ScimContext).Requests
"@
        "$output" | Should -Match '"password":"\*\*\*"'
        "$output" | Should -Not -Match 'Secret-Word-9'
        $output[-1] | Should -Be '0'
    }
}
