"""What a rule sees: the objects of one target, where they come from, and what is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tools.images.lock import ABSENT, ImageLock
from tools.kubernetes.autoscaling import AUTOSCALERS, ScaleTarget, identity, target_of
from tools.kubernetes.pod import POD_TEMPLATES, Pod, pod_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.schema import ARGOCD, Schemas
from tools.rules.facts import Facts
from tools.source.document import Document
from tools.source.place import FieldPath, Place
from tools.source.repository import Repository
from tools.source.targets import NamedTarget, folder_of
from tools.source.tree import Tree
from tools.trace.location import Tracer

if TYPE_CHECKING:
    from tools.images.scans.folder import Scans
    from tools.images.scans.report import Unread
    from tools.images.scans.vex import Vex
    from tools.kubernetes.access import Access
    from tools.kubernetes.reference import Reference
    from tools.kubernetes.references import References
    from tools.kubernetes.traffic.matrix import Matrix
    from tools.rules.delivery import Delivery
    from tools.source.tracked import Tracked


class Neighbours(Protocol):
    """What else the repository holds, for rules that look beyond their target."""

    @property
    def named(self) -> Sequence[NamedTarget]:
        """The targets of the run."""

    def rendered(self, named: NamedTarget) -> "Rendered":
        """Another target, rendered at most once in a run."""

    def home_of(self, resource: Resource) -> "Target | None":
        """The target, of those asked for until now, that an object belongs to."""

    def fleet(self) -> "Sequence[Target]":
        """The targets of the run in whose files Argo CD's kinds are mentioned."""

    def real(self, place: Place) -> Place | None:
        """Where something stands that was found in a kustomization that an Application edits."""


