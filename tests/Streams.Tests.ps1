BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $emulator = Start-ScimEmulator -Users 150 -Groups 5 -PassThru
}
AfterAll { Stop-ScimEmulator }

Describe 'The streams' {
    BeforeEach { Connect-Scim -Emulator }
    AfterEach { while (Get-ScimContext) { Disconnect-Scim } }

    It 'carry results on output and nothing else, whatever is asked of them' {
        $all = & {
            Connect-Scim -Emulator -Verbose -Debug
            Get-ScimUser -First 120 -Verbose -Debug
            Get-ScimGroup -First 1 -Verbose
            Disconnect-Scim -Verbose
        } 4>$null 5>$null 6>$null
        @($all | Where-Object { $_ -isnot [PSScim.ScimResource] }) | Should -BeNullOrEmpty
        $all | Should -HaveCount 121
    }
    It 'are silent where nothing was asked and nothing went wrong' {
        $others = & { $null = Get-ScimUser } *>&1
        $others | Where-Object { $_ -isnot [Management.Automation.WarningRecord] } | Should -BeNullOrEmpty
    }
    It 'tell of each request with -Verbose: method, path, status, bytes, milliseconds' {
        $told = Get-ScimUser -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        $requests = @($told | Where-Object { "$_" -match '^GET \S*/users' })
        $requests | Should -HaveCount 2
        foreach ($line in $requests) { "$line" | Should -Match '200.*\d+ bytes.*\d+ ms' }
    }
    It 'show neither secret nor token, with every stream open' {
        $text = 's3cret-that-must-not-show'
        $wrong = ConvertTo-SecureString $text -AsPlainText -Force
        $token = Get-ScimAccessToken -AsPlainText
        $token.Length | Should -BeGreaterThan 20
        $all = & {
            Connect-Scim -Emulator -Verbose -Debug
            Get-ScimUser -First 3 -Verbose -Debug
            try { Connect-Scim -TenantId $emulator.TenantId -ClientId $emulator.ClientId -ClientSecret $wrong -BaseUri $emulator.BaseUri -Authority $emulator.Authority -Verbose -Debug }
            catch { $_; $_ | Format-List * -Force }
            $Error | Select-Object -First 3 | Format-List * -Force
            Get-ScimContext | Format-List * -Force
        } *>&1 | Out-String -Width 500
        $all | Should -Match 'AADSTS7000215'
        $all.Contains($text) | Should -BeFalse
        $all.Contains($token) | Should -BeFalse
        $all.Contains($emulator.ClientSecret) | Should -BeFalse
    }
}
