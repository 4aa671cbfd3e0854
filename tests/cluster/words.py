"""Values that are nearly right, exactly at a limit, or wrong, by what a field holds.

They are written by hand from the reference of the Kubernetes API and the syntaxes that it names;
some of each list are good. Which list fits a field is told by the field's name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Words = Sequence[Any]

NAMES: Words = (
    "", "a", "web-2", "Web", "my_name", "a.b", "-a", "a-", ".a", "a.", "a..b", "a b", " a", "a ",
    "a/b", "a:b", "é", "1", "123", "1a", "*", "..", ".", "%", "a@b", "a" * 15, "a" * 16, "a" * 43,
    "a" * 52, "a" * 53, "a" * 57, "a" * 58, "a" * 63, "a" * 64, "a" * 253, "a" * 254,
    "a." * 126 + "a", "a." * 127 + "a", "a--b", "system:a", "example.com/a", "\n", "A",
)  # fmt: skip
LABEL_VALUES: Words = (
    "", "a", "A_b.C-1", "a b", "-a", "a-", "a" * 63, "a" * 64, "a/b", "é", "a:b", "true", "_a", ".",
    1, True, None, 1.5, ["a"], "1.0", "a,b", "a=b",
)  # fmt: skip
LABEL_KEYS: Sequence[str] = (
    "", "a", "a b", "/a", "a/", "a/b/c", "A/b", "example.com/A_b", "a" * 63, "a" * 64, "-a", "a_",
    "x" * 253 + "/a", "x." * 126 + "x/a", "x" * 254 + "/a", "kubernetes.io/x", "EXAMPLE.com/a",
    "é", "a..b/c", "a.b", "example.com/" + "a" * 63, "example.com/" + "a" * 64, "a:b", "1", "a,b",
)  # fmt: skip
QUANTITIES: Words = (
    "", "0", "-1", "1", "1.5", "100m", "0.5m", "1e3", "1E3", "1e", "1 Gi", "1GB", "1gi", "512mb",
    "1Ki", "1K", "1k", "+1", "1.5Gi", ".5", "5.", "0.1", "1m", "-100m", "1e-3", "1Ei", "999Ei",
    "9223372036854775807", "9223372036854775808", "1e30", "1n", "1u", "0x10", "1,5", "Inf", "NaN",
    "1Gi ", " 1Gi", "10Gib", "512m", "0Gi", "-0", "--1", "1e1.5", "1mi", "1M", "1Mi", "1G", "1T",
    1, 0, -1, 1.5, 0.1, 0.0001, 10**9, 10**30, True, None, [], {}, 2**63, -0.5, "100Mi", "64Mi",
    "10", "1e9", "1.0000000001", "0.00000000001", "3Gi", "1Pi", "1P", "1E", "1Eii", "٣",
)  # fmt: skip
CRON: Words = (
    "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "0 0 0 * *", "0 0 32 * *",
    "0 0 * 13 *", "0 0 * * 8", "0 0 * * 7", "*/0 * * * *", "*/100 * * * *", "5-1 * * * *", "@daily",
    "@weekly", "@reboot", "@every 1s", "@every", "@Daily", "0 0 * * mon", "0 0 * jan-dec *",
    "TZ=UTC 0 0 * * *", "CRON_TZ=Europe/Berlin 0 0 * * *", "1,2,3 * * * *", "1, 2 * * * *",
    "a * * * *", "? ? ? ? ?", "0 0 L * *", "  0 0 * * *  ", "-1 * * * *", "0-59/15 * * * *",
    "@every 1x", "@annually", "@yearly", "@monthly", "0 0 29 2 *", "0 0 31 2 *", "0/5 * * * *",
    "1-5/ * * * *", "1- * * * *", "*,* * * * *", "00 00 * * *", "+5 * * * *", "*-5 * * * *",
    "5 4 * * *", "1.5 * * * *", "0 0 * * MON-FRI,SUN", "0 0 * * FRI-MON", "0 0 W * *",
    "@every -1h", "@ daily",
    "0\t0 * * *", "0 0 1/2/3 * *", "TZ= 0 0 * * *", "TZ=Nowhere/At_All 0 0 * * *", "@every 1h 2m",
)  # fmt: skip
ZONES: Words = (
    "UTC", "utc", "Europe/Berlin", "europe/berlin", "Europe/Atlantis", "", "Local", "local", "CET",
    "+01:00", "Etc/GMT+5", "../etc/passwd", "/UTC", "US/Eastern", "EST5EDT", "Europe/Berlin ",
    "Europe\\Berlin", "GMT", "Asia/Kolkata", "Asia/Calcutta", "America/Indiana/Knox", "Z", "LOCAL",
    " UTC", "Europe", "posix/UTC", "Factory", "a" * 100,
)  # fmt: skip
IPS: Words = (
    "", "10.0.0.1", "10.0.0.256", "010.0.0.1", "10.0.0", "10.0.0.1.2", "::1", "fd00::1", "FD00::1",
    "::ffff:10.0.0.1", "fe80::1%eth0", "127.0.0.1", "0.0.0.0", "::", "169.254.1.1", "224.0.0.1",
    "ff02::1", "10.0.0.1 ", "10.0.0.1/32", "localhost", "a", "2001:db8:0:0:0:0:0:1", "1.2.3.04",
    "255.255.255.255", "2001:db8::g", "[::1]", "None", "none", "fe80::1", "10.96.0.200", "1", 10,
)  # fmt: skip
CIDRS: Words = (
    "", "10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0", "010.0.0.0/8",
    "10.0.0.0/08", "::/0", "2001:db8::/32", "2001:db8::1/32", "2001:db8::/129", "0.0.0.0/0", "a/8",
    "::ffff:10.0.0.0/104", "10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.1.0.0/16",
    "10.0.0.0/32", "fd00::/8", "FD00::/8", "10.1.2.3/32", "192.168.0.0/16", "10.0.0.0/", "/8",
)  # fmt: skip
PORTS: Words = (
    0, 1, -1, 80, 443, 8080, 29999, 30000, 32767, 32768, 65535, 65536, 2**31, 1.5, "80", "http",
    "", "HTTP", "a-very-long-port-name", "http_1", "1", "65536", "-", "a--b", "0", "80-90", None,
    True, "web-port", "123456789012345", "12345678901234a", "abcdefghijklmno", "abcdefghijklmnop",
)  # fmt: skip
PORT_NAMES: Words = (
    "", "http", "HTTP", "a-very-long-port-name", "http_1", "1", "80", "a--b", "-a", "a-", "a" * 15,
    "a" * 16, "a.b", "a" * 63, "a" * 64, "metrics", "é",
)  # fmt: skip
PERCENTS: Words = (
    "0%", "1%", "25%", "100%", "101%", "150%", "-1%", "1.5%", "%", "25 %", "25", "25%%", "a%", "",
    0, 1, -1, 25, 100, 2**31 - 1, 2**31, 0.25, "0", None, True, "00%", "+5%", "0100%", "1000%",
)  # fmt: skip
PATHS: Words = (
    "", "/", "/a", "a", "a/b", "../a", "a/../b", "..", "./a", "/a/../b", "a:b", "/a:b", "..a",
    "a..", "/a//b", " ", "/é", "a/..b", "/a/", "C:\\a", "//", "/%2e", "a" * 4097, "...", "/a?b",
    "/a/./b", "\\", "/tmp", "/*", "a\x00", "/a%zz", "/.",
)  # fmt: skip
IMAGES: Words = (
    "", "a", "a:b", "A:b", " a", "a ", "a b", "a@sha256:1", "a/b/c:d", "a:b:c", "é", ":", "a:",
)  # fmt: skip
FIELD_PATHS: Words = (
    "metadata.name", "metadata.labels", "metadata.annotations", "metadata.labels['a']", "spec",
    "metadata.labels['a b']", "metadata.labels['']", "metadata.annotations['a']", "spec.nodeName",
    "metadata.annotations['A/b']", "metadata.annotations['a/b/c']", "spec.serviceAccountName", "",
    "status.hostIP", "status.podIP", "status.hostIPs", "status.podIPs", "status.phase",
    "metadata.uid", "metadata.namespace", "metadata.creationTimestamp", "spec.containers",
    "metadata.labels[a]", "metadata.Name", "metadata.labels['a'", "spec.nodeName['a']", "name",
    "metadata.labels[\"a\"]", "metadata.generation", "spec.hostname",
)  # fmt: skip
RESOURCES: Words = (
    "limits.cpu", "limits.memory", "requests.cpu", "requests.memory", "limits.ephemeral-storage",
    "requests.ephemeral-storage", "limits.hugepages-2Mi", "requests.hugepages-1Gi", "cpu", "",
    "limits.gpu", "limits", "Limits.cpu", "limits.hugepages-", "limits.nvidia.com/gpu",
)  # fmt: skip
RESOURCE_NAMES: Sequence[str] = (
    "cpu", "memory", "storage", "ephemeral-storage", "hugepages-2Mi", "hugepages-", "pods", "CPU",
    "nvidia.com/gpu", "gpu", "requests.cpu", "limits.memory", "requests.storage", "services", "",
    "count/pods", "count/deployments.apps", "a b", "example.com/", "kubernetes.io/x", "hugepages-3",
    "requests.nvidia.com/gpu", "x.storageclass.storage.k8s.io/requests.storage", "a" * 64, "/a",
    "example.com/" + "a" * 63, "example.com/" + "a" * 64, "requests.example.com/a", "secrets",
    "attachable-volumes-x", "hugepages-1.5Mi", "limits.nvidia.com/gpu", "count/", "storage.k8s.io",
)  # fmt: skip
TIMES: Words = (
    "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000001Z", "2026-01-02 03:04:05", "2026-01-02", "",
    "2026-01-02T03:04:05", "2026-01-02T03:04:05+01:00", "2026-13-02T03:04:05Z", "now", 0, None,
    "2026-01-02T03:04:05.123456789Z", "2026-02-30T03:04:05Z", "2026-01-02T24:00:00Z", "0001-01-01",
    "2026-01-02t03:04:05z", "2026-01-02T03:04Z", "2026-01-02T03:04:05.1Z", 1767322000,
)  # fmt: skip
MODES: Words = (0, 256, 420, 511, 512, 777, 0o777, 0o1000, -1, "0644", "420", 1.5, None, 65535)
BASE64: Words = (
    "", "YQ==", "YQ", "YQ=", "a", "!!", "YWI=", "YWJj", "YQ==\n", "Y Q==", "YQ==YQ==", "_-8=",
    "+/8=", 1, None, "é", "YR==", "e30=", "eyJhdXRocyI6e319", "=", "====", "YQ\n==", "\r\n",
)  # fmt: skip
DATA_KEYS: Sequence[str] = (
    "", "a", "a b", "a/b", ".", "..", "..a", ".a", "A_b-c.d", "a" * 253, "a" * 254, "é", "a:b", "-",
    "..data", "a..b", "/", "*",
)  # fmt: skip
ENVIRONMENT_NAMES: Words = (
    "", "A", "a", "1A", "A B", "A=B", "A-B", "A.B", "é", "_", "$(A)", "A\n", "a" * 254, "=", ".",
    "..", "..A", "\x7f", "A\t",
)  # fmt: skip
EXPRESSIONS: Words = (
    "", "true", "false", "1", "self", "object", "object.spec.replicas > 1", "has(object.spec)",
    "object.", "'a", "params.x", "variables.nothing == 1", "unknown(object)", "1 + 'a'", "null",
    "self == oldSelf", "self.all(x, x > 1)", "size(self) > 1", "!has(self.a) || self.a == 'b'",
    "request.userInfo.username == 'a'", "[1, 2].exists(x, x == 1)", "object.metadata.name", " ",
    "'a'.matches('[')", "authorizer.group('').resource('pods').check('get').allowed()", "a && b",
    "namespaceObject.metadata.labels['a'] == 'b'", "oldObject == null", "\"x\"", "1 == 1.0", "()",
)  # fmt: skip
PATTERNS: Words = ("", "^a$", "[", "(?=a)", "\\d+", "a{1,1001}", "*", "^[a-z]+$", "(a", "\\p{L}")
JSON_PATHS: Words = (
    "", ".spec.a", "spec.a", ".spec.a[0]", ".", ".status.replicas", ".spec.a['b']",
    "{.spec.a}", ".spec.a.", ".spec..a", ".spec.size", ".metadata.name",
)  # fmt: skip
INDEXES: Words = ("0", "0-1", "0,2-4", "4-2", "1,1", "", "a", "1-", "0, 1", "10", "9", "-1", "3,1")
HOSTS: Words = (
    "", "a.example.com", "*.example.com", "*", "*.com", "a.*.com", "**.a.b", "A.example.com",
    "1.2.3.4", "a_b.example.com", "example.com.", "-a.com", "a..b", "é.com", "a:80",
    "a" * 64 + ".b", "a.b/c", "localhost", "::1", "*.-a.b", "a" * 63 + ".b", " a.b",
)  # fmt: skip
SIGNALS: Words = ("SIGTERM", "SIGKILL", "TERM", "sigterm", "", "SIGRTMIN+1", "SIGUSR1", "9", 9)
QUALIFIED: Words = (
    "", "a/b", "example.com/a", "a", "A/b", "/a", "a/", "kubernetes", "kubernetes.io/a",
    "example.com/A_b", "example.com/a/b", "a b", "example.com/" + "a" * 63, "a" * 64, "é",
)  # fmt: skip
"""Names with the domain of whoever made them up."""
WORDS: Words = (
    "", "a", "A", "true", "1", "None", "none", "Default", "Always", "Never", "TCP", "tcp", "All",
    "Exists", "In", "Equal", "Local", "Cluster", "Unknown", "ReadWriteOnce", "Delete", "Retain",
)  # fmt: skip
"""For fields that hold one of a few words."""

NUMBERS: Words = (
    0, 1, -1, 2, 3, 10, 50, 63, 64, 99, 100, 101, 255, 256, 300, 511, 512, 600, 999, 1000, 1001,
    1800, 1801, 3600, 3601, 10800, 65535, 65536, 86400, 86401, 10**6, 10**9, 10**9 + 1, 2**31 - 1,
    2**31, -(2**31), -(2**31) - 1, 2**32, 2**53, 2**63 - 1, 2**63, -(2**63), 10**20, 10**40, 0.5,
    1.5, -0.5, 1.0, 3e3, 599, 601, 20, 16, 15, 14, 5, 6, 7, 8,
)  # fmt: skip
OTHER_TYPES: Words = ("a", "", "1", "true", 0, 1, 1.5, True, False, [], {}, ["a"], {"a": "b"}, [{}])

BY_FIELD: Mapping[str, Words] = {
    "schedule": CRON, "timeZone": ZONES, "cidr": CIDRS, "except": CIDRS,
    "loadBalancerSourceRanges": CIDRS, "ip": IPS, "hostIP": IPS, "clusterIP": IPS,
    "clusterIPs": IPS, "externalIPs": IPS, "loadBalancerIP": IPS, "nameservers": IPS,
    "addresses": IPS, "port": PORTS, "containerPort": PORTS, "hostPort": PORTS, "targetPort": PORTS,
    "nodePort": PORTS, "endPort": PORTS, "healthCheckNodePort": PORTS, "number": PORTS,
    "maxSurge": PERCENTS, "maxUnavailable": PERCENTS, "minAvailable": PERCENTS, "image": IMAGES,
    "mountPath": PATHS, "path": PATHS, "subPath": PATHS, "subPathExpr": PATHS, "devicePath": PATHS,
    "workingDir": PATHS, "localhostProfile": PATHS, "nonResourceURLs": PATHS, "pdName": NAMES,
    "fieldPath": FIELD_PATHS, "resource": RESOURCES, "acquireTime": TIMES, "renewTime": TIMES,
    "creationTimestamp": TIMES, "deletionTimestamp": TIMES, "lastTransitionTime": TIMES,
    "defaultMode": MODES, "mode": MODES, "expression": EXPRESSIONS, "rule": EXPRESSIONS,
    "messageExpression": EXPRESSIONS, "valueExpression": EXPRESSIONS, "pattern": PATTERNS,
    "jsonPath": JSON_PATHS, "specReplicasPath": JSON_PATHS, "statusReplicasPath": JSON_PATHS,
    "labelSelectorPath": JSON_PATHS, "succeededIndexes": INDEXES, "host": HOSTS, "hosts": HOSTS,
    "hostnames": HOSTS, "hostname": HOSTS, "externalName": HOSTS, "searches": HOSTS,
    "stopSignal": SIGNALS, "conditionType": QUALIFIED, "managedBy": QUALIFIED,
    "finalizers": QUALIFIED, "loadBalancerClass": QUALIFIED, "controller": QUALIFIED,
    "topologyKey": LABEL_KEYS,
    "appProtocol": QUALIFIED, "prefix": ENVIRONMENT_NAMES, "resourceName": RESOURCE_NAMES,
}  # fmt: skip
"""Fields by name; those of lists hold for their entries."""
KEYS_BY_FIELD: Mapping[str, Sequence[str]] = {
    "labels": LABEL_KEYS, "annotations": LABEL_KEYS, "matchLabels": LABEL_KEYS,
    "nodeSelector": LABEL_KEYS, "selector": LABEL_KEYS, "data": DATA_KEYS, "stringData": DATA_KEYS,
    "binaryData": DATA_KEYS, **dict.fromkeys((
        "requests", "limits", "hard", "capacity", "min", "max", "default", "defaultRequest",
        "maxLimitRequestRatio", "overhead",
    ), RESOURCE_NAMES),
}  # fmt: skip
"""What the keys of a free map may be, by the name of the field that holds it."""
VALUES_BY_MAP: Mapping[str, Words] = {
    "labels": LABEL_VALUES, "annotations": LABEL_VALUES, "matchLabels": LABEL_VALUES,
    "nodeSelector": LABEL_VALUES, "selector": LABEL_VALUES, "data": BASE64, "binaryData": BASE64,
    "stringData": LABEL_VALUES,
    **dict.fromkeys((
        "requests", "limits", "hard", "capacity", "min", "max", "default", "defaultRequest",
        "maxLimitRequestRatio", "overhead",
    ), QUANTITIES),
}  # fmt: skip
"""What the values of a free map may be."""
