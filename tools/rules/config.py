"""`policies.yaml`: what a repository demands of its manifests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path
from typing import Any

from tools.kubernetes.pod import POD_TEMPLATES
from tools.kubernetes.resource import as_list, as_map
from tools.rules.facts import Facts
from tools.rules.options import names
from tools.rules.rule import Judges, Rule, Severity
from tools.rules.run import Setting
from tools.rules.typed import ConfigError, build, camel, check_names, nearest
from tools.rules.waiver import Waiver, read_waivers
from tools.source.document import Document
from tools.source.place import FieldPath, Place, SourceError
from tools.source.repository import Repository, join
from tools.source.targets import excluded, folder_of

NAME = "policies.yaml"
KUBERNETES = ("1.34", "1.36")
"""The Kubernetes versions that are judged without a `policies.yaml`."""

TOP_LEVEL = (
    "kubernetes", "argocd", "exclude", "schemas", "kindsWithoutSchema", "podTemplates",
    "rules", "environments", "facts", "waivers",
)  # fmt: skip
_SEVERITIES = {severity.word: severity for severity in Severity}

RuleSettings = Mapping[str, Any]
"""`rules:` of the file: rule id to true, false, or a map of `severity` and options."""


@dataclass(frozen=True)
class Environment:
    """Targets that share settings; `targets` are globs of their paths."""

    name: str
    targets: tuple[str, ...]
    rules: RuleSettings
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Config:
    """`policies.yaml` read and checked; without one, the defaults."""

    kubernetes: tuple[str, ...] = KUBERNETES
    argocd: str = "3.2"
    exclude: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    kinds_without_schema: tuple[str, ...] = ()
    pod_templates: Mapping[str, FieldPath] = field(default_factory=lambda: POD_TEMPLATES)
    rules: RuleSettings = field(default_factory=dict)
    environments: tuple[Environment, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    file: str | None = None
    document: Document | None = None

    def environment_of(self, target: str) -> Environment | None:
        """The first environment whose globs name the target."""
        folder = folder_of(target)
        for environment in self.environments:
            if excluded(folder, environment.targets):
                return environment
        return None

    def facts_of(self, environment: Environment | None) -> Facts:
        """The declared facts: those of the environment over those of the repository, of a map each
        entry over the one of the same name.
        """
        data = dict(self.facts)
        for name, fact in (environment.facts if environment else {}).items():
            general = data.get(name)
            maps = isinstance(general, dict) and isinstance(fact, dict)
            data[name] = {**dict(general or ()), **fact} if maps else fact
        return parse_facts(data) if data else Facts()

    def settings(
        self, rules: Mapping[str, Rule], environment: Environment | None
    ) -> dict[str, Setting]:
        """How each rule that is on runs in an environment."""
        found = {}
        for rule in rules.values():
            layers = [self.rules.get(rule.id), environment and environment.rules.get(rule.id)]
            name = environment.name if environment else None
            on = not rule.environments or name in rule.environments
            severity, options = rule.severity, {}
            for layer in layers:
                if isinstance(layer, bool):
                    on = layer
                elif layer:
                    on = True
                    severity = _SEVERITIES.get(layer.get("severity"), severity)
                    options.update({k: v for k, v in layer.items() if k != "severity"})
            if on:
                found[rule.id] = Setting(
                    severity, parse_options(rule, options) if options else None
                )
        return found


def parse_options(rule: Rule, data: Mapping[str, Any], path: FieldPath = ()) -> Any:
    """The options of a rule with some of them set. Raises ConfigError."""
    if not data:
        return rule.options
    if rule.options is None:
        raise ConfigError((*path, next(iter(data))), f"{rule.id} has no options")
    known = [camel(name) for name in names(type(rule.options))]
    check_names(data, known, path, f"option of {rule.id}")
    return build(type(rule.options), dict(data), path)


def parse_facts(data: Mapping[str, Any], path: FieldPath = ()) -> Facts:
    """Declared facts. Raises ConfigError."""
    facts = build(Facts, dict(data), path)
    assert isinstance(facts, Facts)
    return facts


def read_config(repository: Repository, rules: Mapping[str, Rule], file: str | None) -> Config:
    """The configuration in `file`, else in `policies.yaml` of the root, else the defaults.

    Raises SourceError with the place of whatever is not understood.
    """
    document = _document(repository, file)
    return parse_config(document, rules) if document else Config()


def read_exclude(repository: Repository, file: str | None) -> tuple[str, ...]:
    """Only `exclude:`, which is needed before the rules are loaded."""
    document = _document(repository, file)
    if document is None:
        return ()
    patterns = document.data.get("exclude")
    listed = tuple(str(pattern) for pattern in patterns or () if isinstance(patterns, list))
    return (*listed, *_evidence(document.data))


def _evidence(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Globs of what facts name that lies in the repository and holds no manifests: reports."""
    environments = as_map(data.get("environments")).values()
    found: list[object] = []
    for owner in (data, *map(as_map, environments)):
        facts = as_map(owner.get("facts"))
        found += [facts.get("scanReports"), *as_list(facts.get("vexDocuments"))]
    return tuple(escape(join("", name)) for name in found if isinstance(name, str) and name)


