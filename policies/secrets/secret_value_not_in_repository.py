"""No file of the repository holds a credential.

What has been pushed once is in every clone, in the caches of the forge and in its backups, and
programs that read public pushes find it within minutes. Deleting the line later takes nothing
back: the credential has to be renewed.

Looks at every file that Git tracks or would add (without Git at every file), of any type; with
`--staged` at what the next commit will hold, which is meant for a pre-commit hook. Kingfisher's
detectors know several hundred kinds of tokens, keys and passwords in URLs by the forms that their
issuers gave them, also inside of Base64. A word that merely looks random is none of these, so a
password without a form is only found by the rules about manifests; nor is an AWS access key ID
that stands alone. Lock files, pictures and what lies in `node_modules` are left out, as are
passwords such as `password` in a URL, and files over 8 MiB. What earlier commits held is not
looked at.

All of it happens on this machine: Kingfisher could also try a credential out with its issuer, and
that part is never called. Nobody learns from this rule that a key exists, and it cannot tell
whether the key still works.

The detectors take a third of a second to load, beside the rest of the run, and some seconds the
first time on a machine; what they compile is kept in the toolkit's cache. So the rule runs when
everything is judged, and with `--staged`, but not for single targets. A test key is accepted by a
waiver whose `resource` is the file; comments in the file change nothing. No report shows the value
or its line, only what kind of credential it is and how long.

https://kubernetes.io/docs/concepts/security/secrets-good-practices/#avoid-sharing-secret-manifests
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from yaml.nodes import ScalarNode

from tools.kubernetes.objects import Read, objects_in
from tools.rules.rule import Judges, Severity, SourceProblem, Unjudged, rule
from tools.source.document import Document, parse
from tools.source.leaks import Leak, leaks_of, load_detectors
from tools.source.place import FieldPath, Place, SourceError
from tools.source.repository import YAML_SUFFIXES

if TYPE_CHECKING:
    from tools.source.tracked import Tracked


@rule(
    judges=Judges.REPOSITORY,
    severity=Severity.ERROR,
    remedy="Renew the credential, then take it out of the file and let the cluster get it from an "
    "ExternalSecret or SealedSecret.",
    defers_to=("secret-not-in-git", "secret-not-in-env-literal", "secret-not-in-config-map"),
    confidential=True,
    warm_up=load_detectors,
)
def check(tracked: "Tracked", options: None) -> Iterator[SourceProblem | Unjudged]:
    try:
        for leak in leaks_of(tracked):
            yield SourceProblem(_place(leak), _sentence(leak))
    except SourceError as error:
        yield Unjudged(error.sentence, place=error.place, blocking=True)


def _sentence(leak: Leak) -> str:
    return f"this is a credential of {leak.length} characters, by its form {leak.kind}"


def _place(leak: Leak) -> Place:
    """Where the rules about manifests would put it: at its value, or at the whole of a Secret."""
    if leak.place.file.endswith(YAML_SUFFIXES):
        try:
            for document in parse(leak.text, leak.place.file):
                path = _path(document, leak.place)
                if path:
                    return document.nearest(_of_secret(document, path) or path)[1]
        except SourceError:
            pass  # a template or a fragment: the place in the text is all there is
    return leak.place


def _path(document: Document, place: Place) -> FieldPath | None:
    """The text of a document that a place lies in."""
    position = (place.line - 1, place.column - 1)
    for path, part in document.parts.items():
        start, end = part.value.start_mark, part.value.end_mark
        within = (start.line, start.column) <= position < (end.line, end.column)
        if within and isinstance(part.value, ScalarNode):
            return path
    return None


def _of_secret(document: Document, path: FieldPath) -> FieldPath | None:
    """The values of the Secret, or of its generator, that a text is one of."""
    for found in objects_in([document]):
        if isinstance(found, Read) and path[: len(found.path)] == found.path:
            inner = path[len(found.path) :]
            if (found.data["kind"], inner[0]) in _VALUES:
                return (*found.path, inner[0])
    return path[:3] if path[:1] == ("secretGenerator",) and path[2:3] == ("literals",) else None


_VALUES = {("Secret", "data"), ("Secret", "stringData"), ("SecretGenerator", "literals")}
