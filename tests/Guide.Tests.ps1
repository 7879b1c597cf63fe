# Runs every block of docs/guide.md, in order and in one session, as a reader would; the tenant is an emulator. A block that
# begins with "# Needs" has to parse, and the module's commands in it have to be there with their parameters.
BeforeDiscovery {
    $text = [IO.File]::ReadAllText("$PSScriptRoot/../docs/guide.md") -replace '\r'
    $number = 0
    $cases = @([regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```') | ForEach-Object {
            $code = $_.Groups[1].Value
            @{ Number = ++$number; Code = $code; First = ($code -split '\n')[0] }
        })
}
BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $before = $env:PSModulePath
    # A new runspace of the guide finds the module by its name.
    $env:PSModulePath = (Split-Path $modulePath) + [IO.Path]::PathSeparator + $env:PSModulePath
    $emulator = Start-ScimEmulator -Users 2000 -Groups 60 -PassThru
    $reader = New-Module -ArgumentList $emulator, (Join-Path $TestDrive 'files') {
        param($emulator, $folder)
        $ErrorActionPreference = 'Stop'
        $null = New-Item $folder -ItemType Directory
        $tenantId, $clientId = $emulator.TenantId, $emulator.ClientId
        $secret = ConvertTo-SecureString $emulator.ClientSecret -AsPlainText -Force
        $PSDefaultParameterValues = @{}
    }
}
AfterAll {
    while (Get-ScimContext) { Disconnect-Scim }
    Stop-ScimEmulator
    $env:PSModulePath = $before
}

Describe 'The guide' {
    It 'has <Count> blocks' -ForEach @{ Count = $cases.Count } { $Count | Should -BeGreaterThan 8 }

    It 'block <Number>: <First>' -ForEach $cases {
        if ($Code -match '^# Needs') {
            $errors = $null
            $script = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $calls = $script.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true) | Where-Object { $_.GetCommandName() -like '*-Scim*' }
            foreach ($call in $calls) {
                $known = (Get-Command $call.GetCommandName()).Parameters.Keys
                $call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] } |
                    ForEach-Object { $_.ParameterName | Should -BeIn $known }
            }
            return
        }
        # Who connects without naming a server connects to the emulator.
        $defaults = if ($Code -match 'Connect-Scim -TenantId') { @{ 'Connect-Scim:BaseUri' = $emulator.BaseUri; 'Connect-Scim:Authority' = $emulator.Authority } } else { @{} }
        . $reader { param($values) $PSDefaultParameterValues = $values } $defaults
        { $null = . $reader ([scriptblock]::Create($Code)) } | Should -Not -Throw
    }
}
