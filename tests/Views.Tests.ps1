# What stands on the screen, at 80 and at 120 columns, held against the files in tests/Views. To write them anew:
#   $env:PSSCIM_WRITE_VIEWS = 1; tests/Invoke-Pester.ps1 -Name Views
BeforeDiscovery {
    $entra = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'
    $views = @{
        'users'                   = { Get-ScimUser -First 8 }
        'user-list'               = { Get-ScimUser -First 4 | Select-Object -Last 1 | Format-List }
        'user-chosen-attributes'  = { Get-ScimUser -First 3 -Attributes id, userName, title }
        'groups'                  = { Get-ScimGroup -First 4 }
        'group-list'              = { Get-ScimGroup -First 1 | Format-List }
        'schemas'                 = { Get-ScimSchema }
        'schema-tree'             = { Get-ScimSchema -Id urn:ietf:params:scim:schemas:core:2.0:User | Format-List }
        'attributes'              = { Get-ScimSchema -Id $entra | Select-Object -ExpandProperty attributes }.ToString().Replace('$entra', $entra)
        'attribute-list'          = { (Get-ScimSchema -Id urn:ietf:params:scim:schemas:core:2.0:User).attributes | Where-Object name -eq emails | Format-List }
        'resource-types'          = { Get-ScimResourceType }
        'resource-type-list'      = { Get-ScimResourceType -Id User | Format-List }
        'service-provider-config' = { Get-ScimServiceProviderConfig }
        'context'                 = { Get-ScimContext }
        'context-table'           = { Get-ScimContext -ListAvailable | Format-Table }
        'checks'                  = { Test-ScimConnection | Where-Object Name -NotIn Connection, Token }
        'claims'                  = { Get-ScimAccessToken -AsClaims }
        'emulator'                = { $emulator }
        'emulator-table'          = { $emulator | Format-Table }
    }
    $cases = foreach ($name in $views.Keys | Sort-Object) {
        foreach ($width in 80, 120) { @{ Name = $name; Width = $width; Block = [string] $views[$name] } }
    }
}
BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $emulator = Start-ScimEmulator -Users 40 -Groups 10 -Role User.Read.All, Group.Read.All -PassThru
    $rendering = if (Test-Path Variable:PSStyle) { $PSStyle.OutputRendering }

    # What differs from run to run is masked without a change of width.
    function Get-Text($Objects, [int] $Width) {
        $text = ($Objects | Out-String -Width $Width) -replace '\r'
        $text = $text -replace '(127\.0\.0\.1:)\d{5}', '$1PORT5' -replace '(BytesReceived\s*: )\d+', '$1BYTES' -replace '((?:Issued|Expires)At\s*: ).*', '$1TIME'
        ($text -split '\n' | ForEach-Object { $_.TrimEnd() }) -join "`n"
    }
}
AfterAll { Stop-ScimEmulator }

Describe 'The view' {
    BeforeEach { Connect-Scim -Emulator -Name view; if ($rendering) { $PSStyle.OutputRendering = 'PlainText' } }
    AfterEach { Disconnect-Scim; if ($rendering) { $PSStyle.OutputRendering = $rendering } }

    It '<Name> at <Width> columns' -ForEach $cases {
        $text = Get-Text (& ([scriptblock]::Create($Block))) $Width
        $text -split '\n' | Where-Object { $_.Length -gt $Width } | Should -BeNullOrEmpty
        $file = "$PSScriptRoot/Views/$Name.$Width.txt"
        if ($env:PSSCIM_WRITE_VIEWS) { [IO.File]::WriteAllText($file, $text) }
        $text | Should -BeExactly ([IO.File]::ReadAllText($file) -replace '\r')
    }
}

Describe 'Colour' -Skip:($PSVersionTable.PSVersion -lt [version] 7.2) {
    BeforeAll { Connect-Scim -Emulator }
    AfterAll { Disconnect-Scim }
    AfterEach { $PSStyle.OutputRendering = $rendering }

    It 'marks what failed where the host has colour' {
        $PSStyle.OutputRendering = 'Ansi'
        $text = Test-ScimConnection | Out-String
        $text.Contains($PSStyle.Foreground.Green + 'Passed') | Should -BeTrue
        $text.Contains($PSStyle.Foreground.Red + 'Failed') | Should -BeTrue
    }
    It 'is none where the host has none' {
        $PSStyle.OutputRendering = 'PlainText'
        Test-ScimConnection | Out-String | Should -Not -Match "`e"
        Get-ScimUser | Out-String | Should -Not -Match "`e"
    }
}

Describe 'A view in ConstrainedLanguage mode' {
    It 'shows names as ever' {
        $shown = Invoke-Fresh @"
Import-Module '$modulePath'
Start-ScimEmulator -Users 3 -Groups 1
Connect-Scim -Emulator
`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
Get-ScimUser -First 1 | Format-Table | Out-String -Width 200
Get-ScimUser -First 1 | Format-List | Out-String -Width 200
"@ | Out-String -Width 300
        [regex]::Matches($shown, '@contoso\.com').Count | Should -BeGreaterOrEqual 2
    }
}

Describe 'A view' {
    BeforeAll {
        Connect-Scim -Emulator
        $all = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'
    }
    AfterAll { Disconnect-Scim }

    It 'shows attributes that no schema of ours knows' {
        # As another server's objects have them: the emulator''s own answer, with one attribute more.
        $json = '{"resources":[{"id":"1","userName":"a@contoso.com","shoeSize":42}],"totalResults":1}'
        $null = Invoke-RestMethod -Method Post "$($emulator.Authority)/__emulator/faults" -Headers @{ 'x-emulator-token' = $emulator.ControlToken } -ContentType application/json -Body (@{ action = 'body'; text = $json; times = 1 } | ConvertTo-Json)
        Get-ScimUser -First 1 | Format-List | Out-String | Should -Match 'other attributes\s*: shoeSize : 42'
    }
    It 'of chosen attributes has their columns and no others' {
        $lines = (Get-ScimUser -First 1 -Attributes id, userName, title | Out-String) -split '\r?\n' | Where-Object { $_ }
        ($lines[0] -replace "`e\[[\d;]*m").Trim() -split '\s+' | Should -Be 'id', 'userName', 'title'
    }
    It 'hides nothing from Format-List *' {
        (Get-ScimUser -First 1 | Format-List * | Out-String -Width 300) | Should -Match ([regex]::Escape($all))
    }
    It 'shows attributes in the order of the schema, extensions behind, and what says little last' {
        $labels = @((Get-ScimUser -First 1 | Format-List | Out-String -Width 300) -replace "`e\[[\d;]*m" -split '\r?\n' |
                Select-String '^(\S[^:]*?(?::\S+)?)\s+: ' | ForEach-Object { $_.Matches[0].Groups[1].Value })
        $labels[0..3] | Should -Be 'id', 'userName', 'displayName', 'active'
        $labels[-4..-1] | Should -Be 'enterprise', 'Microsoft:Entra', 'schemas', 'meta'
    }
}
