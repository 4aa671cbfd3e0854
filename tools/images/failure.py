"""Why an image could not be looked at, in one sentence without anything secret in it."""


class ImageFailure(Exception):
    """What went wrong with an image; the text is one sentence without a final period."""


class NoSuchImage(ImageFailure):
    """The source was asked, and has no image of that name."""


class Unreachable(ImageFailure):
    """The source did not answer, or not in time, or not completely."""


class AccessDenied(ImageFailure):
    """The source wants another login, or any at all."""


class Untrustworthy(ImageFailure):
    """What the source delivered is not what was asked for, or is no image at all."""
