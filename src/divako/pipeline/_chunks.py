"""Items that are decoded together, with all that they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from divako.errors import DivakoError
from divako.lorawan import parse_uplink
from divako.model import Uplink
from divako.pipeline._decoded import Decoded, Seen, decode_seen, has_own
from divako.pipeline._in_bulk import is_plain, times_of
from divako.pipeline._items import Item
from divako.telegrams import Formats, KeyStore, Telegrams
from divako.telegrams._alike import Alike
from divako.telegrams._in_layouts import decode_alike


_FEW = 32  # items, of which a batch would decode none together


@frozen(eq=False)
class Chunk:
    """Items that were decoded together.

    Parameters
    ----------
    items : list of Item
        As they came.
    heads : Telegrams
        What the headers of those in `alike` say, a row for each item of `places`.
    alike : tuple of Alike
        Telegrams of common layouts; their numbers count in `places`.
    places : list of int
        Which items the rows of `heads` are.
    uplinks : dict of int to Uplink
        By the place of items in `alike`, the envelopes that they came in.
    others : dict of int to Decoded
        By their place, all items that none of `alike` has.
    """

    items: list[Item]
    heads: Telegrams
    alike: tuple[Alike, ...]
    places: list[int]
    uplinks: dict[int, Uplink]
    others: dict[int, Decoded]

    def __len__(self) -> int:
        return len(self.items)


def decode_chunks(groups: Iterable[Iterable[Item]], *, keys: KeyStore | None = None) -> Iterator[Chunk]:
    """Decode items as `decode_items` does, with the numbers of telegrams of one layout as columns.

    Parameters
    ----------
    groups : iterable of iterable of Item
        From `read_items`; those that make a chunk together. No group waits for the next one.
    keys : KeyStore, optional
        Keys of meters; the key of an item goes before them.

    Yields
    ------
    Chunk
        One a group, in order. An item in `Chunk.alike` is what `decode_items` gives a telegram without error for.
    """
    seen = Seen()
    for group in groups:
        items, before = list(group), seen
        seen = before.copy()
        chunk = _chunk(items, keys, seen, before.formats)
        if _contradict(before.formats, seen.formats):
            seen = before.copy()
            chunk = _chunk(items, keys, seen, Formats())  # compact frames one by one, for their order matters
        yield chunk


def _contradict(before: Formats, after: Formats) -> bool:
    """Tell whether a signature got another meaning."""
    return after is not before and any(before.find(one) not in {None, headers} for one, headers in after.headers)


def _chunk(items: list[Item], keys: KeyStore | None, seen: Seen, formats: Formats) -> Chunk:
    """Decode items, compact frames by columns where the formats given have their headers."""
    uplinks = {} if len(items) < _FEW else _uplinks_of(items)
    places = [place for place, item in enumerate(items) if place in uplinks or _is_simple(item)]
    told = [_told(items[place], uplinks.get(place)) for place in places]
    heads, found = decode_alike(
        [item.frame for item in told],
        keys=keys,
        received_at=times_of(told),
        frame_format=[item.frame_format for item in told],
        f_port=[item.f_port for item in told],
        device=[item.device for item in told],
        meter_ids=[item.meter_id for item in told],
        formats=formats,
    )
    alike = tuple(one for one in found if one.entries)  # what has none may be a block of its maker's alone
    others: dict[int, Decoded] = {}
    done = {places[row] for one in alike for row in one.telegram.tolist()}
    teaches = {places[int(one.telegram[0])]: one.headers for one in alike}
    for place, item in enumerate(items):
        if place not in done:
            others[place] = decode_seen(item, keys, seen)
        elif place in teaches:  # in its turn: a compact frame knows what stands before it
            seen.learn_headers(teaches[place])
    return Chunk(items, heads, alike, places, uplinks, others)


def _uplinks_of(items: list[Item]) -> dict[int, Uplink]:
    """Read the envelopes, by place; what is none is left to single decoding, which says why."""
    uplinks: dict[int, Uplink] = {}
    for place, item in enumerate(items):
        if item.document is None or item.error is not None:
            continue
        try:
            uplink = parse_uplink(item.document)
        except DivakoError:
            continue
        if uplink.f_port is not None or item.device is not None:  # else the payload would pass for a frame
            uplinks[place] = uplink
    return uplinks


def _is_simple(item: Item) -> bool:
    """Tell whether an item is a plain telegram, or a payload of which nothing is said but what it is of."""
    if item.f_port is None and item.device is None:
        return is_plain(item)
    return (
        item.frame is not None
        and item.error is None
        and item.document is None
        and item.key is None
        and not (item.keys or has_own(item))
    )


def _told(item: Item, uplink: Uplink | None) -> Item:
    """Give an item with what its envelope says."""
    if uplink is None:
        return item
    return Item(
        file=item.file,
        line=item.line,
        frame=uplink.payload,
        f_port=uplink.f_port,
        device=item.device,
        meter_id=uplink.dev_eui,
        received_at=uplink.time,
    )
