"""Which ConfigMap somebody meant who named one that is not there.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/
"""

import re
from collections.abc import Iterable

from tools.kubernetes.reference import Reference
from tools.kubernetes.resource import Resource
from tools.kubernetes.spelling import closest

_HASH = re.compile(r"-[0-9a-z]{10}$")


def meant_config_map(reference: Reference, config_maps: Iterable[Resource]) -> Resource | None:
    """The ConfigMap of the same namespace that a reference comes nearest to, None if none is near.

    One that has the name and the hash of Kustomize comes first.
    """
    here = {one.name: one for one in config_maps if one.namespace == reference.namespace}
    plain = {_HASH.sub("", name): one for name, one in here.items()}
    if reference.name in plain:
        return plain[reference.name]
    near = closest(reference.name, (*here, *plain))
    return here.get(near or "") or plain.get(near or "")
