"""The names that an expression of jq knows at one point."""

from collections.abc import Iterable


class Scope:
    """The names that are known at one point."""

    def __init__(
        self, functions: Iterable[tuple[str, int]] = (), variables: Iterable[str] = ("$ENV",)
    ) -> None:
        self.functions = frozenset(functions)
        self.variables = frozenset(variables)

    def with_function(self, name: str, count: int) -> "Scope":
        return Scope(self.functions | {(name, count)}, self.variables)

    def with_variables(self, names: Iterable[str]) -> "Scope":
        return Scope(self.functions, self.variables | frozenset(names))
