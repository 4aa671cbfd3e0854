"""Randomness from a seed, and files written in the styles in which people write them."""

import json
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import yaml

Data = dict[str, Any]
T = TypeVar("T")


class Soil:
    """A folder in which a tree grows."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = Random(seed)
        self._count = 0

    def maybe(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def choice(self, choices: list[T]) -> T:
        return self.random.choice(choices)

    def some(self, choices: list[T], most: int, least: int = 0) -> list[T]:
        """Some of the choices, in any order, at most `most` of them."""
        most = min(most, len(choices))
        return self.random.sample(choices, self.random.randint(min(least, most), most))

    def number(self) -> int:
        """A number that was not given out before."""
        self._count += 1
        return self._count

    def text(self, file: str, text: str) -> str:
        """Write a file; returns its name without the folder."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return file.rpartition("/")[2]

    def documents(self, folder: str, name: str, *documents: Any) -> str:
        """Write documents as YAML in one of the styles people write it, or as JSON."""
        if len(documents) == 1 and self.maybe(0.15):
            text = json.dumps(documents[0], indent=self.choice([2, None])) + "\n"
            return self.text(f"{folder}/{name}.json", text)
        text = self.yaml(*documents)
        if self.maybe(0.1):
            text = text.replace("\n", "\r\n")
        return self.text(f"{folder}/{name}.{self.choice(['yaml', 'yml'])}", text)

    def yaml(self, *documents: Any) -> str:
        """Documents as YAML: block or flow, quoted or not, with comments or without."""
        text = yaml.dump_all(
            documents,
            Dumper=_Dumper,
            default_flow_style=self.choice([False, False, None]),
            sort_keys=self.maybe(),
            default_style=self.choice([None] * 6 + ['"', "'"]),
            allow_unicode=True,
            width=self.choice([60, 200]),
        )
        return ("# a comment\n---\n" if self.maybe(0.3) else "") + text

    def inline(self, *documents: Any) -> str:
        """Documents as a text to be put into a field."""
        if len(documents) == 1 and self.maybe(0.3):
            return json.dumps(documents[0], indent=self.choice([2, None]))
        return self.yaml(*documents)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as literal blocks, as people do."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
