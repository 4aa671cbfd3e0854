"""The programs of a target that may create or read Secrets without a pod naming them.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from tools.kubernetes.access import Access, PolicyRule, opened, verbs_of, words_of
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.references import References, same_namespace
from tools.kubernetes.resource import Resource


def creator_of(reference: Reference, references: References, access: Access) -> str | None:
    """What may create a Secret that no manifest delivers, as the end of a sentence, or None.

    A custom object, or a text such as an argument, that holds its name, or a program of the
    namespace whose role lets it create Secrets.
    """
    for other in references.to("Secret", reference.name, reference.namespace):
        if other.via is Via.CUSTOM:
            return f"{other.resource.ref.slug} names it and may create it"
    wanted = Resource({"metadata": {"name": reference.name}}, -1)
    if references.mentioned(wanted):
        return "another object mentions it and may create it"
    role = role_for(access, reference.namespace, ("create",))
    return f"{role.ref.slug} lets a pod of the target create Secrets" if role else None


def role_for(
    access: Access, namespace: str, verbs: tuple[str, ...], name: str = ""
) -> Resource | None:
    """A role that lets a pod of the target do one of the verbs with a Secret of a namespace.

    `name` is that of the Secret, "" for one that does not exist yet.
    """
    for grant in access.grants:
        if any(_allows(entry, verbs, name) for entry in grant.rules):
            for holder in grant.holders:
                near = holder.namespace is None or same_namespace(holder.namespace, namespace)
                if near and holder.subject and access.workloads(holder.subject):
                    return grant.role
    return None


def _allows(entry: PolicyRule, verbs: tuple[str, ...], name: str) -> bool:
    names = words_of(entry, "resourceNames")
    if names and name not in names:
        return False
    return bool(verbs_of(entry, verbs)) and bool(list(opened(entry, "", "secrets")))
