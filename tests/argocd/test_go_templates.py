"""What Go templates of ApplicationSets make of parameters, by example."""

from typing import Any

import pytest

from tools.argocd.templates import Unrenderable, fill


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .a }}", "x"),
        ("{{.a}}-{{ .b.c }}", "x-7"),
        ("{{ .a | upper | quote }}", '"X"'),
        ('{{ default "none" .missing }}', "none"),
        ('{{ if eq .a "x" }}yes{{ else }}no{{ end }}', "yes"),
        ('{{ if eq .a "y" }}one{{ else if .b }}two{{ else }}three{{ end }}', "two"),
        ("a  {{- .a -}}  b", "axb"),
        ("{{ with .b }}{{ .c }}{{ end }}", "7"),
        ("{{/* a comment */}}x", "x"),
        ('{{ replace "x" "z" .a }}', "z"),
        ('{{ (index .list 1) | trimPrefix "s" }}', "econd"),
        ("{{ .missing }}", "<no value>"),
        ("{{ .b }}", "map[c:7]"),
        ("{{ $x := .a }}{{ $x }}-{{ $.a }}", "x-x"),
        ("{{ range .list }}{{ . }},{{ end }}", "first,second,"),
        ("{{ range $i, $e := .list }}{{ $i }}={{ $e }} {{ end }}", "0=first 1=second "),
        ("{{ range $key, $value := .b }}{{ $key }}:{{ $value }}{{ end }}", "c:7"),
        ("{{ range .none }}x{{ else }}nothing{{ end }}", "nothing"),
        ('{{ range .list }}{{ if eq . "second" }}{{ break }}{{ end }}{{ . }}{{ end }}', "first"),
        ("{{ with $x := .b.c }}{{ $x }}{{ end }}", "7"),
        ('{{ ternary "yes" "no" (has "first" .list) }}', "yes"),
        ('{{ regexReplaceAll "^(.)(.*)" "shop" "${2}$1" }}', "hops"),
        ('{{ dict "k" .list | toYaml }}', "k:\n- first\n- second"),
        ('{{ (fromYaml "a: [1, 2]").a | join "," }}', "1,2"),
        ('{{ printf "%s-%03d" .a (len .list) }}', "x-002"),
        ('{{ slugify 8 true "Shop of Todo!" }}', "shop-of"),
        ("{{ 1000000 }} {{ .million }}", "1000000 1e+06"),
        ("no action", "no action"),
    ],
)
def test_go_templates(template: str, text: str) -> None:
    parameters: dict[str, Any] = {
        "a": "x",
        "b": {"c": 7},
        "list": ["first", "second"],
        "million": 10**6,
    }
    assert fill(template, parameters, go=True) == text


@pytest.mark.parametrize(
    "template",
    ["{{ range .a }}{{ end }}", "{{ $y }}", "{{ required .a }}", "{{ .a", "{{ if .a }}x",
     "{{ end }}", "{{ .a.b.c }}", "{{ upper }}", "{{ now }}", "{{ .a ? }}", "{{ index .a 0 }}",
     "{{ " + "(" * 2000 + ".a" + ")" * 2000 + " }}"],
)  # fmt: skip
def test_what_is_not_rendered_is_not_guessed(template: str) -> None:
    with pytest.raises(Unrenderable):
        fill(template, {"a": "x", "b": {"c": 7}}, go=True)


def test_a_missing_key_is_an_error_where_that_is_asked_for() -> None:
    with pytest.raises(Unrenderable):
        fill("{{ .missing }}", {}, go=True, options=["missingkey=error"])
