"""An Ingress serves its hosts with TLS.

Without TLS everybody on the way reads and changes what goes over the wire: session cookies,
passwords, the scripts of the page. A controller without a certificate does not refuse: it answers
over plain HTTP.

Found is an Ingress without any entry in `spec.tls`. Controllers of clouds and some others take
certificates from annotations instead (`alb.ingress.kubernetes.io/certificate-arn`,
`networking.gke.io/managed-certificates`, `traefik.ingress.kubernetes.io/router.tls` …): these
count, and so does `ssl-passthrough`, where the pod itself answers with TLS. Hosts that do
without, on a developer's machine for instance, are listed in the option `withoutTls` as globs; a
rule for all hosts is `*`. If some hosts have TLS and others do not, that is
`ingress-host-covered`'s to say. That a certificate exists, and a load balancer that ends TLS in
front of the controller, cannot be seen.

https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.kubernetes.ingress import hosts_of, is_ingress, tls_by_annotation
from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    without_tls: tuple[str, ...] = ()
    """Globs of hosts that need no TLS: `*.local`."""


@rule(
    judges=Judges.OBJECT,
    kinds=["Ingress"],
    severity=Severity.ERROR,
    remedy="Add `tls: [{hosts: [HOST], secretName: NAME}]` to the spec, with the Secret that holds"
    " the certificate.",
    options=Options,
)
def check(ingress: Resource, target: Target, options: Options) -> Iterator[Problem]:
    if not is_ingress(ingress) or ingress.get("spec", "tls") or tls_by_annotation(ingress):
        return
    hosts = [host for _, host in hosts_of(ingress)] or [""]
    open_hosts = [
        host
        for host in dict.fromkeys(hosts)
        if not any(fnmatchcase(host or "*", glob) for glob in options.without_tls)
    ]
    if open_hosts:
        words = ", ".join(repr(host) if host else "all hosts" for host in open_hosts)
        yield Problem(("spec", "tls"), f"the Ingress serves {words} without TLS")
