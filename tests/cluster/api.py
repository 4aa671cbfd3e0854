"""A client of the API server: objects go in as they are, the server's verdict comes out whole.

It keeps one connection open and is for one thread; `http.client` and no client library, because a
library would refuse or repair some of what the server must judge.
"""

import json
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.cluster.answer import Answer, read

Object = Mapping[str, Any]

_DRY = {"dryRun": "All", "fieldValidation": "Strict"}
_STRICT = {"fieldValidation": "Strict"}
_JSON = "application/json"
_PATCHES = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
}
# One answer with all groups, versions and kinds.
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
# The server closes a connection that was idle for 90 seconds.
_IDLE = 60.0
_TIMEOUT = 60.0


class NoSuchKind(Exception):
    """The server has no resource of a kind."""


class ApiServer:
    """One connection to an API server, authenticated by a token."""

    def __init__(self, url: str, token: str, authority: Path) -> None:
        """`authority` holds the certificates to trust. Nothing is sent yet."""
        context = ssl.create_default_context(cafile=authority)
        parts = urlsplit(url)
        self._connection = HTTPSConnection(
            parts.hostname or "", parts.port, context=context, timeout=_TIMEOUT
        )
        self._headers = {"Authorization": f"Bearer {token}", "Accept": _JSON}
        self._resources: dict[tuple[str, str], tuple[str, bool]] = {}
        self._used = 0.0

    def try_create(self, object_: Object, path: str | None = None) -> Answer:
        """What creating the object would give; strictly decoded, nothing is stored.

        `path` is where it goes if its own kind or namespace must not decide that.
        """
        return self.create(object_, path, _DRY)

    def create(
        self, object_: Object, path: str | None = None, options: Mapping[str, str] = _STRICT
    ) -> Answer:
        """Create the object. A namespaced one without a namespace goes to `default`."""
        return self.send("POST", path or self._collection(object_), object_, options)

    def try_update(self, object_: Object) -> Answer:
        """What replacing the stored object by this one would give; nothing is stored."""
        return self.replace(object_, _DRY)

    def replace(self, object_: Object, options: Mapping[str, str] = _STRICT) -> Answer:
        """Replace the stored object, whichever version is stored unless the object names one."""
        return self.send("PUT", self._place(object_), object_, options)

    def apply(
        self, object_: Object, manager: str = "cluster-tests", options: Mapping[str, str] = _STRICT
    ) -> Answer:
        """Server-side apply, which takes over the fields of other managers."""
        query = {"fieldManager": manager, "force": "true", **options}
        content = "application/apply-patch+yaml"
        return self.send("PATCH", self._place(object_), object_, query, content)

    def patch(
        self, path: str, patch: Any, form: str = "merge", options: Mapping[str, str] = _STRICT
    ) -> Answer:
        """Patch what is at a path; `form` is merge, strategic or json."""
        return self.send("PATCH", path, patch, options, _PATCHES[form])

    def get(self, path: str) -> Answer:
        """The object, or the list of objects, at a path."""
        return self.send("GET", path)

    def delete(self, path: str) -> Answer:
        """Delete the object at a path, at once: a pod does not wait for its kubelet."""
        return self.send("DELETE", path, options={"gracePeriodSeconds": "0"})

    def path(self, version: str, kind: str, name: str = "", *, namespace: str = "default") -> str:
        """Where an object is, or without a name the collection of its kind in the namespace.

        With an empty namespace, the collection in all namespaces. Subresources are appended:
        `/status`. Raises NoSuchKind.
        """
        resource, namespaced = self._resource(version, kind)
        parts = ["apis" if "/" in version else "api", version]
        if namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(resource)
        if name:
            parts.append(quote(name, safe=""))
        return "/" + "/".join(parts)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        options: Mapping[str, str] | None = None,
        content: str = _JSON,
    ) -> Answer:
        """One request. A body that is `bytes` goes as it is, anything else as JSON."""
        encoded = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        query = f"?{urlencode(options)}" if options else ""
        headers = self._headers if encoded is None else {**self._headers, "Content-Type": content}
        return read(*self._exchange(method, path + query, encoded, headers))

    def ready(self, path: str = "/readyz") -> bool:
        """Whether a server is there and says at this path that it is ready."""
        try:
            status, _ = self._exchange("GET", path, None, self._headers)
        except OSError:
            self._connection.close()
            return False
        return status == 200

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        self._connection.close()

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        if time.monotonic() - self._used > _IDLE:
            self._connection.close()
        try:
            self._connection.request(method, path, body, dict(headers))
            response: HTTPResponse = self._connection.getresponse()
            content = response.read()
        except BaseException:
            # Half an answer must not be taken for the next one.
            self._connection.close()
            raise
        self._used = time.monotonic()
        return response.status, content

    def _collection(self, object_: Object) -> str:
        namespace = _text(_metadata(object_).get("namespace")) or "default"
        version, kind = _text(object_.get("apiVersion")), _text(object_.get("kind"))
        return self.path(version, kind, namespace=namespace)

    def _place(self, object_: Object) -> str:
        name = _text(_metadata(object_).get("name"))
        return f"{self._collection(object_)}/{quote(name, safe='')}"

    def _resource(self, version: str, kind: str) -> tuple[str, bool]:
        """The plural that paths have, and whether it is namespaced."""
        key = (version, kind)
        if key not in self._resources:
            # Perhaps its CustomResourceDefinition has come since.
            self._resources = self._discover()
        if key not in self._resources:
            raise NoSuchKind(f"the server knows no kind {kind} in {version}")
        return self._resources[key]

    def _discover(self) -> dict[tuple[str, str], tuple[str, bool]]:
        found = {}
        for path in ("/api", "/apis"):
            headers = {**self._headers, "Accept": _DISCOVERY}
            answer = read(*self._exchange("GET", path, None, headers))
            for group in answer.body["items"]:
                name = group["metadata"].get("name", "")
                for version in group["versions"]:
                    full = f"{name}/{version['version']}" if name else version["version"]
                    for resource in version.get("resources", ()):
                        namespaced = resource["scope"] == "Namespaced"
                        kind = resource["responseKind"]["kind"]
                        found[full, kind] = resource["resource"], namespaced
        return found


def _metadata(object_: Object) -> Mapping[str, Any]:
    metadata = object_.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _text(value: Any) -> str:
    """The text, or none where an object under test has something else."""
    return value if isinstance(value, str) else ""
