# Get-Help as people see it. What has to be there for every cmdlet and parameter is checked on the objects below and,
# where there is no pwsh, in tests/PSScim.Tests/Help, which also runs each example.
BeforeDiscovery {
    . "$PSScriptRoot/UseModule.ps1"
    $commands = (Get-Command -Module PSScim).Name
}
BeforeAll { . "$PSScriptRoot/UseModule.ps1" }

Describe 'Get-Help' {
    It 'tells what <_> is for, how it is called, and shows it' -ForEach $commands {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Match '^[A-Z].*\.$'
        $help.description.Text | Should -Not -BeNullOrEmpty
        $help.syntax.syntaxItem | Should -Not -BeNullOrEmpty
        $help.examples.example | Should -Not -BeNullOrEmpty
        $text = Get-Help $_ -Examples | Out-String -Width 120
        $text | Should -Match 'Example 1: \S'
        $text | Should -Match ([regex]::Escape($_))
    }
    It 'describes every parameter of <_>' -ForEach $commands {
        $own = (Get-Command $_).Parameters.Keys | Where-Object { $_ -notin [Management.Automation.Cmdlet]::CommonParameters }
        foreach ($name in $own) {
            (Get-Help $_ -Parameter $name).description.Text | Should -Not -BeNullOrEmpty -Because "-$name has to be described"
        }
    }
    It 'shows <_> in 80 columns' -ForEach 'about_PSScim', 'about_PSScim_Filters', 'about_PSScim_Cost' {
        $text = Get-Help $_ | Out-String -Width 200
        $text | Should -Match 'LONG DESCRIPTION'
        $text -split '\r?\n' | Where-Object { $_.TrimEnd().Length -gt 80 } | Should -BeNullOrEmpty
    }
}
