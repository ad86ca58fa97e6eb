"""Everything divako raises on purpose.

Catch `DivakoError` to catch all of it. Most classes also derive from the builtin
that a caller would expect, so ``except ValueError`` works as well. The class
attribute ``code`` is stable and meant for programs; the text is not. No message
ever holds payload bytes, keys or the number of a meter.
"""

from __future__ import annotations

from typing import Any


__all__ = [
    "AllocationError",
    "AmbiguousDriverError",
    "ApplicationError",
    "AuthenticationError",
    "ChecksumError",
    "DecodeError",
    "DecryptionError",
    "DivakoError",
    "DriverError",
    "InputError",
    "InvoiceError",
    "MalformedError",
    "MissingExtraError",
    "MissingKeyError",
    "PrivacyError",
    "ProjectError",
    "SeriesError",
    "SiteError",
    "StoreError",
    "TruncatedError",
    "UnitError",
    "UnknownDriverError",
    "UnknownFormatError",
    "UnsupportedError",
]


class DivakoError(Exception):
    """Base class of every error this library raises on purpose."""

    code = "divako"


class _PlacedError(DivakoError):
    """An error that carries positions beside its message, and survives pickling."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(cls: type[_PlacedError], args: tuple[Any, ...], state: dict[str, Any]) -> _PlacedError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class DecodeError(_PlacedError, ValueError):
    """The bytes are not what a layer of the protocol says they must be.

    Parameters
    ----------
    message : str
        What is wrong, without quoting the bytes.
    layer : str
        Layer that rejected the input, such as ``"wmbus.link"``.
    offset : int, optional
        Where, counted from the start of what that layer was given. [byte]
    """

    code = "decode"

    def __init__(self, message: str, *, layer: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.layer = layer
        self.offset = offset

    def __str__(self) -> str:
        at = "" if self.offset is None else f" at byte {self.offset}"
        return f"{self.args[0]} ({self.layer}{at})"


class TruncatedError(DecodeError):
    """The input ends before the structure it announces does."""

    code = "decode.truncated"


class ChecksumError(DecodeError):
    """A checksum or CRC differs from the bytes it covers."""

    code = "decode.checksum"


class MalformedError(DecodeError):
    """A field holds a value that the specification forbids."""

    code = "decode.malformed"


class MissingKeyError(DecodeError):
    """The telegram is enciphered and no key was given for its meter."""

    code = "decode.missing_key"


class DecryptionError(DecodeError):
    """The key or the body is wrong; security mode 5 cannot tell which."""

    code = "decode.decryption"


class AuthenticationError(DecodeError):
    """A MAC or tag differs, protection was removed, or a message was replayed."""

    code = "decode.authentication"


class UnsupportedError(DecodeError):
    """The standard knows this; divako does not, and says what it is."""

    code = "decode.unsupported"


class UnknownFormatError(UnsupportedError):
    """A compact frame whose record headers are not known: a full frame must come first."""

    code = "decode.unknown_format"


class ApplicationError(DecodeError):
    """A valid frame in which the meter reports an error of its own."""

    code = "decode.application"


class DriverError(DivakoError):
    """A driver is missing, ambiguous or breaks its contract."""

    code = "driver"


class UnknownDriverError(DriverError, LookupError):
    """No installed driver matches."""

    code = "driver.unknown"


class AmbiguousDriverError(DriverError, LookupError):
    """More than one installed driver matches."""

    code = "driver.ambiguous"


class UnitError(DivakoError, ValueError):
    """A unit is unknown, or a quantity has another dimension than was asked for."""

    code = "unit"


class SeriesError(_PlacedError, ValueError):
    """Readings or a series break a precondition: order, time, shape or coverage.

    Parameters
    ----------
    message : str
        What is wrong.
    row : int, optional
        First row at fault.
    meter_index : int, optional
        Its index into the meters of the table.
    """

    code = "series"

    def __init__(self, message: str, *, row: int | None = None, meter_index: int | None = None) -> None:
        super().__init__(message)
        self.row = row
        self.meter_index = meter_index


class AllocationError(_PlacedError, ValueError):
    """A cost cannot be split as asked.

    Parameters
    ----------
    message : str
        What is wrong.
    cost_index : int, optional
        Which of the costs.
    section_index : int, optional
        Which of the sections.
    """

    code = "allocation"

    def __init__(self, message: str, *, cost_index: int | None = None, section_index: int | None = None) -> None:
        super().__init__(message)
        self.cost_index = cost_index
        self.section_index = section_index


class InvoiceError(DivakoError, ValueError):
    """A document would not be valid."""

    code = "invoice"


class PrivacyError(DivakoError, ValueError):
    """An operation would cross a pseudonymisation domain or a retention limit."""

    code = "privacy"


class SiteError(_PlacedError, ValueError):
    """Meters, sections, zones and who has which contradict each other.

    Parameters
    ----------
    message : str
        What is wrong.
    collection : str, optional
        Which list of the site, such as ``"installations"``.
    index : int, optional
        Which entry of it.
    """

    code = "site"

    def __init__(self, message: str, *, collection: str | None = None, index: int | None = None) -> None:
        super().__init__(message)
        self.collection = collection
        self.index = index


class ProjectError(_PlacedError, ValueError):
    """A project file has an unknown, missing or contradictory entry.

    Parameters
    ----------
    message : str
        What is wrong.
    path : str
        Where in the file, such as ``"costs[2].parts[0].by"``.

    Attributes
    ----------
    others : tuple of ProjectError
        Further entries of the same file that are wrong.
    """

    code = "project"

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path
        self.others: tuple[ProjectError, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.args[0]}" if self.path else str(self.args[0])


class InputError(DivakoError, ValueError):
    """A line or document handed in is not of the form that was announced."""

    code = "input"


class StoreError(DivakoError):
    """A file or database could not be read or written."""

    code = "store"


class MissingExtraError(DivakoError, ImportError):
    """What was asked for needs an optional dependency.

    Parameters
    ----------
    package : str
        The package that is missing.
    extra : str
        The extra of divako that brings it.
    """

    code = "missing_extra"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"this needs {package}; install it with: pip install 'divako[{extra}]'")
        self.package = package
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.package, self.extra)
