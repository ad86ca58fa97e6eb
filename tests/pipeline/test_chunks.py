"""Items that are decoded together learn from those before them, as single ones do."""

from __future__ import annotations

from collections.abc import Iterator

from divako.model import Mvt
from divako.pipeline import Item, decode_items
from divako.pipeline._chunks import decode_chunks
from divako.simulate import Address, compact_records, encode_record, wireless_frame
from divako.telegrams import Formats


def headers_of_one_signature() -> tuple[list[bytes], list[bytes]]:
    """Search two pairs of headers that a signature does not tell apart."""
    headers = [bytes([dif, vif]) for dif in (0x02, 0x04) for vif in range(0x10, 0x48)]
    known: dict[int, list[bytes]] = {}
    for pair in ([one, other] for one in headers for other in headers):
        ((signature, _),) = Formats.of([b"".join(pair)]).headers
        if known.setdefault(signature, pair) is not pair:
            return known[signature], pair
    raise AssertionError


def frames_of(headers: list[bytes], count: int, *, compact: bool) -> Iterator[bytes]:
    sender = Address("20000001", Mvt(manufacturer="DVK", version=1, device_type=7))
    for i in range(count):
        records = b"".join(encode_record(header, 100 + i) for header in headers)
        if compact:
            yield wireless_frame(sender, compact_records(records), header="none", content="compact")
        else:
            yield wireless_frame(sender, records, header="none")


def test_a_signature_that_gets_another_meaning_has_it_from_then_on() -> None:
    first, second = headers_of_one_signature()
    groups = [
        list(frames_of(first, 1, compact=False)),
        list(frames_of(first, 50, compact=True)),
        [
            *frames_of(first, 50, compact=True),
            *frames_of(second, 1, compact=False),
            *frames_of(first, 50, compact=True),
            *frames_of(second, 50, compact=True),
        ],
        [*frames_of(first, 50, compact=True), *frames_of(second, 50, compact=True)],
    ]
    items = [[Item(file="t", line=1, frame=frame) for frame in group] for group in groups]
    wanted = [one.telegram is not None for one in decode_items(item for group in items for item in group)]
    chunks = list(decode_chunks(items))
    got = [
        place not in chunk.others or chunk.others[place].telegram is not None
        for chunk in chunks
        for place in range(len(chunk))
    ]
    assert got == wanted
    assert [len(chunk) - len(chunk.others) for chunk in chunks] == [0, 50, 0, 50]
    assert wanted.count(False) == 100
