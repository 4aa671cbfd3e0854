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
        "  linkStyle 2 stroke:#c8420a",
        "  linkStyle 3 stroke:#c8420a",
    ]


def test_the_picture_is_whole_xml_that_names_everybody(shop: Path) -> None:
    root = ElementTree.fromstring(traffic(shop, "--format", "svg").out)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    for expected in ("Traffic of shop", "shop", "internet", "web", "api", "TCP 8080"):
        assert expected in texts
    assert "+ UDP syslog" in texts, "what is not as it should be can be told without its colour"
    assert "- TCP 9091" in texts


def test_the_picture_says_in_words_what_it_draws(shop: Path) -> None:
    root = ElementTree.fromstring(traffic(shop, "--format", "svg").out)
    described = root.find("{http://www.w3.org/2000/svg}desc")
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title summary")
    assert described is not None
    assert described.text == (
        "internet to web: TCP 8080 (declared and open) | NodePort 30080 | web. "
        "web to api: TCP 9090 (declared and open) | web | api. "
        "web to api: TCP 9091 (declared, shut). "
        "api to pods of namespace logs: UDP syslog (open, not declared) | api."
    )


def four(tmp_path: Path, *documents: str) -> Path:
    """Four workloads of one namespace, of which the last one is labelled otherwise."""
    deployments = [
        f"""
{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}, namespace: shop}},
 spec: {{template: {{metadata: {{labels: {{app: {name}, tier: {tier}}}}},
                   spec: {{containers: [{{name: main}}]}}}}}}}}"""
        for name, tier in (("a", "work"), ("b", "work"), ("c", "work"), ("hub", "hub"))
    ]
    return plant(tmp_path, "--- all.yaml\n" + "\n---\n".join([*deployments, *documents]))


def closed(selector: str, rules: str) -> str:
    return f"""
{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}},
 spec: {{podSelector: {selector}, policyTypes: [Ingress, Egress], {rules}}}}}"""


def test_workloads_whose_traffic_is_alike_are_told_once(tmp_path: Path) -> None:
    folder = four(tmp_path)
    assert run("traffic", "all.yaml", "--format", "mermaid", cwd=folder).out.splitlines() == [
        "flowchart LR",
        '  subgraph ns_shop["shop"]',
        '    n1["<b>a<br/>b<br/>c<br/>hub</b><br/>4 Deployments<br/>↻ each other: every port"]',
        "  end",
        '  n0(["pods of other namespaces and any address"])',
        '  n2(["pods of other namespaces and any address"])',
        '  n0 -->|"every port"| n1',
        '  n1 -->|"every port"| n2',
    ]
    table = run("traffic", "all.yaml", cwd=folder).out.splitlines()
    assert "  • a and 3 more" in table[6]
    assert table[-3:] == ["  a and 3 more: a, b, c, hub", "", "  • 24 open"]


def test_what_a_whole_namespace_does_stands_in_one_box_or_at_its_frame(tmp_path: Path) -> None:
    """The hub is open to all; a may not be called, so that it is not like b and c."""
    folder = four(
        tmp_path,
        closed("{matchLabels: {tier: hub}}", "ingress: [{ports: [{port: 80}]}]"),
        closed("{matchLabels: {app: a}}", "egress: [{ports: [{port: 80}, {port: 81}]}]"),
        closed("{matchLabels: {app: b}}", "egress: [{ports: [{port: 80}, {port: 82}]}]"),
        closed("{matchLabels: {app: c}}", "egress: [{ports: [{port: 80}, {port: 83}]}]"),
    )
    drawn = run("traffic", "all.yaml", "--format", "mermaid", cwd=folder).out
    assert '["<b>hub</b><br/>Deployment<br/>← all others here: TCP 80"]' in drawn
    texts = [
        element.text
        for element in ElementTree.fromstring(
            run("traffic", "all.yaml", "--format", "svg", cwd=folder).out
        ).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert "← all others here: TCP 80" in texts


def test_what_all_of_a_namespace_share_hangs_at_its_frame(shop: Path) -> None:
    """Two workloads are no group yet; they have the same way out."""
    everybody = closed("{}", "egress: [{to: [{ipBlock: {cidr: 8.8.8.8/32}}], ports: [{port: 53}]}]")
    plant(shop, f"--- shop/network.yaml\n{everybody}\n")
    (shop / "policies.yaml").unlink()
    drawn = traffic(shop, "--format", "mermaid").out.splitlines()
    assert drawn[-2:] == ['  n2(["8.8.8.8/32"])', '  ns_shop -->|"TCP 53"| n2']


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("cidr: 20.0.0.0/9", "part of internet: 20.0.0.0/9"),
        ("cidr: 20.0.0.0/8, except: [20.1.1.0/24]", "part of internet (IPv4)"),
        ("cidr: '2400::/12', except: ['2400:1::/32']", "part of internet (IPv6)"),
    ],
)
def test_a_part_of_who_is_declared_is_called_that(shop: Path, block: str, words: str) -> None:
    everybody = closed(
        "{}", f"egress: [{{to: [{{ipBlock: {{{block}}}}}], ports: [{{port: 443}}]}}]"
    )
    plant(shop, f"--- shop/network.yaml\n{everybody}\n")
    declared = "facts: {flows: [{source: web, destination: internet, port: 443}]}\n"
    plant(shop, f"--- policies.yaml\n{declared}")
    flows = json.loads(traffic(shop, "--format", "json").out)["flows"]
    assert {f["destination"]["name"] for f in flows if f["state"] == "declared"} == {words}


def test_workloads_that_nothing_reaches_are_named(tmp_path: Path) -> None:
    folder = four(tmp_path, closed("{}", "ingress: []"))
    ran = run("traffic", "all.yaml", cwd=folder)
    assert ran.out.splitlines()[2:] == ["  nothing to or from: a, b, c, hub", "", "  nothing flows"]
    silent = json.loads(run("traffic", "all.yaml", "--format", "json", cwd=folder).out)["silent"]
    assert [party["name"] for party in silent] == ["a", "b", "c", "hub"]
    drawn = run("traffic", "all.yaml", "--format", "mermaid", cwd=folder).out
    assert "<b>a<br/>b<br/>c<br/>hub</b><br/>4 Deployments" in drawn


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
