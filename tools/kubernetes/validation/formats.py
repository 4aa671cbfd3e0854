"""Checks of single values that many kinds share: names, numbers, paths, addresses.

Each takes a field and yields what the server has against its value; whether it has to be there is
the caller's to say.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and, exactly,
k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content.
"""

import re
from collections.abc import Callable, Collection, Sequence

from tools.kubernetes.names import (
    SUBDOMAIN_LENGTH,
    entry_objection,
    key_objection,
    label_objection,
    right_spelling,
    subdomain_objection,
    value_objection,
)
from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.validation.field import Field, Refusals

_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_PORT_NAME = re.compile(r"[-a-z0-9]+")
_HTTP_HEADER = re.compile(r"[-A-Za-z0-9]+")
_PERCENT = re.compile(r"[0-9]+%", re.ASCII)
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_INT64_DIGITS = 19
_WILDCARD = re.compile(r"\*\..+", re.DOTALL)
HIGHEST_PORT = 65535
HIGHEST_ID = 2**31 - 1
_PORT_NAME_LENGTH = 15


def _name(field: Field, objection_to: Callable[[str], str]) -> Refusals:
    if objection := objection_to(field.text):
        sentence = f"{field} is {field.text!r}, which is not valid: {objection}"
        yield field.refused(sentence, right_spelling(field.text, objection, objection_to))


def dns_label(field: Field) -> Refusals:
    """RFC 1123 label: 63 characters, no dot."""
    return _name(field, label_objection)


def dns_subdomain(field: Field) -> Refusals:
    """RFC 1123 subdomain: 253 characters."""
    return _name(field, subdomain_objection)


def dns_1035_label(field: Field) -> Refusals:
    """RFC 1035 label: as an RFC 1123 label, and begins with a letter."""
    return _name(field, dns_1035_objection)


def dns_1035_objection(name: str) -> str:
    """What keeps a name from being an RFC 1035 label, "" if nothing does."""
    found = label_objection(name)
    return found or ("" if _LABEL_1035.fullmatch(name) else "it begins with a letter")


def wildcard_subdomain(field: Field) -> Refusals:
    """`*.` and a subdomain, 253 characters in all."""
    return _name(field, _wildcard_objection)


def _wildcard_objection(name: str) -> str:
    if len(name) > SUBDOMAIN_LENGTH or not _WILDCARD.fullmatch(name):
        return f"a wildcard is '*.' and a subdomain, {SUBDOMAIN_LENGTH} characters at most"
    return subdomain_objection(name[2:])


def qualified_name(field: Field) -> Refusals:
    """A label key: 63 characters, after a prefix that is a subdomain and `/`, if any."""
    return _name(field, key_objection)


def label_value(field: Field) -> Refusals:
    return _name(field, value_objection)


def config_map_key(field: Field) -> Refusals:
    """A key of a ConfigMap or Secret."""
    return _name(field, entry_objection)


def path_segment_name(field: Field) -> Refusals:
    """A name that is good for a URL: nearly anything."""
    text = field.text
    if text in (".", "..") or "/" in text or "%" in text:
        yield field.must("be no '.' or '..' and hold no '/' or '%': it stands in a URL")


def environment_name(field: Field) -> Refusals:
    """The name of an environment variable: printable ASCII without `=`."""
    text = field.text
    if not text or not text.isascii() or not text.isprintable() or "=" in text:
        yield field.must("be printable ASCII characters other than '='")


def port_number(field: Field) -> Refusals:
    yield from within(field, 1, HIGHEST_PORT)


def port_name(field: Field) -> Refusals:
    """The name of a port as RFC 6335 has it, in lower case."""
    text = field.text
    if (
        len(text) > _PORT_NAME_LENGTH
        or not _PORT_NAME.fullmatch(text)
        or not re.search("[a-z]", text)
        or "--" in text
        or text[0] == "-"
        or text[-1] == "-"
    ):
        what = f"have at most {_PORT_NAME_LENGTH} lower case letters, digits and single dashes"
        yield field.must(f"{what} inside, and a letter")


def port(field: Field) -> Refusals:
    """A port by number or name."""
    return port_number(field) if field.number is not None else port_name(field)


def within(field: Field, least: int, most: int) -> Refusals:
    """A whole number in a range, both ends included; absent counts as 0."""
    if not least <= (field.number or 0) <= most:
        yield field.must(f"be between {least} and {most}")


def at_least(field: Field, least: int) -> Refusals:
    """A whole number; absent counts as 0."""
    if (field.number or 0) < least:
        yield field.must(f"be at least {least}")


def not_negative(field: Field) -> Refusals:
    return at_least(field, 0)


def user_id(field: Field) -> Refusals:
    """A user or group."""
    return within(field, 0, HIGHEST_ID)


def percent(field: Field) -> Refusals:
    if not _PERCENT.fullmatch(field.text):
        yield field.must("be a whole number and '%'")


def number_or_percent(field: Field) -> Refusals:
    """A number that is not negative, or a percentage."""
    if isinstance(field.value, str):
        yield from percent(field)
    elif field.is_set:
        yield from not_negative(field)


def http_header_name(field: Field) -> Refusals:
    if not _HTTP_HEADER.fullmatch(field.text):
        yield field.must("have letters, digits and '-' only")


def quantity_not_negative(field: Field) -> Refusals:
    number = parse_quantity(field.value)
    if number is not None and number < 0:
        yield field.must("be at least 0")


def quantity_positive(field: Field) -> Refusals:
    number = parse_quantity(field.value)
    if number is not None and number <= 0:
        yield field.must("be more than 0")


def whole_number(text: str) -> int | None:
    """A number of 64 bits as Go's Atoi reads it, None for any other text."""
    if not _WHOLE_NUMBER.fullmatch(text) or len(text.lstrip("+-0")) > _INT64_DIGITS:
        return None
    number = int(text.lstrip("+-0") or "0") * (-1 if text[0] == "-" else 1)
    return number if -(2**63) <= number < 2**63 else None


def local_path(field: Field) -> Refusals:
    """A path below something: relative, and never up."""
    if field.text.startswith("/"):
        yield field.must("be a relative path")
    yield from path_without_up(field)


def path_without_up(field: Field) -> Refusals:
    if ".." in field.text.split("/"):
        yield field.must("not contain '..'")


def absolute_path(field: Field) -> Refusals:
    if not field.text.startswith("/"):
        yield field.must("be an absolute path")


def enumeration(field: Field, known: Sequence[str]) -> Refusals:
    """One of the words that the server knows, in this spelling."""
    if field.text not in known:
        yield field.unsupported(known)


def unique(fields: Sequence[Field], seen: Collection[object] = ()) -> Refusals:
    """No value twice; `seen` are those that stand elsewhere."""
    known = set(seen)
    for field in fields:
        if not isinstance(field.value, str | int):
            continue
        if field.value in known:
            yield field.duplicate()
        known.add(field.value)
