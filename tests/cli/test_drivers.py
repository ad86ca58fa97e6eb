"""``divako drivers``: every installed driver, for people and for programs."""

from __future__ import annotations

import json

import pytest

from divako.cli import main
from divako.drivers import available


def test_every_driver_has_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "medium", "devices", "source"]
    assert [row.split()[0] for row in rows] == list(available())


def test_programs_get_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [driver["name"] for driver in document] == list(available())
    assert all(set(driver) == {"name", "medium", "devices", "source"} for driver in document)
