"""Texts that share most of what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from divako.cli._layouts import Said, Times
from divako.convert._telegram import status_names


Write = Callable[[Any], str]


class Texts:
    """Many texts of one form: what is the same in all is written once, with slots for what differs.

    Parameters
    ----------
    count : int
        How many.

    Examples
    --------
    >>> texts = Texts(2)
    >>> texts.same("100 % of ")
    >>> texts.each(["a", "b"])
    >>> list(texts)
    ['100 % of a', '100 % of b']
    """

    def __init__(self, count: int) -> None:
        self._form: list[str] = []
        self._columns: list[Sequence[str]] = [[""] * count]  # there may be no slot at all

    def same(self, text: str) -> None:
        """Say the same in all."""
        self._form.append(text.replace("%", "%%"))

    def each(self, texts: Sequence[str]) -> None:
        """Say something in each; one text stands for all."""
        if len(texts) == 1:
            self.same(texts[0])
            return
        self._form.append("%s")
        self._columns.append(texts)

    def __iter__(self) -> Iterator[str]:
        form = "%s" + "".join(self._form)
        return map(form.__mod__, zip(*self._columns, strict=True))


def field_of(said: Said, name: str, write: Write, times: dict[Times, list[str]]) -> Sequence[str]:
    """Write one field of the readings that telegrams of one layout have in the same place.

    Parameters
    ----------
    said : Said
        The readings of ``k`` telegrams.
    name : str
        A field of their documents.
    write : callable
        Writes what a document holds; all but numbers, which are as Python writes them.
    times : dict of Times to list of str
        What was written of them; to be added to.

    Returns
    -------
    sequence of str
        ``k``, or one where all have the same.
    """
    if name == "time":
        if said.time is None:
            return [write(None)]
        if said.time not in times:
            times[said.time] = list(map(write, said.time.texts))
        return times[said.time]
    if name == "status":
        written = {status: write(status_names(status)) for status in np.unique(said.status).tolist()}
        return list(written.values()) if len(written) == 1 else [written[status] for status in said.status.tolist()]
    if name == "value" and said.value is not None:
        numbers = list(map(float.__repr__, said.value.tolist()))
        unknown = write(None)
        return [unknown if one == "nan" else one for one in numbers] if np.isnan(said.value).any() else numbers
    given = [one[name] for one in said.documents]
    if name != "value" and len(set(given)) == 1:  # two values may be equal and yet be zeros of two signs
        return [write(given[0])]
    each = [write(one) for one in given]
    return [each[at] for at in said.which.tolist()]
