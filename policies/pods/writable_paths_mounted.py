"""Every directory that a program writes to is a writable mount where the root is read-only.

With `readOnlyRootFilesystem: true`, a program that writes anywhere else dies with "Read-only file
system", often long after the rollout has been called healthy: on the first upload, the first
cache entry, the first core dump.

No manifest says where a program writes; `policies.yaml` does, under `facts.writtenPaths`, by
workload (`Deployment/web` or `web`). A declared directory is covered by the innermost mount at or
above it. That mount must be writable: not `readOnly`, and not a ConfigMap, Secret, downward API,
projected or image volume. A subPath mount counts like any other; `/dev/shm` is always writable.

The declaration does not tell containers apart: of several main containers, one that can write to
the directory is enough, and one with a writable root can. A workload with a read-only root
that declares nothing is not judged; declare an empty list if it writes nowhere. Windows pods
(`spec.os.name: windows`) have no read-only root and are skipped.

https://kubernetes.io/docs/concepts/storage/volumes/
"""

from collections.abc import Iterator
from posixpath import normpath

from tools.kubernetes.pod import Container, Pod, Role
from tools.kubernetes.pod_security import named
from tools.kubernetes.volumes import Mount, mounts_of
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

SHARED_MEMORY = "/dev/shm"


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Add an `emptyDir` with a `sizeLimit` to the volumes, and a volumeMount of it for the "
    "directory.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    writers = [container for container in pod.containers if container.role is Role.MAIN]
    if pod.is_windows or not writers or not all(_is_read_only(c) for c in writers):
        return
    name, slug = pod.workload.name, pod.workload.ref.slug
    declared = target.facts.written_paths
    if name not in declared and slug not in declared:
        reason = f"facts.writtenPaths of policies.yaml does not say where {slug!r} writes"
        yield Unjudged(reason, path=writers[0].at("securityContext", "readOnlyRootFilesystem"))
    for directory in (*declared.get(name, ()), *declared.get(slug, ())):
        covers = [_innermost(container, directory) for container in writers]
        if not any(_is_writable(directory, mount) for mount in covers):
            yield _problem(writers[0], covers[0], directory)


def _is_read_only(container: Container) -> bool:
    return container.get("securityContext", "readOnlyRootFilesystem") is True


def _innermost(container: Container, directory: str) -> Mount | None:
    """The mount that a directory of the container lies in, None if that is the root."""
    around = [m for m in mounts_of(container) if _lies_in(directory, m.directory)]
    return max(around, key=lambda mount: len(normpath(mount.directory)), default=None)


def _is_writable(directory: str, mount: Mount | None) -> bool:
    return mount.writable if mount else _lies_in(directory, SHARED_MEMORY)


def _lies_in(directory: str, mounted: str) -> bool:
    return bool(mounted) and f"{normpath(directory)}/".startswith(f"{normpath(mounted)}/")


def _problem(container: Container, mount: Mount | None, directory: str) -> Problem:
    begin = f"{named(container)} writes to {directory!r}, "
    if mount is None:
        return Problem(container.at("volumeMounts"), begin + "which is on the read-only root")
    name, volume = mount.data.get("name"), mount.volume
    remedy = "Mount a writable volume there, such as an `emptyDir` with a `sizeLimit`."
    message = f"{begin}but {name!r} is mounted there read-only"
    if mount.data.get("readOnly") is True:
        return Problem((*mount.path, "readOnly"), message, remedy=remedy)
    if volume and volume.data.get("readOnly") is True:
        return Problem((*volume.path, volume.source, "readOnly"), message, remedy=remedy)
    related = ((container.pod.workload, volume.path, "the volume"),) if volume else ()
    return Problem(mount.path, message, remedy=remedy, related=related)
