# A module without anything: what Import-Module itself costs in an engine that has imported nothing yet.
@{ ModuleVersion = '1.0'; GUID = '0ce2a5a8-3b43-4b02-a7b6-6f4f7f4b2c5e'; CmdletsToExport = @(); FunctionsToExport = @(); AliasesToExport = @(); VariablesToExport = @() }
