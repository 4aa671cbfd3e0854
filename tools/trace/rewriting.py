"""Values that Kustomize has written as JSON and read back."""

from tools.trace.value import List, Map, Scalar, Value


def rewritten(value: Value) -> Value:
    """A copy of a value as it is after Kustomize has written it as JSON and read it back."""
    source = value.source.rewritten() if value.source is not None else None
    if isinstance(value, Scalar):
        return value.after(value.previous, source)
    if isinstance(value, List):
        items = None if value.untouched else [rewritten(item) for item in value.items]
        some = List(source, value.key, value.node, items)
        some.removed = value.removed
        return some
    fields = None
    if not value.untouched:
        fields = {key: rewritten(child) for key, child in value.fields.items()}
    twin = Map(source, value.key, value.node, fields)
    twin.removed, twin.moved = value.removed, value.moved
    return twin
