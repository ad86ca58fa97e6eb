"""Tables with pseudonyms in place of identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from attrs import Attribute, evolve, fields

from divako.errors import PrivacyError
from divako.model import Table
from divako.privacy._pseudonym import PseudonymDomain


AnyTable = TypeVar("AnyTable", bound=Table)


def pseudonymise(table: AnyTable, domain: PseudonymDomain, *, columns: Mapping[str, str]) -> AnyTable:
    """Replace the identifiers of a table by the pseudonyms of a domain.

    The words are put in the order of their tokens, which only the secret knows, and the
    rows in that order and by time; so neither tells which came first. Words that no row
    uses are left out.

    Parameters
    ----------
    table : Table
        Of ``n`` rows.
    domain : PseudonymDomain
        For whom and what for.
    columns : mapping of str to str
        Which words are identifiers, and of which field: ``{"meter_ids": "meter_id"}``.

    Returns
    -------
    Table
        ``n`` rows of the same class.

    Raises
    ------
    PrivacyError
        The table has no such words, they are no texts, or none are named.

    Notes
    -----
    Only the named words are replaced. Register readings identify a household even
    without its number, so hand out consumption, not readings.

    Examples
    --------
    >>> from divako.model import Findings
    >>> from divako.privacy import Secret
    >>> domain = PseudonymDomain(Secret.generate(), purpose="leak-statistics", recipient="Example University")
    >>> len(pseudonymise(Findings.of([]), domain, columns={"subjects": "section"}))
    0
    """
    if not columns:
        msg = "say which words of the table are identifiers"
        raise PrivacyError(msg)
    changed: dict[str, Any] = {}
    order: list[npt.NDArray[Any]] = []
    for name, field in columns.items():
        codes, tokens = _recode(table, _codes_of(table, name), domain.tokens(getattr(table, name), field=field))
        changed[name] = tokens
        changed.update(codes)
        order += codes.values()
    replaced = evolve(table, **changed)
    # numpy sorts by the last key first; the sort is stable, and NaT comes last.
    rows = np.lexsort([*reversed(_times(table)), *reversed(order)])
    return replaced.select(rows)


def _codes_of(table: Table, name: str) -> list[Attribute[Any]]:
    """Find the code columns that point into the words of that name."""
    owners = [a for a in fields(type(table)) if a.metadata.get("words") == name]
    if not owners or not all(isinstance(word, str) for word in getattr(table, name)):
        msg = "the table has no words of that name, or they are no texts"
        raise PrivacyError(msg)
    return owners


def _times(table: Table) -> list[npt.NDArray[Any]]:
    return [
        getattr(table, a.name) for a in fields(type(table)) if str(a.metadata.get("column")).startswith("datetime64")
    ]


def _recode(
    table: Table, owners: list[Attribute[Any]], tokens: tuple[str, ...]
) -> tuple[dict[str, npt.NDArray[Any]], tuple[str, ...]]:
    """Give the code columns anew, for tokens in their own order."""
    used = np.zeros(len(tokens) + 1, dtype=bool)  # the last place is that of -1
    for owner in owners:
        used[getattr(table, owner.name)] = True
    kept = sorted({token for token, is_used in zip(tokens, used[:-1].tolist(), strict=True) if is_used})
    place = {token: i for i, token in enumerate(kept)}
    new = np.array([*(place.get(token, -1) for token in tokens), -1], dtype="int32")
    codes = {owner.name: new[getattr(table, owner.name)] for owner in owners}
    return codes, tuple(kept)
