"""One hierarchy: stable codes, places that survive, one base."""

from __future__ import annotations

import pickle

import pytest

from divako import errors


CLASSES = [getattr(errors, name) for name in errors.__all__]


PLACES: dict[type[errors.DivakoError], dict[str, object]] = {
    errors.DecodeError: {"layer": "mbus.link", "offset": 3},
    errors.ProjectError: {"path": "costs[0].by"},
    errors.SeriesError: {"row": 4, "meter_index": 2},
    errors.AllocationError: {"cost_index": 1, "section_index": 2},
    errors.SiteError: {"collection": "meters", "index": 1},
    errors.MissingExtraError: {"extra": "report"},
}


def make(cls: type[errors.DivakoError]) -> errors.DivakoError:
    place = next((place for base, place in PLACES.items() if issubclass(cls, base)), {})
    return cls("what", **place)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_has_one_base_and_survives_pickling(cls: type[errors.DivakoError]) -> None:
    error = make(cls)
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, errors.DivakoError)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_codes_are_told_apart() -> None:
    codes = [cls.code for cls in CLASSES]
    assert len(set(codes)) == len(codes)


def test_a_decode_error_says_where() -> None:
    assert str(make(errors.TruncatedError)) == "what (mbus.link at byte 3)"
    assert str(errors.TruncatedError("what", layer="x")) == "what (x)"


def test_a_project_error_says_where_in_the_file() -> None:
    assert str(make(errors.ProjectError)) == "costs[0].by: what"
