@{
    Severity     = @('Error', 'Warning')
    ExcludeRules = @(
        # Pester runs the blocks of a test file in scopes that share variables, which this rule does not see.
        'PSUseDeclaredVarsMoreThanAssignments'
        # PowerShell 7 reads files as UTF-8.
        'PSUseBOMForUnicodeEncodedFile'
    )
}
