"""What the options of rules accept by name under `accepted`, and where each entry stands.

A rule says of each entry that it needed one by yielding it as Used.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.rules.config import Config, parse_options
from tools.rules.rule import Rule
from tools.rules.waiver import Acceptance
from tools.source.place import FieldPath

OPTION = "accepted"
"""A list of what is accepted, each with an `id`."""


def acceptances(config: Config, rules: Mapping[str, Rule]) -> Iterator[Acceptance]:
    """All entries of a configuration, in the order of its text."""
    layers: list[tuple[str | None, FieldPath, Mapping[str, Any]]] = [(None, (), config.rules)]
    layers += [(each.name, ("environments", each.name), each.rules) for each in config.environments]
    for environment, above, settings in layers:
        for rule_id, given in settings.items():
            if config.document is None or not isinstance(given, Mapping) or rule_id not in rules:
                continue
            options = {OPTION: given[OPTION]} if OPTION in given else {}
            entries = getattr(parse_options(rules[rule_id], options), OPTION) if options else ()
            for index, entry in enumerate(entries):
                path = (*above, "rules", rule_id, OPTION, index)
                place = config.document.nearest(path)[1]
                yield Acceptance(rule_id, entry, environment, place)
