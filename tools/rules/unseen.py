"""What may restrict or open traffic without being seen in a target."""

from tools.rules.target import Target


def unseen_policies(target: Target, namespace: str) -> str:
    """Why nobody can say what is restricted in a namespace, "" if the policies are all there is."""
    if target.is_part:
        return "the policies of what this component is added to are not known"
    for resource in target.traffic.other_policies:
        if resource.namespace in ("", namespace):
            return f"{resource.ref}, for the network plugin, may restrict or open more"
    return ""
