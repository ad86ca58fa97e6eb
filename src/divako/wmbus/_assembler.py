"""Find wireless frames in a stream of bytes, however it was cut.

References
----------
.. [1] EN 13757-4:2019, 12.3 (frame formats), and table 9 (sync words of C mode).
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from divako.codec import crc16_en13757
from divako.errors import DecodeError
from divako.wmbus._frame import FORMATS, read_frame


_SYNC = {b"\x54\xcd": "A", b"\x54\x3d": "B"}
_SYNC_SIZE = 2
_HEAD, _CRC, _BLOCK = 10, 2, 16
_FIRST_B = 126
_LEAST = _HEAD  # of an L field: C, manufacturer, address and one CI field
# C fields of meters and of those who talk to them, with or without direction bits: a start that has none
# of them is no frame, and its CRC need not be computed.
_CONTROL = frozenset(bytes.fromhex("00 06 07 08 18 28 38 10 20 30 40 43 44 46 47 48 50 53 5a 5b 63 66 67 73 7a 7b"))


@frozen
class Caught:
    """A frame that was found in a stream.

    Parameters
    ----------
    frame : bytes
        From the L field to the last byte, as `read_frame` and `decode_wireless` take it.
    frame_format : str
        The form it is in.
    trailing : bytes
        What the receiver put behind it.
    """

    frame: bytes = field(repr=False)
    frame_format: str
    trailing: bytes = b""


class Assembler:
    """Takes bytes as they come and gives the frames among them.

    Frames of format A and B are found by their CRCs, so what stands between them is passed over and a frame
    behind a damaged one is found. Noise may look like the start of a frame whose end is still to come: a whole
    frame of format A behind it shows that it was none, others wait for `flush`. Stripped frames have nothing to be found by but their C field: give them
    to this class only where they follow each other without a gap. It holds less than one frame
    and does a bounded amount of work for each byte.

    Parameters
    ----------
    frame_format : {"A", "B", "stripped", "stripped-B"}, optional
        The form of the frames; A or B, whichever holds, where it is not given.
    sync_words : bool, default False
        Each frame stands behind the sync word of C mode, which says its format: 54 CD for A, 54 3D for B.
    trailing : int, default 0
        How many bytes the receiver puts behind each frame. [byte]

    Attributes
    ----------
    skipped : int
        How many bytes were no part of a frame so far.

    Raises
    ------
    ValueError
        The format is none of the four, or is given although sync words say it.
    """

    __slots__ = ("_format", "_held", "_sync", "_trailing", "skipped")

    def __init__(self, *, frame_format: str | None = None, sync_words: bool = False, trailing: int = 0) -> None:
        if (frame_format is not None and frame_format not in FORMATS) or (sync_words and frame_format):
            msg = f"frame_format is one of {', '.join(FORMATS)}, or sync words say it"
            raise ValueError(msg)
        self._format = frame_format
        self._sync = sync_words
        self._trailing = trailing
        self._held = b""
        self.skipped: int = 0

    def receive(self, data: bytes) -> list[Caught]:
        """Take the next bytes; give the frames that are complete and whose checks hold.

        Parameters
        ----------
        data : bytes
            Any number of bytes.
        """
        return self._scan(self._held + data, at_end=False)

    def flush(self) -> list[Caught]:
        """Take it that nothing more comes: what looked like the start of a frame was none."""
        return self._scan(self._held, at_end=True)

    def _scan(self, data: bytes, *, at_end: bool) -> list[Caught]:
        found: list[Caught] = []
        waiting: int | None = None  # where a frame may have begun whose end is still to come
        at, end = 0, len(data)
        while at < end:
            caught, stop = None, at + 1
            for start, form in self._starts(data, at):
                if waiting is not None and form != "A":
                    continue  # what would prove that start wrong must have more than one CRC
                size = _size(data, start, form)
                stop = start + (size or 0) + self._trailing
                if size is None or (size and stop > end):
                    if not at_end:
                        waiting = at if waiting is None else waiting
                        break
                elif size and _holds(data[start : start + size], form):
                    caught = Caught(data[start : start + size], form, data[start + size : stop])
                    break
            if caught is not None:
                found.append(caught)
                self.skipped += 0 if waiting is None else at - waiting
                waiting, at = None, stop
            else:
                self.skipped += waiting is None
                at += 1
        self._held = b"" if waiting is None else data[waiting:]
        return found

    def _starts(self, data: bytes, at: int) -> Iterator[tuple[int, str]]:
        """Give where a frame may start, and in which form."""
        if self._sync:
            word = data[at : at + _SYNC_SIZE]
            for sync, form in _SYNC.items():
                if sync.startswith(word):  # the rest of the word may still come
                    yield at + _SYNC_SIZE, form
        elif self._format is not None:
            yield at, self._format
        else:
            yield at, "A"
            yield at, "B"


def _size(data: bytes, start: int, form: str) -> int | None:
    """Give how many bytes a frame has that starts here; 0 where none does, None where too few are there."""
    if start + 1 >= len(data):
        return None if start >= len(data) or data[start] >= _LEAST else 0
    length = data[start]
    if length < _LEAST or data[start + 1] not in _CONTROL:
        return 0
    if form == "A":
        return _size_a(data, start)
    if form == "stripped-B":
        return length + 1 - (_CRC if length + 1 <= _FIRST_B + _CRC else 2 * _CRC)
    return length + 1


def _size_a(data: bytes, start: int) -> int | None:
    """The CRC of its first block tells a frame of format A from noise."""
    head = data[start : start + _HEAD + _CRC]
    if len(head) < _HEAD + _CRC:
        return None
    if crc16_en13757(head[:_HEAD]) != int.from_bytes(head[_HEAD:], "big"):
        return 0
    blocks = 1 + -(-(head[0] + 1 - _HEAD) // _BLOCK)
    return head[0] + 1 + _CRC * blocks


def _holds(frame: bytes, form: str) -> bool:
    try:
        read_frame(frame, frame_format=form)
    except DecodeError:
        return False
    return True
