BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $emulator = Start-ScimEmulator -Users 20 -Groups 3 -PassThru
    $account = @{ TenantId = $emulator.TenantId; ClientId = $emulator.ClientId; BaseUri = $emulator.BaseUri; Authority = $emulator.Authority }
    $secret = ConvertTo-SecureString $emulator.ClientSecret -AsPlainText -Force
}
AfterAll { Stop-ScimEmulator }

Describe 'Connect-Scim' {
    AfterEach { while (Get-ScimContext) { Disconnect-Scim } }

    It 'signs in with a client secret and prints nothing' {
        Connect-Scim @account -ClientSecret $secret | Should -BeNullOrEmpty
        $context = Get-ScimContext
        $context.Service | Should -Be 'Entra'
        $context.TenantId | Should -Be $emulator.TenantId
        $context.TokenRequests | Should -Be 1
        $context.Requests | Should -Be 0
    }
    It 'explains a wrong secret and shows it nowhere' {
        $text = 's3cret-that-must-not-show'
        $wrong = ConvertTo-SecureString $text -AsPlainText -Force
        $all = & {
            try { Connect-Scim @account -ClientSecret $wrong -Verbose -Debug } catch { $_; $_ | Format-List * -Force; $_.Exception | ConvertTo-Json -Depth 3 -WarningAction SilentlyContinue }
        } *>&1 | Out-String
        $all | Should -Match 'AADSTS7000215'
        $all | Should -Not -Match $text
    }
    It 'gives a connection that shows neither secret nor token' {
        $token = ConvertTo-SecureString 't0ken-that-must-not-show' -AsPlainText -Force
        $connection = Connect-Scim -BaseUri $emulator.BaseUri -AccessToken $token -PassThru
        foreach ($text in ($connection | Format-List * -Force | Out-String), ($connection | ConvertTo-Json -Depth 5 -WarningAction SilentlyContinue), "$connection") {
            $text | Should -Not -Match 't0ken-that'
        }
        $connection.BaseUri | Should -Be $emulator.BaseUri
    }
    It 'keeps connections by name, the last one the default' {
        Connect-Scim @account -ClientSecret $secret -Name first
        Connect-Scim @account -ClientSecret $secret -Name second
        (Get-ScimContext).Name | Should -Be 'second'
        (Get-ScimContext -ListAvailable).Name | Should -Be 'first', 'second'
        Get-ScimUser -First 1 -Connection first | Should -HaveCount 1
        (Get-ScimContext first).Requests | Should -Be 1
        (Get-ScimContext).Requests | Should -Be 0
    }
    It 'is not the connection of another runspace' {
        Connect-Scim @account -ClientSecret $secret
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($path) Import-Module $path; [string](Get-ScimContext)').AddArgument((Get-Module PSScim).Path)
        "$($shell.Invoke())" | Should -Be ''
        $shell.HadErrors | Should -BeFalse
        $shell.Dispose()
    }
}
