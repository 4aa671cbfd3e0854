"""What `$(NAME)` becomes, and which variables the kubelet sets for Services."""

import pytest

from tools.kubernetes.variables import expanded, looks_like_link, names_in

VALUES = {"HOST": "db", "PORT": "5432", "EMPTY": "", "NESTED": "$(HOST)"}


@pytest.mark.parametrize(
    ("text", "expected", "names"),
    [
        ("$(HOST)", "db", ["HOST"]),
        ("tcp://$(HOST):$(PORT)/", "tcp://db:5432/", ["HOST", "PORT"]),
        ("$(HOST)$(HOST)", "dbdb", ["HOST", "HOST"]),
        ("<$(EMPTY)>", "<>", ["EMPTY"]),
        ("$(UNKNOWN)", "$(UNKNOWN)", ["UNKNOWN"]),
        # What comes in is not looked at again.
        ("$(NESTED)", "$(HOST)", ["NESTED"]),
        ("$$(HOST)", "$(HOST)", []),
        ("$$$(HOST)", "$db", ["HOST"]),
        ("5$ or 10$$", "5$ or 10$", []),
        ("$HOST ${HOST}", "$HOST ${HOST}", []),
        ("$(HOST", "$(HOST", []),
        ("$(HOST$(PORT)", "$(HOST$(PORT)", ["HOST$(PORT"]),
        ("$()", "$()", []),
    ],
)
def test_expansion(text: str, expected: str, names: list[str]) -> None:
    assert expanded(text, VALUES) == expected
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("WEB_SERVICE_HOST", True),
        ("WEB_SERVICE_PORT", True),
        ("WEB_SERVICE_PORT_HTTP", True),
        ("WEB_PORT_80_TCP_ADDR", True),
        ("WEB_PORT", False),
        ("SERVICE_HOST", False),
        ("WEB_HOST", False),
    ],
)
def test_variables_of_services(name: str, expected: bool) -> None:
    assert looks_like_link(name) is expected
