@{
    Severity     = @('Error', 'Warning')
    # Pester runs the blocks of a test file in scopes that share variables, which this rule does not see.
    ExcludeRules = @('PSUseDeclaredVarsMoreThanAssignments')
}
