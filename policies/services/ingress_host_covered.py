"""Every host of an Ingress with TLS is covered by one of its TLS entries.

A host that was added to the rules and forgotten in `spec.tls` is served with the controller's
self-signed certificate, or over plain HTTP: browsers warn, and clients refuse. It also happens
when a patch or replacement changes one of the two places only.

Each `host` of `spec.rules` must stand in the `hosts` of an entry of `spec.tls`; a wildcard covers
exactly one label, as it does in certificates. An entry without `hosts` is for all of them. Rules
without a host cannot be covered and are skipped, as is an Ingress whose TLS comes from an
annotation or that has none (`ingress-tls-set`). Hosts that do without are listed in the option
`withoutTls` as globs. For which hosts the certificate was issued cannot be seen here.

https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.kubernetes.ingress import covers, hosts_of, is_ingress, tls_by_annotation
from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

TLS = ("spec", "tls")


class Options(RuleOptions):
    without_tls: tuple[str, ...] = ()
    """Globs of hosts that need no TLS: `*.local`."""


@rule(
    judges=Judges.OBJECT,
    kinds=["Ingress"],
    severity=Severity.ERROR,
    remedy="Add the host to the `hosts` of the TLS entry whose certificate is for it.",
    options=Options,
)
def check(ingress: Resource, target: Target, options: Options) -> Iterator[Problem]:
    if not is_ingress(ingress) or not ingress.items(*TLS) or tls_by_annotation(ingress):
        return
    for path, host in hosts_of(ingress):
        exempt = any(fnmatchcase(host, glob) for glob in options.without_tls)
        if host and not exempt and not covers(ingress, host):
            message = f"no entry of spec.tls is for the host {host!r}"
            yield Problem(path, message, related=((ingress, TLS, "the TLS entries"),))
