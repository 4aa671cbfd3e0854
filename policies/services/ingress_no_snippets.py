"""No Ingress carries pieces of its controller's configuration.

A snippet is pasted into the configuration of the controller, which serves every namespace and may
read the Secrets of all of them. Who may write an Ingress can thereby run code there and read every
certificate and token of the cluster (CVE-2021-25742). That is why ingress-nginx refuses snippets
unless its administrator allows them, and then the Ingress is rejected, or the snippet ignored, on
the next cluster.

Looks at annotations by the part after the last `/`, because the prefix of ingress-nginx can be
changed: whatever ends in `-snippet` (`configuration-snippet`, `server-snippet`, `auth-snippet` …)
or `-snippets` (NGINX Inc.'s `location-snippets`), and `config-backend` of haproxy-ingress. Also
found is a ConfigMap that allows them: `allow-snippet-annotations: "true"` of ingress-nginx.
Snippets in other keys of such a ConfigMap are its administrator's own and not judged.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/
"""

from collections.abc import Iterator

from tools.kubernetes.ingress import is_ingress
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

ENDINGS = ("-snippet", "-snippets")
HAPROXY = ("config-backend", "config-backend-early", "config-backend-late")
ALLOWING = "allow-snippet-annotations"


@rule(
    judges=Judges.OBJECT,
    kinds=["Ingress", "ConfigMap"],
    severity=Severity.ERROR,
    remedy="Use the controller's annotation for that purpose, or solve it in the program.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    if resource.kind == "ConfigMap" and resource.get("data", ALLOWING) == "true":
        message = "whoever may write an Ingress may put configuration into the controller"
        yield Problem(("data", ALLOWING), message, remedy='Write "false".')
    for key in resource.annotations if is_ingress(resource) else ():
        name = str(key).rpartition("/")[2]
        if name.endswith(ENDINGS) or name in HAPROXY:
            message = f"{key} puts configuration into the controller of all Ingresses"
            yield Problem(("metadata", "annotations", key), message)
