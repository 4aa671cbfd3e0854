"""Credentials that are known by their form: tokens of their issuers, keys, passwords in URLs."""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Form(NamedTuple):
    """A credential in a text: what it is, with its length, and the length alone."""

    what: str
    length: int


def form_of(value: str) -> Form | None:
    """The first credential of a known form in a text, None if there is none."""
    if len(value) >= _SHORTEST:
        for what, hint, pattern in _FORMS:
            if hint in value and (found := re.search(pattern, value)):
                return Form(f"{what} of {len(found[0])} characters", len(found[0]))
        if _PEM in value:
            return Form("a private key", len(value.strip())) if re.search(_KEY, value) else None
    for password in _passwords(value):
        if len(password) >= _SHORTEST_PASSWORD and not stands_for_another(password):
            return Form(f"a password of {len(password)} characters", len(password))
    return None


def _passwords(value: str) -> Iterator[str]:
    """What stands for a password in URLs (`scheme://user:password@host`) and connection strings."""
    if "://" in value and "@" in value:
        for found in re.finditer(_USER_INFO, value):
            yield found["password"]
    folded = value.casefold() if "=" in value else ""
    if any(word in folded for word in _IN_PAIRS) and re.search(_PAIRS, value):
        for found in re.finditer(_PAIR, value, re.IGNORECASE):
            yield found["value"]


def stands_for_another(text: str) -> bool:
    """Whether a text is, or holds, a variable, a template, encrypted text or something left out."""
    return re.search(_VARIABLE, text, re.IGNORECASE) is not None


_SHORTEST = 20
"""Characters of the shortest token of a known form."""
_SHORTEST_PASSWORD = 3
_VARIABLE = (
    r"^\$|\$[({A-Za-z_]|\{\{|\}\}|<[^<>]+>|%[A-Za-z_]\w*%|^__\w+__$|^@\w+@$|^[*x.]+$|ENC\[|\.\.\."
)
"""A variable, a template, encrypted text, something left out."""
_USER_INFO = (
    r"\b[A-Za-z][\w+.-]{0,30}://[^\s:/?#@\"'<>]{0,256}"
    r":(?P<password>[^\s/?#@\"'<>]{1,256})@[\w.\[${(-]"
)
_PAIRS = r"\b\w[\w ]{0,30}=[^;\s&]{1,256}(?:;|\s\w{1,30}=)"
_IN_PAIRS = ("password=", "pwd=", "accountkey=")
_PAIR = r"(?:^|[;\s?&])(?:password|pwd|accountkey)=(?P<value>[^;\s&\"']+)"
_PEM = "-----BEGIN"
_KEY = r"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_FORMS = (
    ("an AWS access key ID", "IA", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("a GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    ("a GitHub token", "github_pat_", r"\bgithub_pat_\w{60,90}\b"),
    ("a GitLab token", "gl", r"\bgl(?:pat|dt|ptt|rt)-[\w-]{20,}"),
    ("a Slack token", "xox", r"\bxox[abeprs]-[A-Za-z0-9-]{20,}"),
    ("a Slack webhook", "slack", r"//hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/+]{30,}"),
    ("a Stripe key", "k_", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}"),
    ("an OpenAI key", "sk-", r"\bsk-(?:[\w-]{20,}T3BlbkFJ[\w-]{20,}|[A-Za-z0-9]{48}\b)"),
    ("an Anthropic key", "sk-ant-", r"\bsk-ant-[a-z0-9]+-[\w-]{80,}"),
    ("a Google API key", "AIza", r"\bAIza[\w-]{35}(?![\w-])"),
    ("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a PyPI token", "pypi-", r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}"),
    ("a SendGrid key", "SG.", r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    ("a Hugging Face token", "hf_", r"\bhf_[A-Za-z]{34}\b"),
    ("a DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("a Vault token", "hvs.", r"\bhvs\.[\w-]{24,}"),
    ("an age key", "AGE-", r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b"),
    ("a JSON Web Token", "ey", r"\bey[\w-]{15,}\.ey[\w-]{15,}\.[\w-]{10,}"),
)
"""Tokens that their issuer made recognisable: what, text that each of them has, and its form."""
