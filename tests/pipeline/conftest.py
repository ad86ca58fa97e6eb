"""A small house that does not exist, and both samples run once from end to end."""

from __future__ import annotations

import datetime as dt
import json

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.codec import AesKey
from divako.datasets._toml import entry
from divako.model import Mvt
from divako.pipeline import DemoResult, demo
from divako.simulate import Address, encode_record, wireless_frame


Document = dict[str, Any]
FIRST, SECOND, SENSOR = "20260101", "20260102", "20260109"
KEY = "000102030405060708090A0B0C0D0E0F"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
WRITTEN_AT = np.datetime64("2026-05-01T12:00", "ms")


def make_frame(
    meter: str, litres: int, *, key: str | None = None, device_type: int = 0x16, header: bytes = b"\x04\x13"
) -> str:
    """Make a wireless telegram with one volume, in hexadecimal digits."""
    sender = Address(meter, Mvt(manufacturer="DVK", version=1, device_type=device_type))
    secret = None if key is None else AesKey(bytes.fromhex(key))
    return wireless_frame(sender, encode_record(header, litres), key=secret).hex()


def make_line(meter: str, at: dt.datetime, litres: int, **rest: Any) -> str:
    """Make a line of a telegram file."""
    return json.dumps({"hex": make_frame(meter, litres, **rest), "received_at": at.isoformat()})


def make_hourly(meter: str, litres: Sequence[int], *, start: dt.datetime = START, **rest: Any) -> list[str]:
    """Make lines an hour apart."""
    return [make_line(meter, start + dt.timedelta(hours=i), count, **rest) for i, count in enumerate(litres)]


def make_house() -> Document:
    """Give the project of a house of two sections, each with a meter, a day and a half long."""
    return {
        "schema_version": 1,
        "name": "Prøvehuset",
        "timezone": "UTC",
        "period": {"start": START, "end": START + dt.timedelta(hours=36)},
        "telegrams": [{"files": ["*.jsonl"]}],
        "sections": [
            {"id": "H0101", "address": "Oppdiktveien 1", "attributes": {"area": "61.5", "persons": 2}},
            {"id": "H0102", "address": "Oppdiktveien 1", "attributes": {"area": 48, "persons": 1}},
        ],
        "meters": [{"id": FIRST, "medium": "cold_water"}, {"id": SECOND, "medium": "cold_water"}],
        "installations": [
            {"meter": FIRST, "section": "H0101", "from": dt.date(2025, 1, 1)},
            {"meter": SECOND, "section": "H0102", "from": dt.date(2025, 1, 1)},
        ],
        "tenancies": [
            {"section": "H0101", "party": "p-1", "name": "Testine Tenktmoen", "from": dt.date(2025, 1, 1)},
        ],
        "costs": [
            {
                "id": "water",
                "title": {"no": "Vann", "en": "Water"},
                "amount": "1000.01",
                "parts": [
                    {"share": "0.4", "by": "area"},
                    {"share": "0.6", "by": "consumption", "medium": "cold_water"},
                ],
            }
        ],
    }


@pytest.fixture(scope="session")
def frame() -> Callable[..., str]:
    """Maker of telegrams: meter, litres, and a key."""
    return make_frame


@pytest.fixture(scope="session")
def line() -> Callable[..., str]:
    """Maker of lines of a telegram file: meter, instant, litres, and a key."""
    return make_line


@pytest.fixture(scope="session")
def hourly() -> Callable[..., list[str]]:
    """Maker of lines an hour apart: meter, litres of each hour, first instant, and a key."""
    return make_hourly


@pytest.fixture
def house() -> Document:
    """A project that is right, to be made wrong or run."""
    return make_house()


Writer = Callable[..., Path]


@pytest.fixture
def write_house(tmp_path: Path) -> Writer:
    """Writer of a project and its telegrams into an empty folder; gives the project file."""

    def put(document: Mapping[str, Any], lines: Sequence[str] | bytes = (), **files: str) -> Path:
        folder = tmp_path / "house"
        folder.mkdir(exist_ok=True)
        content = lines if isinstance(lines, bytes) else "".join(f"{one}\n" for one in lines).encode()
        (folder / "telegrams.jsonl").write_bytes(content)
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
        path = folder / "project.toml"
        path.write_text(entry("", document), encoding="utf-8")
        return path

    return put


Told = list[tuple[str, int, int]]


@pytest.fixture(scope="session")
def told() -> Told:
    """What the demonstration of the house told of its progress."""
    return []


@pytest.fixture(scope="session")
def house_demo(tmp_path_factory: pytest.TempPathFactory, told: Told) -> DemoResult:
    """The co-operative, run once for all tests that look at it."""
    folder = tmp_path_factory.mktemp("house")
    return demo(folder, generated_at=WRITTEN_AT, progress=lambda *step: told.append(step))


@pytest.fixture(scope="session")
def town_demo(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """The municipal network, likewise."""
    return demo(tmp_path_factory.mktemp("town"), generated_at=WRITTEN_AT, municipal=True)
