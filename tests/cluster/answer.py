"""What the API server says to one request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the server says to one request.

    `code` is the HTTP status; `reason`, `message` and `fields`, the field paths of the causes in
    the server's order, are those of a refusal and empty otherwise. `body` is the decoded answer:
    the object as the server would store it, or the whole Status.
    """

    code: int
    reason: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def accepted(self) -> bool:
        return self.code < 300


def read(status: int, content: bytes) -> Answer:
    """The answer that an HTTP status and body are."""
    try:
        body = json.loads(content)
    except ValueError:
        # Requests that it cannot make sense of are answered in plain text.
        return Answer(status, "", content.decode("utf-8", "backslashreplace"))
    if body.get("kind") != "Status" or body.get("status") != "Failure":
        return Answer(status, body=body)
    causes = (body.get("details") or {}).get("causes") or ()
    fields = tuple(cause["field"] for cause in causes if cause.get("field"))
    return Answer(status, body.get("reason", ""), body.get("message", ""), fields, body)
