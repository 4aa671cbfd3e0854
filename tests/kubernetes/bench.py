"""`make bench-validation`: what schema-valid and server-accepts cost, in CPU time.

The best of several repetitions, for the machine may have others to serve. The first table is about
one object of each kind, once everything is loaded; the second about what a process loads for the
kinds that an overlay usually has.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tests.cluster.sites import correct_objects
from tests.cluster.verdicts import ours

OBJECT, LOADING = 1.0, 30.0
"""The goals in milliseconds."""
USUAL = (
    *("ConfigMap", "CronJob", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job"),
    *("LimitRange", "Namespace", "NetworkPolicy", "PersistentVolumeClaim", "PodDisruptionBudget"),
    *("ResourceQuota", "Role", "RoleBinding", "Secret", "Service", "ServiceAccount", "StatefulSet"),
)
_REPETITIONS, _PROCESSES = 15, 5
_IMPORTS = """
import json, sys, time
from tools.kubernetes.resource import Resource
import tools.rules.gate
objects = json.load(sys.stdin)
begin = time.process_time()
import jsonschema_rs
library = time.process_time()
from policies.objects import schema_valid, server_accepts
from tools.kubernetes.schema import Schemas
from tools.kubernetes.validation.kinds import refusals
schemas = Schemas(["1.36"])
for data in objects:
    resource = Resource(data)
    schemas.violations(resource)
    refusals(resource.ref.api_version, resource.kind, data, ["1.36"])
end = time.process_time()
print(library - begin, end - library, "cel_expr_python" in sys.modules)
"""


def of_each_kind() -> Mapping[str, float]:
    """Milliseconds for the slowest of the correct objects of each kind."""
    return {
        kind: max(1000 * _best(partial(ours, data)) for data in objects)
        for kind, objects in correct_objects().items()
    }


def _best(call: Callable[[], Any]) -> float:
    call()
    found = []
    for _ in range(_REPETITIONS):
        begin = time.process_time()
        call()
        found.append(time.process_time() - begin)
    return min(found)


def loading() -> tuple[float, float, bool]:
    """Milliseconds for the JSON Schema library, for ours, and whether CEL was imported."""
    import json

    some = json.dumps([correct_objects()[kind][0] for kind in USUAL])
    found = []
    for _ in range(_PROCESSES):
        command = [sys.executable, "-c", _IMPORTS]
        done = subprocess.run(command, input=some, capture_output=True, text=True, check=True)
        library, own, cel = done.stdout.split()
        found.append((1000 * float(library), 1000 * float(own), cel == "True"))
    return min(found, key=lambda one: one[0] + one[1])


def main() -> int:
    kinds = of_each_kind()
    for kind, milliseconds in sorted(kinds.items(), key=lambda pair: -pair[1]):
        print(f"{kind:34} {milliseconds:7.3f} ms")
    library, own, cel = loading()
    print(
        f"\n{len(USUAL)} kinds from nothing: {library:.1f} ms jsonschema_rs, {own:.1f} ms the rest"
    )
    print(f"CEL is {'' if cel else 'not '}imported")
    return int(max(kinds.values()) > OBJECT or library + own > LOADING or cel)


if __name__ == "__main__":
    sys.exit(main())
