"""What tests of batches share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

from attrs import fields

from divako.model import Table
from divako.telegrams import Batch
from divako.telegrams import _batch as batch_module


Same: TypeAlias = Callable[[Batch, Batch], None]
SameTable: TypeAlias = Callable[[Table, Table], None]


def _same(one: Table, other: Table) -> None:
    for field in fields(type(one)):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            np.testing.assert_array_equal(left, right, err_msg=field.name)
        else:
            assert left == right, field.name


def _all_same(one: Batch, other: Batch) -> None:
    _same(one.telegrams, other.telegrams)
    _same(one.readings, other.readings)
    _same(one.errors, other.errors)
    np.testing.assert_array_equal(one.first, other.first)


@pytest.fixture(scope="session")
def same() -> SameTable:
    """Insist that two tables are the same, to the last bit."""
    return _same


@pytest.fixture(scope="session")
def all_same() -> Same:
    """Insist that two batches are the same, to the last bit."""
    return _all_same


@pytest.fixture
def no_single_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to decode any telegram of a batch one by one."""

    def refuse(*_: Any) -> None:
        msg = "decoded one by one"
        raise AssertionError(msg)

    monkeypatch.setattr(batch_module, "decode_alone", refuse)
