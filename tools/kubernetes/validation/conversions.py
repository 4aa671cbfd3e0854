"""How a CustomResourceDefinition converts its versions.

validateCustomResourceConversion of k8s.io/apiextensions-apiserver, and
k8s.io/apiserver/pkg/util/webhook. The server's path is that of its older field
`spec.conversion.webhookClientConfig`.
"""

from urllib.parse import SplitResult, urlsplit

from tools.kubernetes.names import subdomain_objection
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_1035_objection, enumeration, port_number, unique

_KNOWN = ("v1", "v1beta1")
_HTTPS = 443


def conversion(field: Field) -> Refusals:
    if not field.is_set:
        return
    strategy, webhook = field["strategy"], field["webhook"]
    if strategy.text:
        yield from enumeration(strategy, ("None", "Webhook"))
    else:
        yield strategy.required()
    older, reviews = field["webhookClientConfig"], field["conversionReviewVersions"]
    client = webhook["clientConfig"]
    if strategy.text == "Webhook":
        for refusal in _client(client) if client.is_set else (client.required(),):
            path = (*older.path, *refusal.path[len(client.path) :])
            yield refusal._replace(path=path, place=refusal.place or refusal.path)
        for refusal in _reviews(webhook["conversionReviewVersions"]):
            path = (*reviews.path, *refusal.path[len(webhook.path) + 1 :])
            yield refusal._replace(path=path, place=refusal.place or refusal.path)
        return
    if client.is_set:
        yield client.forbidden("without `strategy: Webhook`").named(older)
    if webhook["conversionReviewVersions"].items():
        yield (
            webhook["conversionReviewVersions"]
            .forbidden("without `strategy: Webhook`")
            .named(reviews)
        )


def _client(client: Field) -> Refusals:
    url, service = client["url"], client["service"]
    if url.is_set == service.is_set:
        yield client.required("it has either a url or a service")
    elif url.is_set:
        yield from _url(url)
    else:
        for name, named in (("name", "namespace"), ("namespace", "name")):
            if not service[name].text:
                # The server takes one for the other.
                yield service[name].required().named(service[named])
        port = service["port"]
        yield from port_number(port if port.is_set else port.with_value(_HTTPS))
        yield from _path(service["path"])


def _url(url: Field) -> Refusals:
    try:
        parts: SplitResult = urlsplit(url.text)
    except ValueError:
        yield url.must("be a URL")
        return
    if parts.scheme != "https":
        yield url.must("begin with https://")
    if not parts.netloc:
        yield url.must("name a host")
    if "@" in parts.netloc:
        yield url.must("name no user")
    if parts.fragment or parts.query:
        yield url.must("have no query and no fragment")


def _path(path: Field) -> Refusals:
    if path.text in ("", "/"):
        return
    if not path.text.startswith("/"):
        yield path.must("begin with '/'")
    steps = path.text[1:].removesuffix("/").split("/")
    if any(subdomain_objection(step) for step in steps):
        yield path.must("have names of lower case letters, digits, '-' and '.' between slashes")


def _reviews(reviews: Field) -> Refusals:
    if not reviews.items():
        yield reviews.required("v1 is what every server understands")
        return
    yield from unique(reviews.items())
    for review in reviews.items():
        if objection := dns_1035_objection(review.text):
            yield review.must(f"be a version such as 'v1': {objection}")
    if not any(review.text in _KNOWN for review in reviews.items()):
        yield reviews.refused(f"{reviews} has neither v1 nor v1beta1", "Add `v1`.")
