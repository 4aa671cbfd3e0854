"""References to objects whose names changed (`api/filters/nameref`)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tools.trace.fieldspec import Configuration, FieldSpec, NameReference, Selected, Slot, slots
from tools.trace.names import hashed_name
from tools.trace.objects import NOT_A_NAMESPACE, Id, Object
from tools.trace.value import List, Map, Scalar, Value


class _Candidate(NamedTuple):
    """An object that may be referred to, with what is compared for every reference."""

    obj: Object
    now: Id
    previous: list[Id]


def fix_references(objects: list[Object], configuration: Configuration) -> None:
    """Write the names of today wherever an object is referred to by a former name."""
    everything = [_Candidate(obj, obj.id, obj.previous_ids) for obj in objects]
    by_name: dict[str, list[_Candidate]] = {}
    for one in everything:
        for name in {old.name for old in one.previous}:
            by_name.setdefault(name, []).append(one)
    if not by_name:
        return
    by_kind = _by_kind(configuration.name_references)
    for obj in objects:
        original = obj.original
        fields = (*by_kind.get(original.kind, ()), *by_kind.get("", ()))
        if not fields:
            continue
        referrer = _Referrer(obj, everything, by_name)
        for spec, target in fields:
            if spec.of.selects(*original[:3]) and spec.path[0] in obj.root.fields:
                referrer.fix(spec, target)
        obj.refresh()


def _by_kind(
    references: Iterable[NameReference],
) -> dict[str, list[tuple[FieldSpec, Selected]]]:
    found: dict[str, list[tuple[FieldSpec, Selected]]] = {}
    for reference in references:
        for spec in reference.fields:
            found.setdefault(spec.of.kind, []).append((spec, reference.target))
    return found


class _Referrer:
    """An object whose references are fixed."""

    def __init__(
        self, obj: Object, everything: list[_Candidate], by_name: dict[str, list[_Candidate]]
    ) -> None:
        self.obj = obj
        self.now = obj.id
        self.everything = everything
        self.by_name = by_name

    def _may_refer_to(self, one: _Candidate) -> bool:
        if self.now.cluster or one.now.cluster:
            return True
        if one.now.effective_namespace == self.now.effective_namespace:
            return True
        return one.obj.namespace in _subject_namespaces(self.obj)

    def fix(self, spec: FieldSpec, target: Selected) -> None:
        for slot in slots(self.obj.root, spec.path):
            value = slot.value
            if isinstance(value, List):
                for index in range(len(value.items)):
                    self._fix_slot(Slot(value, index), spec, target)
            else:
                self._fix_slot(slot, spec, target)

    def _fix_slot(self, slot: Slot, spec: FieldSpec, target: Selected) -> None:
        value = slot.value
        if isinstance(value, Scalar) and not value.is_null:
            found = self._select(value.text, None, spec, target)
            if found is not None and found.obj.name != value.text:
                slot.set(_renamed(value, found.obj))
        elif isinstance(value, Map):
            self._fix_map(value, spec, target)

    def _fix_map(self, value: Map, spec: FieldSpec, target: Selected) -> None:
        """A reference by name and namespace: a subject of a role binding, a webhook's service."""
        name = value.fields.get("name")
        if not isinstance(name, Scalar):
            return
        found = self._select(name.text, value.fields.get("namespace"), spec, target)
        if found is None:
            return
        if found.obj.name != name.text:
            value.fields["name"] = _renamed(name, found.obj)
        namespace = found.obj.metadata.fields.get("namespace")
        if isinstance(namespace, Scalar) and found.obj.namespace:
            old = value.fields.get("namespace")
            if not isinstance(old, Scalar) or old.text != namespace.text:
                value.fields["namespace"] = namespace.after(old)

    def _in_namespace(self, namespace: str) -> Callable[[_Candidate], bool]:
        """Candidates that were in a namespace first; if nothing was, those that are now."""
        if namespace == NOT_A_NAMESPACE:
            return lambda one: False
        if any(
            one.obj.original.effective_namespace == namespace and self._may_refer_to(one)
            for one in self.everything
        ):
            return lambda one: one.obj.original.effective_namespace == namespace
        return lambda one: one.now.effective_namespace == namespace

    def _select(
        self, name: str, namespace: Value | None, spec: FieldSpec, target: Selected
    ) -> _Candidate | None:
        """The object that a name refers to, None if there is none or several fit."""
        found = [one for one in self.by_name.get(name, ()) if self._may_refer_to(one)]
        if not found:
            return None
        if namespace is not None:
            text = namespace.text if isinstance(namespace, Scalar) else ""
            found = list(filter(self._in_namespace(text), found))
        found = [one for one in found if any(target.selects(*old[:3]) for old in one.previous)]
        sieves: list[Callable[[_Candidate], bool]] = [self._role_sieve(spec), self._is_near]
        for sieve in sieves:
            found = [one for one in found if sieve(one)]
        if len(found) > 1:
            found = [one for one in found if self._has_affixes(one, may_lack=True)]
        if len(found) > 1:
            found = [one for one in found if self._has_affixes(one, may_lack=False)]
        if len({(one.obj.name, one.obj.namespace) for one in found}) != 1:
            return None
        return found[0]

    def _role_sieve(self, spec: FieldSpec) -> Callable[[_Candidate], bool]:
        role = self.obj.root.get("roleRef")
        if spec.path[-2:] != ("roleRef", "name") or not isinstance(role, Map):
            return lambda one: True
        if role.get("apiGroup") is None or role.get("kind") is None:
            return lambda one: True
        wanted = Selected(role.text("apiGroup"), "", role.text("kind"))
        return lambda one: any(wanted.selects(*old[:3]) for old in one.previous)

    def _is_near(self, one: _Candidate) -> bool:
        """Whether a candidate is in the namespace of the referrer, as far as that matters."""
        if self.now.cluster or one.now.cluster or one.obj.kind == "ServiceAccount":
            return True
        return self.now.effective_namespace == one.now.effective_namespace

    def _has_affixes(self, one: _Candidate, *, may_lack: bool) -> bool:
        """Whether prefixes and suffixes of referrer and candidate end alike."""
        pairs = ((self.obj.prefixes, one.obj.prefixes), (self.obj.suffixes, one.obj.suffixes))
        return all(
            (may_lack and not (mine and theirs)) or _end_alike(mine, theirs)
            for mine, theirs in pairs
        )


def _end_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    if not shorter:
        return one == other
    return one[len(one) - shorter :] == other[len(other) - shorter :]


def _subject_namespaces(obj: Object) -> set[str]:
    """The namespaces of the service accounts that a role binding is for."""
    subjects = obj.root.get("subjects") if obj.kind == "RoleBinding" else None
    if not isinstance(subjects, List):
        return set()
    return {
        subject.text("namespace")
        for subject in subjects.items
        if isinstance(subject, Map)
        and subject.text("kind") == "ServiceAccount"
        and subject.get("namespace") is not None
    }


def _renamed(reference: Scalar, to: Object) -> Scalar:
    """A reference with the name of today. It is still set where it stands: whoever changes it
    there refers to something else.
    """
    if to.hashed:
        return hashed_name(reference, to.name)
    as_name = reference.source.as_layer("name")
    return Scalar(as_name, reference.key, reference.node, reference.previous, to.name)
