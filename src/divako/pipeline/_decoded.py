"""Items to telegrams, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, evolve, field, frozen

from divako.errors import DecodeError, DivakoError, InputError, UnsupportedError
from divako.lorawan import parse_uplink
from divako.model import Telegram, Uplink
from divako.pipeline._items import Item
from divako.telegrams import Formats, KeyStore, decode, decode_uplink, learn_formats
from divako.telegrams._fields import KEY


_MOST_FORMATS = 4096  # record headers that are remembered for the compact frames behind them


@define
class Seen:
    """The record headers of the full frames so far, for the compact frames behind them.

    Parameters
    ----------
    formats : Formats
        What is known, to begin with and by now.
    """

    formats: Formats = field(factory=Formats)
    _headers: set[bytes] = field(factory=lambda: {b""}, init=False)

    def learn(self, telegram: Telegram) -> None:
        """Remember the headers of a telegram, if it has any that are new."""
        self.learn_headers(telegram.headers)

    def learn_headers(self, headers: bytes) -> None:
        """Remember record headers, if they are new."""
        if headers not in self._headers and len(self._headers) < _MOST_FORMATS:
            self._headers.add(headers)
            self.formats = self.formats.merge(Formats.of([headers]))

    def copy(self) -> Seen:
        """Give one that learns apart from this one."""
        new = Seen(self.formats)
        new._headers |= self._headers
        return new


@frozen(kw_only=True)
class Decoded:
    """What became of one item.

    Parameters
    ----------
    id : str, int or None
        What the input calls it.
    file : str
        Name of the file.
    line : int
        Number of the line, from 1.
    uplink : Uplink or None
        The envelope of a LoRaWAN uplink, also where its payload could not be read.
    telegram : Telegram or None
        None where there is an error.
    error : DivakoError or None
        Why there is none.
    """

    id: str | int | None
    file: str
    line: int
    uplink: Uplink | None = None
    telegram: Telegram | None = None
    error: DivakoError | None = None


def decode_items(
    items: Iterable[Item], *, keys: KeyStore | None = None, formats: Formats | None = None
) -> Iterator[Decoded]:
    """Decode items as they come; compact frames with the headers of the full frames before them.

    Parameters
    ----------
    items : iterable of Item
        From `read_items`.
    keys : KeyStore, optional
        Keys of meters; the key of an item goes before them.
    formats : Formats, optional
        Further record headers of compact frames. An item that brings its own context or
        format is decoded with that alone, and teaches nothing.

    Yields
    ------
    Decoded
        One an item, in order: a telegram or a typed error.
    """
    seen = Seen(formats or Formats())
    for item in items:
        yield decode_seen(item, keys, seen)


def decode_seen(item: Item, keys: KeyStore | None, seen: Seen) -> Decoded:
    """Decode one item with what was seen before it, and remember what it teaches."""
    uplink = None
    try:
        if item.error is None and item.document is not None:
            uplink = parse_uplink(item.document)
            telegram = decode_uplink(uplink, device=item.device)
        else:
            telegram = decode_item(item, keys=keys, formats=seen.formats)
    except DivakoError as error:
        return Decoded(id=item.id, file=item.file, line=item.line, uplink=uplink, error=error)
    if not has_own(item):
        seen.learn(telegram)
    return Decoded(id=item.id, file=item.file, line=item.line, uplink=uplink, telegram=telegram)


def decode_item(item: Item, *, keys: KeyStore | None = None, formats: Formats | None = None) -> Telegram:
    """Decode one item.

    Raises
    ------
    InputError
        The item carries an error, or its key is no key.
    DecodeError, DriverError
        Of the layer that refused it.
    """
    if item.error is not None:
        raise item.error
    if item.document is not None:
        return decode_uplink(item.document, device=item.device)
    if item.frame is None:
        msg = "nothing to decode"
        raise InputError(msg)
    if item.link == "lorawan" and item.f_port is None and item.device is None:
        msg = "a payload without its port; name the device"
        raise UnsupportedError(msg, layer="lorawan.payload")
    key = dict(item.keys).get(KEY) if item.key is None else item.key
    own = keys if key is None else KeyStore.single(key)
    if has_own(item):
        formats = _learn(item, own)
    telegram = decode(
        item.frame,
        keys=own,
        received_at=item.received_at,
        frame_format=item.frame_format,
        f_port=item.f_port,
        device=item.device,
        meter_id=item.meter_id,
        formats=formats,
    )
    if telegram.maker_data and not telegram.records:
        msg = "the telegram holds nothing but data of its manufacturer's own"
        raise UnsupportedError(msg, layer="mbus.records")
    return telegram if item.meter_id == "" or telegram.meter_id else evolve(telegram, meter_id=item.meter_id)


def has_own(item: Item) -> bool:
    """Tell whether an item brings what was seen before it, or record headers."""
    return item.context is not None or bool(item.format)


def _learn(item: Item, keys: KeyStore | None) -> Formats:
    """Learn the record headers of what was seen before."""
    formats = Formats.of(item.format)
    for frame in item.context or ():
        for lookup in (keys, None):  # what was seen before may have been handed on deciphered
            try:
                formats = learn_formats([decode(frame, keys=lookup, formats=formats)], known=formats)
            except DecodeError:
                continue
            break
    return formats
