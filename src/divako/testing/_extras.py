"""The packages that come with the extra ``testing``, or a word on how to get them."""

from divako.errors import MissingExtraError


try:
    import pytest
except ImportError as error:
    raise MissingExtraError(package="pytest", extra="testing") from error

try:
    import hypothesis

    from hypothesis import strategies
except ImportError as error:
    raise MissingExtraError(package="hypothesis", extra="testing") from error


__all__ = ["hypothesis", "pytest", "strategies"]