def _document(repository: Repository, file: str | None) -> Document | None:
    """The YAML document of the configuration; `file` may stand outside the repository."""
    if file is None:
        if not repository.is_file(NAME):
            return None
        name = NAME
    else:
        path = Path(file)
        if not path.is_file():
            raise SourceError(f"there is no {file}; --config names a policies.yaml")
        if not path.resolve().is_relative_to(repository.root):
            repository = Repository(path.resolve().parent)
        name = repository.name(path)
    documents = repository.documents(name)
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        raise SourceError("the configuration is one YAML map", Place(name, 1, 1))
    return documents[0]


def parse_config(document: Document, rules: Mapping[str, Rule]) -> Config:
    """A configuration document. Raises SourceError with the place of what is not understood."""
    if document.quirks:
        quirk = document.quirks[0]
        raise SourceError(f"{quirk.what}; YAML readers disagree about that", quirk.place)
    try:
        return _parse(document, rules)
    except ConfigError as error:
        path = error.path
        where = document.key_place(path) if error.is_key else document.nearest(path)[1]
        raise SourceError(error.sentence, where) from error


def _parse(document: Document, rules: Mapping[str, Rule]) -> Config:
    data = document.data
    check_names(data, TOP_LEVEL, (), "name")
    words = {
        name: build(tuple[str, ...], data[name], (name,))
        for name in ("kubernetes", "exclude", "schemas", "kindsWithoutSchema")
        if name in data
    }
    templates = build(dict[str, str], data.get("podTemplates", {}), ("podTemplates",))
    parse_facts(build(dict, data.get("facts", {}), ("facts",)), ("facts",))
    environments = build(dict, data.get("environments", {}), ("environments",))
    return Config(
        kubernetes=words.get("kubernetes", KUBERNETES),
        argocd=build(str, data.get("argocd", "3.2"), ("argocd",)),
        exclude=(*words.get("exclude", ()), *_evidence(data)),
        schemas=words.get("schemas", ()),
        kinds_without_schema=words.get("kindsWithoutSchema", ()),
        pod_templates={
            **POD_TEMPLATES,
            **{kind: tuple(path.split(".")) for kind, path in templates.items()},
        },
        rules=_rule_settings(data.get("rules", {}), ("rules",), rules),
        environments=tuple(_environment(name, environments, rules) for name in environments),
        facts=data.get("facts", {}),
        waivers=read_waivers(document, rules, environments),
        file=document.file,
        document=document,
    )


def _environment(name: str, data: Mapping[str, Any], rules: Mapping[str, Rule]) -> Environment:
    path = ("environments", name)
    given = build(dict, data[name], path)
    check_names(given, ("targets", "rules", "facts"), path, "name")
    parse_facts(build(dict, given.get("facts", {}), (*path, "facts")), (*path, "facts"))
    if not given.get("targets"):
        raise ConfigError(path, "an environment needs `targets`, globs of the paths it is made of")
    return Environment(
        name=name,
        targets=build(tuple[str, ...], given["targets"], (*path, "targets")),
        rules=_rule_settings(given.get("rules", {}), (*path, "rules"), rules),
        facts=given.get("facts", {}),
    )


def _rule_settings(data: Any, path: FieldPath, rules: Mapping[str, Rule]) -> RuleSettings:
    settings: RuleSettings = build(dict, data, path)
    check_names(settings, rules, path, "rule")
    for rule_id, value in settings.items():
        if path[0] == "environments" and rules[rule_id].judges is Judges.REPOSITORY:
            sentence = f"{rule_id} judges all files alike: set it in the rules of the repository"
            raise ConfigError((*path, rule_id), sentence, is_key=True)
        if isinstance(value, bool):
            continue
        given = dict(build(dict, value, (*path, rule_id)))
        severity = given.pop("severity", "error")
        if severity not in _SEVERITIES:
            hint = nearest(str(severity), _SEVERITIES)
            raise ConfigError((*path, rule_id, "severity"), f"unknown severity {severity!r}{hint}")
        parse_options(rules[rule_id], given, (*path, rule_id))
        if given and path[0] == "environments" and rules[rule_id].judges is Judges.RELATION:
            sentence = f"{rule_id} compares environments: set its options in the rules of them all"
            raise ConfigError((*path, rule_id, next(iter(given))), sentence, is_key=True)
    return settings


def select(rules: Mapping[str, Rule], only: Sequence[str], skip: Sequence[str]) -> dict[str, Rule]:
    """The rules that `--only` and `--skip` leave. Raises ConfigError for an unknown id."""
    for rule_id in (*only, *skip):
        if rule_id not in rules:
            raise ConfigError((), f"there is no rule {rule_id!r}{nearest(rule_id, rules)}")
    return {
        rule_id: rule
        for rule_id, rule in rules.items()
        if (not only or rule_id in only) and rule_id not in skip
    }
