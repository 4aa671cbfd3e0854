"""Image references, as the container runtimes read them."""

import pytest

from tools.kubernetes.image_reference import ImageReference, InvalidImage, parse_image
from tools.kubernetes.images import is_within

SHA256 = f"sha256:{'a' * 64}"
SHA512 = f"sha512:{'b' * 128}"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("nginx", ("docker.io", "library/nginx", "", "")),
        ("nginx:1.29", ("docker.io", "library/nginx", "1.29", "")),
        ("shop/web:1.0.0", ("docker.io", "shop/web", "1.0.0", "")),
        ("docker.io/nginx", ("docker.io", "library/nginx", "", "")),
        ("index.docker.io/nginx", ("docker.io", "library/nginx", "", "")),
        ("index.docker.io/shop/web", ("docker.io", "shop/web", "", "")),
        # Before the first slash a colon begins a port, behind the last one a tag.
        ("reg.io:5000/app", ("reg.io:5000", "app", "", "")),
        ("reg.io:5000/app:1.0", ("reg.io:5000", "app", "1.0", "")),
        ("host:5000/app", ("host:5000", "app", "", "")),
        ("host:5000", ("docker.io", "library/host", "5000", "")),
        ("localhost/app", ("localhost", "app", "", "")),
        ("localhost", ("docker.io", "library/localhost", "", "")),
        ("[::1]:5000/app:1.0", ("[::1]:5000", "app", "1.0", "")),
        # Upper case makes a registry of the first part.
        ("Registry/app", ("Registry", "app", "", "")),
        ("app:V1", ("docker.io", "library/app", "V1", "")),
        ("a.b/c__d/e--f:_x", ("a.b", "c__d/e--f", "_x", "")),
        (f"app@{SHA256}", ("docker.io", "library/app", "", SHA256)),
        (f"reg.io:5000/app:1.0@{SHA512}", ("reg.io:5000", "app", "1.0", SHA512)),
        ("app:" + "x" * 128, ("docker.io", "library/app", "x" * 128, "")),
    ],
)
def test_a_reference_is_taken_apart(text: str, reference: tuple[str, ...]) -> None:
    assert parse_image(text) == ImageReference(*reference)


OTHER_FORM = "it is not of the form registry/repository:tag or registry/repository@digest"


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        ("", OTHER_FORM),
        ("reg.io/", OTHER_FORM),
        ("app:", OTHER_FORM),
        ("app@", OTHER_FORM),
        ("a b", OTHER_FORM),
        ("${IMAGE}:1.0", "the repository 'library/${IMAGE}' has upper case letters"),
        ("<image>", OTHER_FORM),
        ("app:1.0\n", OTHER_FORM),
        ("app:.x", OTHER_FORM),
        ("app:1.0+build", OTHER_FORM),
        ("app:" + "x" * 129, OTHER_FORM),
        ("a___b", OTHER_FORM),
        ("-a/b", OTHER_FORM),
        ("https://reg.io/app", OTHER_FORM),
        ("ünder/app", OTHER_FORM),
        ("a/" * 127 + "ab", OTHER_FORM),
        ("reg.io/App", "the repository 'App' has upper case letters"),
        ("App", "the repository 'library/App' has upper case letters"),
        ("f" * 64, "64 hexadecimal digits are an image's id, which no registry knows"),
        (
            "app@sha256:abc",
            "'sha256:abc' is no digest, which is an algorithm and lower case digits",
        ),
        (
            f"app@sha256:{'A' * 64}",
            f"'sha256:{'A' * 64}' is no digest, which is an algorithm and lower case digits",
        ),
        (f"app@sha256:{'a' * 63}", "its digest has 63 hexadecimal digits, sha256 has 64"),
        (f"app@md5:{'a' * 32}", "its digest has the unknown algorithm 'md5'"),
        ("a" * 1025, "it has 1025 characters"),
    ],
)
def test_what_is_no_reference_is_refused_with_a_reason(text: str, objection: str) -> None:
    with pytest.raises(InvalidImage) as raised:
        parse_image(text)
    assert str(raised.value) == objection


def test_the_same_image_is_the_same_text() -> None:
    spellings = ("nginx", "docker.io/nginx", "index.docker.io/library/nginx:latest")
    assert {str(parse_image(text)) for text in spellings} == {"docker.io/library/nginx:latest"}


@pytest.mark.parametrize(
    ("text", "floating"),
    [
        ("app", True),
        ("reg.io:5000/app", True),
        ("app:latest", True),
        ("app:1.0", False),
        (f"app@{SHA256}", False),
        (f"app:latest@{SHA256}", False),
    ],
)
def test_an_image_floats_unless_something_holds_it(text: str, floating: bool) -> None:
    assert parse_image(text).is_floating is floating


@pytest.mark.parametrize(
    ("registry", "within"),
    [
        ("reg.io", True),
        ("reg.io/", True),
        ("reg.io/team", True),
        ("reg.io/team/app", True),
        ("reg.io/team/app/more", False),
        ("reg.io/te", False),
        ("reg.io/te*", True),
        ("*.io", True),
        ("*", True),
        ("docker.io", False),
        ("REG.IO", False),
    ],
)
def test_a_registry_stands_for_everything_below_it(registry: str, within: bool) -> None:
    assert is_within(parse_image("reg.io/team/app:1.0"), (registry,)) is within
