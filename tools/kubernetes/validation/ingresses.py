"""Ingress and IngressClass.

Follows ValidateIngressCreate and ValidateIngressClass of pkg/apis/networking/validation.
https://kubernetes.io/docs/concepts/services-networking/ingress/
"""

import re

from tools.kubernetes.validation.addresses import parse_address
from tools.kubernetes.validation.field import KEEP_ONE, Field, Refusals
from tools.kubernetes.validation.formats import (
    absolute_path,
    dns_label,
    dns_subdomain,
    enumeration,
    path_segment_name,
    port_name,
    port_number,
    wildcard_subdomain,
)
from tools.kubernetes.validation.metadata import object_meta
from tools.kubernetes.validation.services import service_name

_CLASS = "kubernetes.io/ingress.class"
_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_NOT_IN_PATH = ("//", "/./", "/../", "%2f", "%2F")
_NOT_AT_END = ("/..", "/.")
_SCOPES = ("Cluster", "Namespace")
_CONTROLLER_LENGTH = 250
_CONTROLLER_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")


def ingress(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
    spec = obj["spec"]
    if spec["rules"].is_empty and not spec["defaultBackend"].is_set:
        yield spec.refused("an Ingress has rules or a defaultBackend, this one has neither")
    if spec["defaultBackend"].is_set:
        yield from _backend(spec["defaultBackend"])
    for rule in spec["rules"].items():
        yield from _rule(rule)
    for tls in spec["tls"].items():
        yield from _tls(tls)
    name = spec["ingressClassName"]
    if name.is_set:
        yield from dns_subdomain(name)
        yield from _class_annotation(obj.at("metadata", "annotations")[_CLASS], name)


def ingress_class(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=False)
    yield from _controller(obj.at("spec", "controller"))
    parameters = obj.at("spec", "parameters")
    if parameters.is_set:
        yield from _reference(parameters)
        yield from _scope(parameters)


def _class_annotation(annotation: Field, name: Field) -> Refusals:
    if annotation.is_set and annotation.text != name.text:
        sentence = f"{annotation} is {annotation.text!r}, ingressClassName is {name.text!r}"
        refusal = annotation.refused(sentence, "Delete the annotation.")
        # The server leaves out that annotations are metadata.
        yield refusal._replace(path=("annotations", _CLASS), place=annotation.path)


def _rule(rule: Field) -> Refusals:
    host = rule["host"]
    if host.text:
        if parse_address(host.text):
            yield host.must("be a name, not an address")
        yield from _host(host)
    http = rule["http"]
    if http.is_set and http["paths"].is_empty:
        yield http["paths"].required("a rule for HTTP has at least one")
    for path in http["paths"].items():
        yield from _path(path)


def _host(host: Field) -> Refusals:
    return wildcard_subdomain(host) if "*" in host.text else dns_subdomain(host)


def _path(field: Field) -> Refusals:
    kind, path = field["pathType"], field["path"]
    if not kind.is_set:
        yield kind.required("a path says how it is matched")
        return
    yield from enumeration(kind, _PATH_TYPES)
    if kind.text in ("Exact", "Prefix"):
        yield from absolute_path(path)
        for text in _NOT_IN_PATH:
            if text in path.text:
                yield path.must(f"not contain {text!r}")
        for text in _NOT_AT_END:
            if path.text.endswith(text):
                yield path.must(f"not end with {text!r}")
    elif kind.text == "ImplementationSpecific" and path.text:
        yield from absolute_path(path)
    yield from _backend(field["backend"])


def _backend(field: Field) -> Refusals:
    service, resource = field["service"], field["resource"]
    if resource.is_set and service.is_set:
        sentence = f"{field} has a service and a resource, one is allowed"
        yield resource.refused(sentence, KEEP_ONE).contradicting(service).named(field)
    elif resource.is_set:
        yield from _reference(resource)
    elif service.is_set:
        yield from _service(field, service)
    else:
        yield field.refused(f"{field} has neither a service nor a resource")


def _service(backend: Field, service: Field) -> Refusals:
    if service["name"].text:
        yield from service_name(service["name"])
    else:
        yield service["name"].required("it says where requests go")
    port = service["port"]
    if port["name"].text and port["number"].number:
        sentence = f"{port} has a name and a number, one is allowed"
        refusal = port["number"].refused(sentence, KEEP_ONE)
        yield refusal.contradicting(port["name"]).named(backend)
    elif port["name"].text:
        yield from port_name(port["name"])
    elif port["number"].number:
        yield from port_number(port["number"])
    else:
        yield port.required("a backend has the name or the number of a port").named(backend)


def _tls(field: Field) -> Refusals:
    for host in field["hosts"].items():
        yield from _host(host)
    if field["secretName"].text:
        yield from dns_subdomain(field["secretName"])


def _reference(field: Field) -> Refusals:
    if field["apiGroup"].is_set:
        yield from dns_subdomain(field["apiGroup"])
    for name in ("kind", "name"):
        if field[name].text:
            yield from path_segment_name(field[name])
        else:
            yield field[name].required(f"{field} names an object")


def _scope(field: Field) -> Refusals:
    scope, namespace = field["scope"], field["namespace"]
    if scope.is_set:
        yield from enumeration(scope, _SCOPES)
    if scope.text == "Namespace":
        if namespace.is_set:
            yield from dns_label(namespace)
        else:
            yield namespace.required("`scope: Namespace` needs it")
    elif namespace.is_set and (not scope.is_set or scope.text == "Cluster"):
        yield namespace.forbidden("with `scope: Cluster`, which is the default")


def _controller(field: Field) -> Refusals:
    """A domain, `/` and a path."""
    text = field.text
    domain, _, path = text.partition("/")
    if not text:
        yield field.required("it says who is in charge of Ingresses of this class")
        return
    if len(text.encode()) > _CONTROLLER_LENGTH:
        yield field.too_long(_CONTROLLER_LENGTH, "bytes")
    if not domain or not path:
        yield field.must("be a domain, '/' and a path, as in 'example.com/controller'")
        return
    for refusal in dns_subdomain(field.with_value(domain)):
        yield field.must("begin with a domain, as in 'example.com/controller'", refusal.remedy)
    if not _CONTROLLER_PATH.fullmatch(path):
        yield field.must("have after the domain what a URL may have")
