"""The JSON Schema of `policies.yaml`, made from the same types that read it."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any

from tools.rules.facts import Facts
from tools.rules.rule import Rule, Severity
from tools.rules.typed import camel

Schema = dict[str, Any]
_PLAIN = {bool: "boolean", int: "integer", float: "number", str: "string"}
_STRINGS: Schema = {"type": "array", "items": {"type": "string"}}


def config_schema(rules: Mapping[str, Rule]) -> Schema:
    """A draft 2020-12 schema that editors complete and check `policies.yaml` with."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "policies.yaml of the GitOps gate",
        "$defs": {
            "facts": schema_of(Facts),
            "rules": _closed({rule.id: _rule(rule) for rule in rules.values()}),
        },
        **_closed(
            {
                "kubernetes": _told("Kubernetes versions to judge for", _STRINGS),
                "argocd": _told("the oldest Argo CD that must accept it", {"type": "string"}),
                "exclude": _told("globs of files and folders that are no targets", _STRINGS),
                "schemas": _told("folders of CRDs or JSON schemas", _STRINGS),
                "kindsWithoutSchema": _told("kinds that need no schema", _STRINGS),
                "podTemplates": _told(
                    "path of the pod template in custom kinds: `spec.template`",
                    {"type": "object", "additionalProperties": {"type": "string"}},
                ),
                "rules": {"$ref": "#/$defs/rules"},
                "environments": {"type": "object", "additionalProperties": _environment()},
                "facts": {"$ref": "#/$defs/facts"},
                "waivers": {"type": "array", "items": _waiver(rules)},
            }
        ),
    }


def schema_of(kind: Any) -> Schema:
    """The schema of an annotated type as `tools.rules.typed.build` reads it."""
    if kind is Any:
        return {}
    if kind is date:
        return {"type": "string", "format": "date"}
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        properties = {camel(f.name): schema_of(hints[f.name]) for f in fields(kind)}
        needed = [
            camel(f.name)
            for f in fields(kind)
            if f.default is MISSING and f.default_factory is MISSING
        ]
        return _closed(properties, needed)
    if typing.get_origin(kind) is not None:
        return _generic(typing.get_origin(kind), typing.get_args(kind))
    return {"type": _PLAIN[kind]} if kind in _PLAIN else {"type": "null"}


def _generic(origin: Any, arguments: tuple[Any, ...]) -> Schema:
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema_of(a) for a in arguments]}
    if origin is tuple:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    return {"enum": list(arguments)}  # Literal


def _rule(rule: Rule) -> Schema:
    options = schema_of(type(rule.options))["properties"] if rule.options is not None else {}
    severity = {"enum": [s.word for s in reversed(Severity)], "default": rule.severity.word}
    settings = _closed({"severity": severity, **options})
    return {"description": rule.summary, "anyOf": [{"type": "boolean"}, settings]}


def _environment() -> Schema:
    properties = {
        "targets": _told("globs of the targets' paths", _STRINGS),
        "rules": {"$ref": "#/$defs/rules"},
        "facts": {"$ref": "#/$defs/facts"},
    }
    return _closed(properties, ["targets"])


def _waiver(rules: Mapping[str, Rule]) -> Schema:
    properties: Schema = {
        "rule": {"enum": list(rules)},
        "resource": _told("a glob of Kind/name, or of a file", {"type": "string"}),
        "reason": {"type": "string", "minLength": 1},
        "until": _told("the last day, as text", {"type": "string", "format": "date"}),
        "environment": {"type": "string"},
    }
    return _closed(properties, ["rule", "resource", "reason", "until"])


def _closed(properties: Mapping[str, Any], needed: list[str] | None = None) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    return {**schema, "required": needed} if needed else schema


def _told(text: str, schema: Schema) -> Schema:
    return {"description": text, **schema}
