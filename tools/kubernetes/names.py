"""Which names, labels and annotations the API server accepts.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and, exactly,
k8s.io/apimachinery/pkg/api/validate/content with the validation of each kind in Kubernetes 1.36.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from tools.kubernetes.pod_security import minor

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_ENTRY = re.compile(r"[-._a-zA-Z0-9]+")
_EXCESS = re.compile(r"it has \d+ characters, (\d+) are allowed")
_FOREIGN = re.compile(r"[^A-Za-z0-9._-]+")
LABEL_LENGTH = 63
SUBDOMAIN_LENGTH = 253
ANNOTATION_BYTES = 256 * 1024
"""All keys and values of one object's annotations together."""

RELAXED_SERVICE_NAMES = 36
"""The minor version since which the name of a Service may begin with a digit."""

_LABEL_RULE = "only lower case letters, digits and '-', with a letter or digit at both ends"
_SUBDOMAIN_RULE = (
    "only lower case letters, digits, '-' and '.', with a letter or digit at both ends of each part"
)
_QUALIFIED_RULE = "only letters, digits, '-', '_' and '.', with a letter or digit at both ends"

_LETTER_FIRST = "begins with a letter"
_PATH_SEGMENT_KINDS = frozenset(
    {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "PodDisruptionBudget"}
    | {"APIService", "CertificateSigningRequest", "ClusterTrustBundle", "Event", "IPAddress"}
)
"""Kinds whose names may hold nearly anything, or something that only their own spec tells."""

_LENGTHS = {
    "CronJob": (52, "its Jobs are called after it and 11 more characters"),
    "StatefulSet": (52, "its pods carry it in a label together with a hash of 11 characters"),
    "Job": (63, "its pods carry it in a label"),
}


def name_objection(kind: str, name: str, versions: Sequence[str], prefix: bool = False) -> str:
    """What the API server, or the controller of its pods, has against the name of an object.

    `versions` are the Kubernetes versions that have to accept it; `prefix` says that it is a
    generateName, which may end in a dash. Returns "" if there is nothing to object.
    """
    if prefix and len(name) > 1 and name.endswith("-"):
        name = name[:-2] + "a"
    if kind in _PATH_SEGMENT_KINDS:
        return _path_segment_objection(name)
    if kind == "Service":
        return _service_objection(name, versions)
    if kind in ("Namespace", "StatefulSet"):
        objection = label_objection(name)
    else:
        objection = subdomain_objection(name)
    if not objection and not prefix and kind in _LENGTHS:
        most, why = _LENGTHS[kind]
        objection = _too_long(name, most) and f"{_too_long(name, most)}, because {why}"
    return objection


def _service_objection(name: str, versions: Sequence[str]) -> str:
    if all(minor(version) >= RELAXED_SERVICE_NAMES for version in versions):
        return label_objection(name)
    if not label_objection(name) and not _LABEL_1035.fullmatch(name):
        return f"a Service's name {_LETTER_FIRST} before Kubernetes 1.{RELAXED_SERVICE_NAMES}"
    return label_objection(name)


def _path_segment_objection(name: str) -> str:
    if name in (".", "..") or "/" in name or "%" in name:
        return "it would stand in a URL, where '/', '%', '.' and '..' mean something else"
    return ""


def label_objection(name: str) -> str:
    """What keeps a name from being a DNS label (RFC 1123), "" if nothing does."""
    return _objection(name, _LABEL, LABEL_LENGTH, _LABEL_RULE)


def subdomain_objection(name: str) -> str:
    """What keeps a name from being a DNS subdomain, "" if nothing does."""
    return _objection(name, _SUBDOMAIN, SUBDOMAIN_LENGTH, _SUBDOMAIN_RULE)


def key_objection(key: str, annotation: bool = False) -> str:
    """What keeps a label's or an annotation's key from being one, "" if nothing does.

    The optional prefix of an annotation may have upper case letters, that of a label may not.
    """
    prefix, slash, name = key.lower().rpartition("/") if annotation else key.rpartition("/")
    if slash and (objection := subdomain_objection(prefix)):
        return f"its prefix {prefix!r} is no DNS subdomain ({objection})"
    return _objection(name, _QUALIFIED, LABEL_LENGTH, _QUALIFIED_RULE)


def annotation_objection(key: str) -> str:
    """The same of an annotation's key alone."""
    return key_objection(key, annotation=True)


def value_objection(value: str) -> str:
    """What keeps a text from being a label's value, "" if nothing does."""
    return _objection(value, _QUALIFIED, LABEL_LENGTH, _QUALIFIED_RULE) if value else ""


def entry_objection(key: str) -> str:
    """What keeps a text from being a key of a ConfigMap or Secret, "" if nothing does.

    Each key can become a file of a volume, so it must not lead out of its folder.
    """
    if key in (".", "..") or key.startswith(".."):
        return "it begins with '..', or is '.'"
    rule = "only letters, digits, '-', '_' and '.'"
    return _objection(key, _ENTRY, SUBDOMAIN_LENGTH, rule)


def right_spelling(
    text: str, objection: str, objection_to: Callable[[str], str], tail: str = ""
) -> str | None:
    """What to write instead of a name, key or value, None where nothing is near it.

    `objection_to` says what there is against another one; `tail` is a dash that it may end in.
    """
    if excess := _EXCESS.search(objection):
        return f"Shorten it to {excess[1]} characters."
    if _LETTER_FIRST in objection:
        return "Begin it with a letter."
    for candidate in _near(text):
        if candidate and not objection_to(candidate + tail):
            return f"Write `{candidate}{tail}`, for example."
    return None


def _near(text: str) -> Iterator[str]:
    """Respellings of a text, the least changed first."""
    prefix, slash, name = text.rpartition("/")
    plain = _FOREIGN.sub("-", name).strip("-._")
    yield from (f"{part}{slash}{plain}" for part in (prefix, prefix.lower()) if plain)
    whole = _FOREIGN.sub("-", text).strip("-._")
    yield from (whole, whole.lower())
    dashed = whole.lower().replace("_", "-")
    yield from (dashed, dashed.replace(".", "-"))


def _objection(text: str, pattern: re.Pattern[str], length: int, rule: str) -> str:
    return _too_long(text, length) or ("" if pattern.fullmatch(text) else rule)


def _too_long(text: str, length: int) -> str:
    return f"it has {len(text)} characters, {length} are allowed" if len(text) > length else ""
