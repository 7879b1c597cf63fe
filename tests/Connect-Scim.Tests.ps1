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
    It 'leaves no default connection where <Why>' -ForEach @(
        @{ Why = 'the sign-in is refused'; Changed = @{ ClientSecret = 'wrong' } }
        @{ Why = 'the tenant is unknown'; Changed = @{ TenantId = 'other.example' } }
        @{ Why = 'the tenant is an empty cell'; Changed = @{ TenantId = '' } }
        @{ Why = 'the client is missing'; Changed = @{ ClientId = $null } }
        @{ Why = 'there is no secret'; Changed = @{ ClientSecret = $null } }
        @{ Why = 'the cloud is unknown'; Changed = @{ Environment = 'Mars' } }
        @{ Why = 'the address is none'; Changed = @{ BaseUri = 'not an address' } }
    ) {
        Connect-Scim @account -ClientSecret $secret -Name former
        if ($Changed.ClientSecret) { $Changed.ClientSecret = ConvertTo-SecureString $Changed.ClientSecret -AsPlainText -Force }
        $all = $account + @{ ClientSecret = $secret }
        foreach ($name in $Changed.Keys) { $all[$name] = $Changed[$name] }
        { Connect-Scim @all } | Should -Throw
        Get-ScimContext | Should -BeNullOrEmpty
        $problem = Get-Problem { Get-ScimUser }
        $problem.FullyQualifiedErrorId | Should -Be 'NotConnected,PSScim.Commands.GetScimUserCommand'
        $problem.Exception.Message | Should -Match 'the last Connect-Scim failed'
        Get-ScimUser -First 1 -Connection former | Should -HaveCount 1
        Disconnect-Scim -Connection former
    }
    It 'keeps the default connection when a command is completed or its help is shown' {
        Connect-Scim @account -ClientSecret $secret
        $null = TabExpansion2 'Connect-Scim -TenantId x -' 26
        $null = Get-Command Connect-Scim -Syntax
        Get-ScimUser -First 1 | Should -HaveCount 1
    }
    It 'warns once that the service is an emulator, unless that was asked for' {
        Connect-Scim @account -ClientSecret $secret -WarningVariable warning -WarningAction SilentlyContinue
        $null = Get-ScimUser -First 1 -WarningVariable +warning -WarningAction SilentlyContinue
        $warning | Should -HaveCount 1
        $warning | Should -Match "is PSScim's emulator"
        Connect-Scim -Emulator -WarningVariable none
        $null = Get-ScimUser -First 1 -WarningVariable +none
        $none | Should -BeNullOrEmpty
    }
    It 'warns once that a connection is not encrypted' {
        $token = ConvertTo-SecureString 'token' -AsPlainText -Force
        Connect-Scim -BaseUri http://scim.invalid/v2 -AllowUnencryptedAuthentication -AccessToken $token -WarningVariable warning -WarningAction SilentlyContinue
        $warning | Should -HaveCount 1
        $warning | Should -Match 'unencrypted to scim\.invalid'
        Connect-Scim -BaseUri https://scim.invalid/v2 -AllowUnencryptedAuthentication -AccessToken $token -WarningVariable none
        $none | Should -BeNullOrEmpty
    }
    It 'does not go past a proxy that <Variable> names wrongly' -ForEach @(
        @{ Variable = 'HTTPS_PROXY'; Address = 'https://scim.invalid/v2' }
        @{ Variable = 'ALL_PROXY'; Address = 'https://scim.invalid/v2' }
    ) {
        $token = ConvertTo-SecureString 'token' -AsPlainText -Force
        $before = @{}
        foreach ($name in 'HTTPS_PROXY', 'ALL_PROXY', 'https_proxy', 'all_proxy', 'NO_PROXY', 'no_proxy') { $before[$name] = [Environment]::GetEnvironmentVariable($name); [Environment]::SetEnvironmentVariable($name, $null) }
        try {
            foreach ($value in 'file:///etc/passwd', 'socks9://user:hidden-pass@proxy.example:1080', 'not a proxy') {
                [Environment]::SetEnvironmentVariable($Variable, $value)
                $problem = Get-Problem { Connect-Scim -BaseUri $Address -AccessToken $token }
                $problem.FullyQualifiedErrorId | Should -Be 'InvalidConfiguration,PSScim.Commands.ConnectScimCommand'
                $problem.Exception.Message | Should -Match "$Variable is .*which isn't the http or https address of a proxy"
                $problem.Exception.Message | Should -Not -Match 'hidden-pass'
                Connect-Scim -BaseUri $Address -AccessToken $token -NoProxy
            }
        }
        finally { foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) } }
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
