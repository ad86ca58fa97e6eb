"""Decode one part of a batch: by columns what is plain, one by one what is not.

Which way a telegram goes shows in nothing but the time it takes: the columns take only
what the decoder of single telegrams would give the same answer to, and that decoder has all others,
above all those that are damaged.
"""

from __future__ import annotations

from divako.telegrams._alone import read_alone
from divako.telegrams._asked import Asked, Words, empty_heads
from divako.telegrams._messages import read_messages
from divako.telegrams._source import Frames
from divako.telegrams._uplinks import read_uplinks
from divako.telegrams._work import Part, Work


def decode_part(
    frames: Frames,
    first_row: int,
    asked: Asked,
    words: Words,
    *,
    min_rows: int,
    in_blocks: bool = False,
    in_alike: bool = False,
    with_strays: bool = False,
) -> Part:
    """Decode some rows.

    Parameters
    ----------
    frames : Frames
        ``n`` frames.
    first_row : int
        Which row of the batch the first of them is.
    asked : Asked
        About the whole batch.
    words : Words
        To be added to.
    min_rows : int
        How many telegrams make columns worth it.
    in_blocks : bool, default False
        Leave telegrams of one layout in blocks, and put the others alone into the sheet.
    in_alike : bool, default False
        Give M-Bus telegrams of one layout with all their records, and leave the others as they are.
    with_strays : bool, default False
        Give M-Bus telegrams of rare layouts with those of their records that are no plain numbers, too.
    """
    n = len(frames.size)
    if asked.trailing:
        # Payloads keep all their bytes; they have no receiver that adds any.
        frames.size[asked.formats[first_row : first_row + n] >= 0] -= asked.trailing
    rows = slice(first_row, first_row + n)
    work = Work(frames, first_row, asked, words, empty_heads(n, asked.received_at[rows]))
    if in_alike:
        work.strays = [] if with_strays else None
        if n >= min_rows:
            read_messages(work, asked.formats[rows], max(2, min_rows), in_alike=True)
            read_uplinks(work, min_rows)
        return work.part(in_blocks=False)
    if n >= min_rows:
        read_messages(work, asked.formats[rows], max(2, min_rows))
        read_uplinks(work, min_rows)
    read_alone(work)
    return work.part(in_blocks=in_blocks)
