"""The rules: one module each, grouped by what they judge. A module name is a rule id."""
