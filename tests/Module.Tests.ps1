BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $manifest = "$modulePath/PSScim.psd1"
}

Describe 'The module' {
    It 'has a valid manifest that says what the Gallery wants to know' {
        $module = Test-ModuleManifest $manifest
        $module.PowerShellVersion | Should -Be '5.1'
        $module.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        $data = $module.PrivateData.PSData
        foreach ($tag in 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'SCIM', 'Entra', 'Identity') { $data.Tags | Should -Contain $tag }
        foreach ($key in 'LicenseUri', 'ProjectUri', 'IconUri', 'ReleaseNotes') { $data.$key | Should -Not -BeNullOrEmpty }
    }
    It 'exports cmdlets with approved verbs, and nothing else' {
        $commands = Get-Command -Module PSScim
        $commands.CommandType | Sort-Object -Unique | Should -Be 'Cmdlet'
        $approved = (Get-Verb).Verb
        foreach ($command in $commands) { $approved | Should -Contain $command.Verb }
    }
    It 'is found by name and loaded by its first cmdlet in a fresh process' {
        $folder = Join-Path $TestDrive 'modules'
        $null = New-Item $folder -ItemType Directory
        Copy-Item $modulePath (Join-Path $folder PSScim) -Recurse
        $before = $env:PSModulePath
        try {
            $env:PSModulePath = $folder
            $output = Invoke-Fresh 'Start-ScimEmulator -Users 3; Connect-Scim -Emulator; (Get-ScimUser).Count; (Get-Module PSScim).ModuleBase'
        }
        finally { $env:PSModulePath = $before }
        $output[0] | Should -Be '3'
        $output[1] | Should -BeLike "$([IO.Path]::GetFullPath($folder))*"
    }
}
