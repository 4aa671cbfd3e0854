"""`python -m tools.traffic`: what passes, in every format, and what the command refuses."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command import ROOT, Ran, run
from tests.miniature import plant

SHOP = """
--- policies.yaml
facts:
  flows:
    - {source: internet, destination: web, port: 8080}
    - {source: web, destination: api, port: 9090}
    - {source: web, destination: api, port: 9091}
--- shop/kustomization.yaml
namespace: shop
resources: [web.yaml, api.yaml, network.yaml]
--- shop/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
--- shop/api.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: api, ports: [{containerPort: 9090}]}]}
--- shop/network.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - ipBlock:
            cidr: 0.0.0.0/0
            except:
              [10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
      ports: [{port: 8080}]
  egress:
    - to: [{podSelector: {matchLabels: {app: api}}}]
      ports: [{port: 9090}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
  egress:
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: logs}}}]
      ports: [{port: syslog, protocol: UDP}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return plant(tmp_path, SHOP)


def traffic(folder: Path, *arguments: str) -> Ran:
    return run("traffic", "shop", *arguments, cwd=folder)


def test_the_table_shows_ends_ports_and_the_lines_that_open_them(shop: Path) -> None:
    ran = traffic(shop)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "shop",
        "",
        "  from the outside",
        "  ✓ internet  →  web                     TCP 8080"
        "    by NodePort 30080; ingress web shop/network.yaml:9",
        "",
        "  between workloads",
        "  ✓ web       →  api                     TCP 9090"
        "    egress web shop/network.yaml:15; ingress api shop/network.yaml:25",
        "  - web       →  api                     TCP 9091",
        "",
        "  to the outside",
        "  + api       →  pods of namespace logs  UDP syslog  egress api shop/network.yaml:27",
        "",
        "  ✓ 2 declared and open   + 1 open, and declared nowhere   - 1 declared, and shut",
    ]


def test_json_has_the_same_as_data(shop: Path) -> None:
    ran = traffic(shop, "--format", "json")
    found = json.loads(ran.out)
    assert (found["version"], found["target"]) == (1, "shop")
    assert [
        (f["source"]["name"], f["destination"]["name"], f["state"]) for f in found["flows"]
    ] == [
        ("internet", "web", "declared"),
        ("web", "api", "declared"),
        ("web", "api", "missing"),
        ("api", "pods of namespace logs", "extra"),
    ]
    assert found["flows"][0] == {
        "source": {"kind": None, "namespace": None, "name": "internet"},
        "destination": {"kind": "Deployment", "namespace": "shop", "name": "web"},
        "state": "declared",
        "ports": [{"protocol": "TCP", "first": 8080, "last": 8080}],
        "through": ["NodePort 30080"],
        "opened": [
            {
                "direction": "ingress",
                "policy": "web",
                "source": {"file": "shop/network.yaml", "line": 9, "column": 11},
            }
        ],
    }
    assert found["flows"][3]["ports"] == [{"protocol": "UDP", "name": "syslog"}]


def test_mermaid_has_a_box_for_the_namespace_and_an_arrow_for_each_row(shop: Path) -> None:
    assert traffic(shop, "--format", "mermaid").out.splitlines() == [
        "flowchart LR",
        '  subgraph ns_shop["shop"]',
        '    n1["<b>web</b><br/>Deployment"]',
        '    n2["<b>api</b><br/>Deployment"]',
        "  end",
        '  n0(["internet"])',
        '  n3(["pods of namespace logs"])',
        '  n0 -->|"TCP 8080"| n1',
        '  n1 -->|"TCP 9090"| n2',
        '  n1 -.->|"TCP 9091<br/>shut"| n2',
        '  n2 ==>|"UDP syslog<br/>not declared"| n3',
        "  linkStyle 2 stroke:#c62828",
        "  linkStyle 3 stroke:#c62828",
    ]


def test_the_picture_is_whole_xml_that_names_everybody(shop: Path) -> None:
    root = ElementTree.fromstring(traffic(shop, "--format", "svg").out)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    for expected in ("Traffic of shop", "shop", "internet", "web", "api", "TCP 8080", "UDP syslog"):
        assert expected in texts


def test_without_declared_flows_everything_open_is_simply_listed(shop: Path) -> None:
    (shop / "policies.yaml").unlink()
    ran = traffic(shop)
    assert "  • web       →  api                     TCP 9090" in ran.out
    assert ran.out.splitlines()[-1] == "  • 3 open"


def test_plain_files_and_a_picture_of_nothing(tmp_path: Path) -> None:
    plant(tmp_path, "--- one.yaml\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
    table = run("traffic", "one.yaml", cwd=tmp_path)
    assert (table.code, table.out.splitlines()[-1]) == (0, "  nothing flows: there are no pods")
    drawn = run("traffic", "one.yaml", "--format", "svg", cwd=tmp_path)
    assert (drawn.code, drawn.out[:4]) == (0, "<svg")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere"], 2, "there is no nowhere"),
        (["shop", "--config", "nowhere.yaml"], 2, "there is no nowhere.yaml"),
        (["broken"], 3, "Kustomize fails"),
        (["odd.yaml"], 3, "odd.yaml"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(
    shop: Path, arguments: list[str], code: int, words: str
) -> None:
    plant(
        shop,
        """
        --- broken/kustomization.yaml
        resources: [a.yaml]
        patches: [{patch: "[{op: replace, path: /x, value: 1}]", target: {kind: ConfigMap}}]
        --- broken/a.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
        --- odd.yaml
        kind: ConfigMap
        """,
    )
    ran = run("traffic", *arguments, cwd=shop)
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert words in ran.err


def test_names_cannot_draw_or_print_anything_else(tmp_path: Path) -> None:
    name = '"a\\e[31m<script>&|b"'
    plant(
        tmp_path,
        f"--- one.yaml\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}},"
        " spec: {containers: []}}\n",
    )
    for format_name in ("text", "mermaid", "json", "svg"):
        ran = run("traffic", "one.yaml", "--format", format_name, cwd=tmp_path)
        assert (ran.code, "\x1b" in ran.out) == (0, False)
    assert "<script>" not in ran.out
    ElementTree.fromstring(ran.out)


def test_this_repository_lets_pass_what_it_declares_and_nothing_else() -> None:
    for overlay in ("overlays/minikube", "overlays/prod"):
        flows = json.loads(run("traffic", overlay, "--format", "json", cwd=ROOT).out)["flows"]
        assert {flow["state"] for flow in flows} == {"declared"}
