"""What a batch of telegrams becomes: headers, readings and refusals, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.errors import DecodeError, DivakoError
from divako.model import Readings, Telegram, encode_words
from divako.model._table import Table, column, words
from divako.telegrams._contents import Contents


@frozen(kw_only=True, eq=False)
class Telegrams(Table):
    """What the headers of telegrams say: one row per telegram handed in.

    A telegram that was refused has its error and nothing else.

    Parameters
    ----------
    meter : ndarray of int32, shape (n,)
        Row numbers into `meter_ids`.
    link : ndarray of int8, shape (n,)
        Row numbers into `links`.
    manufacturer : ndarray of int16, shape (n,)
        Row numbers into `manufacturers`; -1 where the link does not say.
    version, device_type : ndarray of uint8, shape (n,)
        As sent; meaningless where `model_known` is False.
    model_known : ndarray of bool, shape (n,)
        Whether the link says manufacturer, version and device type.
    medium : ndarray of int8, shape (n,)
        Row numbers into `media`.
    access_number, status_byte : ndarray of uint8, shape (n,)
        As sent; meaningless where `header_known` is False.
    header_known : ndarray of bool, shape (n,)
        Whether there was a transport header.
    status : ndarray of uint32, shape (n,)
        The status byte as `Status` bits.
    security : ndarray of int8, shape (n,)
        Row numbers into `securities`.
    verdict : ndarray of int8, shape (n,)
        Row numbers into `verdicts`.
    received_at : ndarray of datetime64[ms], shape (n,)
        As the caller said, in UTC; NaT where nobody did.
    error : ndarray of int8, shape (n,)
        Row numbers into `error_codes`; -1 where the telegram was decoded.
    meter_ids, links, manufacturers, media, securities, verdicts, error_codes : tuple of str
        Words, each once.
    """

    meter: npt.NDArray[np.int32] = column("int32", words="meter_ids")
    link: npt.NDArray[np.int8] = column("int8", words="links")
    manufacturer: npt.NDArray[np.int16] = column("int16", words="manufacturers")
    version: npt.NDArray[np.uint8] = column("uint8", known="model_known")
    device_type: npt.NDArray[np.uint8] = column("uint8", known="model_known")
    model_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    medium: npt.NDArray[np.int8] = column("int8", words="media")
    access_number: npt.NDArray[np.uint8] = column("uint8", known="header_known")
    status_byte: npt.NDArray[np.uint8] = column("uint8", known="header_known")
    header_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    status: npt.NDArray[np.uint32] = column("uint32")
    security: npt.NDArray[np.int8] = column("int8", words="securities")
    verdict: npt.NDArray[np.int8] = column("int8", words="verdicts")
    received_at: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    error: npt.NDArray[np.int8] = column("int8", words="error_codes")
    meter_ids: tuple[str, ...] = words()
    links: tuple[str, ...] = words()
    manufacturers: tuple[str, ...] = words()
    media: tuple[str, ...] = words()
    securities: tuple[str, ...] = words()
    verdicts: tuple[str, ...] = words()
    error_codes: tuple[str, ...] = words()


@frozen(kw_only=True, eq=False)
class Refusals(Table):
    """What could not be decoded: one row per telegram that was refused.

    Parameters
    ----------
    row : ndarray of int64, shape (n,)
        Which of the telegrams handed in.
    code : ndarray of int32, shape (n,)
        Row numbers into `codes`: the stable code of the error.
    layer : ndarray of int32, shape (n,)
        Row numbers into `layers`; -1 where the error names none.
    offset : ndarray of int64, shape (n,)
        Where in that layer; meaningless where `offset_known` is False. [byte]
    offset_known : ndarray of bool, shape (n,)
        Whether the error has an offset.
    codes, layers : tuple of str
        Words, each once.
    """

    row: npt.NDArray[np.int64] = column("int64")
    code: npt.NDArray[np.int32] = column("int32", words="codes")
    layer: npt.NDArray[np.int32] = column("int32", words="layers")
    offset: npt.NDArray[np.int64] = column("int64", known="offset_known")
    offset_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    codes: tuple[str, ...] = words()
    layers: tuple[str, ...] = words()

    @classmethod
    def of(cls, rows: Sequence[tuple[int, DivakoError]]) -> Refusals:
        """Make the table from row numbers and the errors raised there."""
        code, codes = encode_words([error.code for _, error in rows])
        layer_names = [error.layer if isinstance(error, DecodeError) else "" for _, error in rows]
        layer, layers = encode_words(layer_names)
        offsets = [error.offset if isinstance(error, DecodeError) else None for _, error in rows]
        n = len(rows)
        return cls(
            row=np.fromiter((row for row, _ in rows), dtype="int64", count=n),
            code=code,
            layer=layer,
            offset=np.fromiter((offset or 0 for offset in offsets), dtype="int64", count=n),
            offset_known=np.array([offset is not None for offset in offsets], dtype="bool"),
            codes=codes,
            layers=layers,
        )


def _no_source(_row: int) -> Telegram:
    msg = "the frames do not travel with a pickled batch; decode the one you want"
    raise LookupError(msg)


def _no_contents(_telegrams: Telegrams) -> Contents:
    msg = "the frames do not travel with a pickled batch; ask for the contents before, and pickle them too"
    raise LookupError(msg)


@frozen(kw_only=True, eq=False)
class Batch:
    """What a batch of telegrams holds.

    Its tables are its own. `telegram_at` and `contents` read the frames again, from where the caller has them: a list or
    buffer that is filled anew meanwhile gives what is there then.

    Parameters
    ----------
    telegrams : Telegrams
        What their headers say; a row per telegram handed in.
    readings : Readings
        In the order of the telegrams.
    first : ndarray of int64, shape (n + 1,)
        The readings of telegram ``i`` are rows ``first[i]`` to ``first[i + 1]``.
    errors : Refusals
        The telegrams that gave none, and why.
    """

    telegrams: Telegrams
    readings: Readings
    first: npt.NDArray[np.int64]
    errors: Refusals
    _telegram_at: Callable[[int], Telegram] = field(default=_no_source, repr=False, alias="telegram_at")
    _contents: Callable[[Telegrams], Contents] = field(default=_no_contents, repr=False, alias="contents")

    def __len__(self) -> int:
        return len(self.telegrams)

    def __repr__(self) -> str:
        return f"Batch({len(self)} telegrams, {len(self.readings)} readings, {len(self.errors)} refused)"

    @property
    def telegram(self) -> npt.NDArray[np.int64]:
        """For each row of `readings`, which of the telegrams handed in."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def telegram_at(self, row: int) -> Telegram:
        """Decode one of the telegrams once more, to its records, dates and texts.

        Parameters
        ----------
        row : int
            Which of the telegrams handed in.

        Returns
        -------
        Telegram
            As `decode` gives it.

        Raises
        ------
        DecodeError, DriverError, InputError
            It is one of those that were refused.
        LookupError
            The batch was pickled, and the frames stayed behind.
        """
        return self._telegram_at(row)

    def contents(self) -> Contents:
        """Decode the telegrams once more, to the dates, times and texts that are no readings.

        Returns
        -------
        Contents
            A row for each record that has none in `readings`, in the order of the telegrams. The same data of
            the same record is read once.

        Raises
        ------
        LookupError
            The batch was pickled, and the frames stayed behind.

        Examples
        --------
        >>> from divako.telegrams import decode_batch
        >>> frame = "681b1b680801 72 78563412 2d2c 01 04 05 00 0000 046d 2b0f4132 0c13 45230100 9816"
        >>> contents = decode_batch([frame]).contents()
        >>> contents.clock, [contents.quantities[code] for code in contents.quantity]
        (array(['2026-02-01T15:43:00'], dtype='datetime64[s]'), ['datetime'])
        """
        return self._contents(self.telegrams)

    def __reduce__(self) -> tuple[Callable[..., Batch], tuple[object, ...]]:
        return _rebuild, (self.telegrams, self.readings, self.first, self.errors)


def _rebuild(telegrams: Telegrams, readings: Readings, first: npt.NDArray[np.int64], errors: Refusals) -> Batch:
    return Batch(telegrams=telegrams, readings=readings, first=first, errors=errors)
