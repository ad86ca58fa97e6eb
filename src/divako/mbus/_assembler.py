"""Find wired frames in a stream of bytes, however it was cut.

References
----------
.. [1] EN 13757-2:2018, clause 5: frames and their checks.
"""

from __future__ import annotations

import re

from divako.errors import DecodeError
from divako.mbus._frame import ACK, START_LONG, START_SHORT, read_frame


_START = re.compile(bytes((0x5B, ACK, START_SHORT, START_LONG, 0x5D)))
_SHORT = 5
_AROUND = 6  # bytes of a long frame that its length does not count
_LEAST = 3


class Assembler:
    r"""Takes bytes as they come and gives the frames among them.

    What is no frame is passed over, byte by byte, so that a frame behind noise or a damaged one is found.
    It holds less than one frame, 261 bytes, and does a bounded amount of work for each byte.

    Attributes
    ----------
    skipped : int
        How many bytes were no part of a frame so far.

    Examples
    --------
    >>> assembler = Assembler()
    >>> [frame.hex() for part in (b"\x00\x10\x40", b"\x05\x45", b"\x16\xe5") for frame in assembler.receive(part)]
    ['1040054516', 'e5']
    """

    __slots__ = ("_held", "skipped")

    def __init__(self) -> None:
        self._held = b""
        self.skipped: int = 0

    def receive(self, data: bytes) -> list[bytes]:
        """Take the next bytes; give the frames that are complete, checked, from start to stop byte.

        Parameters
        ----------
        data : bytes
            Any number of bytes.
        """
        return self._scan(self._held + data, at_end=False)

    def flush(self) -> list[bytes]:
        """Take it that nothing more comes: what looked like the start of a frame was none.

        Returns
        -------
        list of bytes
            Frames that stood behind that start. Call it when the bus was silent for long enough.
        """
        return self._scan(self._held, at_end=True)

    def _scan(self, data: bytes, *, at_end: bool) -> list[bytes]:
        frames = []
        at, end = 0, len(data)
        while at < end:
            start = _START.search(data, at)
            if start is None:
                self.skipped += end - at
                at = end
                break
            self.skipped += start.start() - at
            at = start.start()
            size = _size(data, at)
            if size and at + size > end:
                if not at_end:
                    break
                size = 0
            if size and (frame := _checked(data[at : at + size])) is not None:
                frames.append(frame)
                at += size
            else:
                self.skipped += 1
                at += 1
        self._held = data[at:]
        return frames


def _size(data: bytes, at: int) -> int:
    """Give how long the frame is that seems to start here, or must at least be; 0 where none does."""
    first = data[at]
    if first == ACK:
        return 1
    if first == START_SHORT:
        return _SHORT
    head = data[at : at + 4]
    if len(head) > 1 and head[1] < _LEAST:
        return 0
    if (len(head) > 2 and head[2] != head[1]) or (len(head) > 3 and head[3] != START_LONG):
        return 0
    return head[1] + _AROUND if len(head) > 1 else _LEAST + _AROUND


def _checked(frame: bytes) -> bytes | None:
    try:
        read_frame(frame)
    except DecodeError:
        return None
    return frame