@dataclass(eq=False)
class Target:
    """One target while it is judged; read-only for rules.

    `path` names it in reports; `tree` and `trace` are None for plain YAML; `files` are the YAML
    files it was read from (for a kustomization: all of its tree) and `documents` what stands in
    them, standard input included; `environment` is the name that `policies.yaml` gives it, None
    without one; `tracked` are the files of the whole repository, None where only some targets of it
    are judged; `policies` is the configuration, None without one; `earlier` is the same target at
    the revision that the run compares with, None if there was none or nothing is compared; `today`
    is the day of the run.
    """

    path: str
    repository: Repository
    resources: ResourceSet
    files: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    tree: Tree | None = None
    trace: Tracer | None = None
    environment: str | None = None
    kubernetes: tuple[str, ...] = ("1.34", "1.36")
    facts: Facts = field(default_factory=Facts)
    schema_folders: tuple[str, ...] = ()
    kinds_without_schema: tuple[str, ...] = ()
    argocd: str = ARGOCD
    tracked: "Tracked | None" = None
    image_lock: ImageLock = ABSENT
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    policies: Document | None = None
    pod_templates: Mapping[str, FieldPath] = field(default_factory=lambda: POD_TEMPLATES)
    neighbours: Neighbours | None = None
    earlier: "Rendered | None" = None

    @cached_property
    def pods(self) -> list[Pod]:
        """The pods that the objects make, in the order of the render."""
        found = (pod_of(resource, self.pod_templates) for resource in self.resources)
        return [pod for pod in found if pod is not None]

    @cached_property
    def _pod_by_index(self) -> Mapping[int, Pod]:
        return {id(pod.workload): pod for pod in self.pods}

    def pod(self, resource: Resource) -> Pod | None:
        """The pod that a resource makes, None if it makes none."""
        return self._pod_by_index.get(id(resource))

    def autoscaler_of(self, workload: Resource) -> Resource | None:
        """The HorizontalPodAutoscaler, or ScaledObject, of the target that scales a workload.

        It has to name the workload's group, kind, namespace and name. None if there is none; the
        one that was added first if there are several.
        """
        return self._autoscalers.get(identity(workload))

    @cached_property
    def access(self) -> "Access":
        """What the roles and bindings of the target grant."""
        from tools.kubernetes.access import Access

        return Access(self.resources, self.pods)

    @cached_property
    def references(self) -> "References":
        """How the objects name each other, and keys of each other."""
        from tools.kubernetes.references import References

        return References(self.resources, self.pods)

    @cached_property
    def traffic(self) -> "Matrix":
        """Which pods reach which, and what outside, as far as policies let them."""
        from tools.rules.traffic import matrix_of

        return matrix_of(self.resources, self.pods, self.facts)

    @property
    def scans(self) -> "Scans":
        """The reports of scanners, in the folder that `policies.yaml` names."""
        from tools.images.scans.folder import Scans, read_scans

        if not self.facts.scan_reports:
            state = "policies.yaml names no folder with reports (facts.scanReports)"
            return Scans("", state=state)
        folder = self.facts.scan_reports.rstrip("/")
        return read_scans(self.repository, folder, self.facts.vex_documents)

    @property
    def vex(self) -> "tuple[Vex, tuple[Unread, ...]]":
        """What the OpenVEX documents say that `policies.yaml` lists, and the unreadable ones."""
        from tools.images.scans.folder import read_vex

        return read_vex(self.repository, self.facts.vex_documents)

    @property
    def is_part(self) -> bool:
        """Whether the target is a component by itself: what surrounds it is not known."""
        return bool(self.tree and self.tree.root and self.tree.root.is_component)

    @cached_property
    def secret_names(self) -> frozenset[str]:
        """The names of Secrets: of those that are here, declared, or named by some object."""
        kinds = ("Secret", "SealedSecret", "ExternalSecret")
        here = {resource.name for resource in self.resources.of_kind(*kinds)}
        named = {reference.name for reference in self.references if reference.kind == "Secret"}
        return frozenset(here | named | set(self.facts.secret_keys))

    def delivery(self, kind: str, name: str, namespace: str) -> "Delivery | None":
        """How a Secret or ConfigMap comes into the cluster, None if nothing is known to bring it.

        Manifests that are or make it, what `policies.yaml` declares, and what every cluster has.
        """
        from tools.rules.delivery import delivery_of

        return delivery_of(kind, name, namespace, self.references, self.facts)

    def fact_place(self, *path: str | int) -> Place | None:
        """Where `policies.yaml` states a fact, None if it does not.

        The environment's facts replace those of the repository name by name.
        """
        above: FieldPath
        for above in (("environments", self.environment or "", "facts"), ("facts",)):
            if self.policies is not None and self.policies.place((*above, *path[:1])):
                return self.policies.place((*above, *path))
        return None

    @cached_property
    def schemas(self) -> Schemas:
        """What every kind of object of the target may look like."""
        return Schemas(
            self.kubernetes, self.resources, self.repository, self.schema_folders, self.argocd
        )

    @cached_property
    def _autoscalers(self) -> Mapping[ScaleTarget, Resource]:
        found: dict[ScaleTarget, list[Resource]] = {}
        for autoscaler in self.resources.of_kind(*AUTOSCALERS):
            found.setdefault(target_of(autoscaler), []).append(autoscaler)
        return {wanted: self.as_added(several)[0] for wanted, several in found.items()}

    def written_name(self, resource: Resource) -> str:
        """What the files call an object, for messages: a generator's hash is not in them.

        It differs from overlay to overlay, and a person can neither find it nor write it.
        """
        return self.trace.written_name(resource) if self.trace else resource.name

    def called(self, reference: "Reference") -> str:
        """`ConfigMap 'settings'`, for messages, as the files call what a reference names."""
        found = self.references.resolve(reference)
        return f"{found.kind} {self.written_name(found)!r}" if found else reference.called

    def as_added(self, resources: Sequence[Resource]) -> Sequence[Resource]:
        """Objects in the order in which the files of the target add them.

        An overlay adds its own after those of its bases, whatever order they are rendered in.
        """
        trace = self.trace
        several = trace is not None and len(resources) > 1
        return sorted(resources, key=trace.added) if trace and several else resources

    @cached_property
    def deployed_by_argocd(self) -> bool:
        """Whether Argo CD deploys the target, as far as the repository tells.

        An Application of the repository names its folder, or an object has one of Argo CD's
        annotations.
        """
        from tools.argocd.deployments import is_deployed

        return any(
            key.startswith("argocd.argoproj.io/")
            for resource in self.resources
            for key in resource.annotations
        ) or is_deployed(self.repository, folder_of(self.path))

    @cached_property
    def clusters(self) -> frozenset[str]:
        """The clusters to which Applications of the repository deploy the target's folder."""
        from tools.argocd.deployments import clusters_of

        return clusters_of(self.repository, folder_of(self.path))


class Rendered(NamedTuple):
    """A target that was asked for; `reason` says why its objects are not, or not all, known."""

    target: Target
    reason: str | None
