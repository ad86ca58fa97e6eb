"""The project file of the housing co-operative: who lives there, what is fitted, what it costs."""

from __future__ import annotations

import datetime as dt

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from attrs import frozen

from divako.datasets._fleet import Radio
from divako.datasets._toml import entry


TIMEZONE = "Europe/Oslo"
MOVED_IN = dt.date(2023, 8, 1)
CHANGE = dt.date(2026, 2, 1)
CHANGED = 11  # the dwelling whose tenant changes
FITTED = dt.datetime(2024, 6, 1, 8, 0)  # noqa: DTZ001 - the project file states local time

_FLOORS, _PER_FLOOR = 6, 4
_AREAS = ("48.5", "61.5", "74.0", "88.0")  # [m²], by the place on the floor
_GIVEN_NAMES = ("Testine", "Prøve", "Eksempla", "Mønstra", "Utkast", "Skisse", "Kladda", "Dikta")
_FAMILY_NAMES = ("Oppdiktsen", "Tenktmoen", "Liksomrud", "Påfunndal", "Innbiltnes", "Fantasivik")


@frozen(kw_only=True)
class Dwelling:
    """One section of the co-operative.

    Parameters
    ----------
    id : str
        Its number in the register of dwellings.
    area : str
        [m²]
    fraction : int
        Its part of the co-operative.
    persons : int
        Who live there.
    name : str
        Of the party; invented.
    """

    id: str
    area: str
    fraction: int
    persons: int
    name: str


@frozen(kw_only=True)
class Fitted:
    """A water meter in a dwelling.

    Parameters
    ----------
    radio : Radio
        The meter.
    section : str
        Where it is.
    start, end : datetime64[ms], optional
        When it was fitted and removed, in UTC, where that is within the period.
    start_count, end_count : int, optional
        What it showed then. [L]
    int_digits : int, default 5
        Digits before the decimal point.
    """

    radio: Radio
    section: str
    start: np.datetime64 | None = None
    end: np.datetime64 | None = None
    start_count: int | None = None
    end_count: int | None = None
    int_digits: int = 5


def invent_dwellings(rng: np.random.Generator) -> list[Dwelling]:
    """Draw who lives in the co-operative."""
    names = [f"{given} {family}" for given in _GIVEN_NAMES for family in _FAMILY_NAMES]
    chosen = rng.permutation(len(names)).tolist()
    dwellings: list[Dwelling] = []
    for floor in range(1, _FLOORS + 1):
        for place in range(_PER_FLOOR):
            largest = 2 + place // 2 + place // 3  # small flats have few people
            dwellings.append(
                Dwelling(
                    id=f"H{floor:02d}{place + 1:02d}",
                    area=_AREAS[place],
                    fraction=int(float(_AREAS[place])),
                    persons=int(rng.integers(1, largest + 1)),
                    name=names[chosen[len(dwellings)]],
                )
            )
    return dwellings


def project_file(
    dwellings: Sequence[Dwelling],
    *,
    water: Sequence[Fitted],
    heat: Sequence[Radio],
    sensors: Sequence[Radio],
    main: str,
) -> bytes:
    """Write the project file.

    Parameters
    ----------
    dwellings : sequence of Dwelling
        In the order of the house.
    water : sequence of Fitted
        Cold-water meters.
    heat : sequence of Radio
        Heat meters, one a dwelling, in the same order.
    sensors : sequence of Radio
        Room sensors of the building.
    main : str
        Device EUI of the main water meter.
    """
    parts = [_HEAD]
    parts += [_section(i, dwelling) for i, dwelling in enumerate(dwellings)]
    for fitted in water:
        parts += [_water_meter(fitted), _water_installation(fitted)]
    for radio, dwelling in zip(heat, dwellings, strict=True):
        parts.append(_meter(radio.meter_id, "heat", interval_s=3600, max_rate_per_h="50"))
        parts.append(_installation(radio.meter_id, section=dwelling.id))
    for radio in sensors:
        parts.append(_meter(radio.meter_id, "room", interval_s=3600))
        parts.append(_installation(radio.meter_id, role="sensor"))
    parts.append(_meter(main, "cold_water", driver="axioma_w1", interval_s=43_200, max_rate_per_h="16"))
    parts.append(_installation(main, role="main"))
    for i, dwelling in enumerate(dwellings):
        parts += _tenancies(i, dwelling)
    parts.append(_COSTS)
    return "\n".join(parts).encode()


def _section(i: int, dwelling: Dwelling) -> str:
    attributes = {"area": dwelling.area, "fraction": dwelling.fraction, "persons": dwelling.persons}
    address = f"Oppdiktveien {2 * (i // 8) + 1}, 0000 Eksempelby"
    return entry("[[sections]]", {"id": dwelling.id, "address": address, "attributes": attributes})


def _meter(meter_id: str, medium: str, **rest: Any) -> str:
    return entry("[[meters]]", {"id": meter_id, "medium": medium, **rest})


def _water_meter(fitted: Fitted) -> str:
    return _meter(
        fitted.radio.meter_id, "cold_water", int_digits=fitted.int_digits, max_rate_per_h="2.5", interval_s=3600
    )


def _installation(meter_id: str, *, section: str | None = None, role: str = "sub", **rest: Any) -> str:
    return entry("[[installations]]", {"meter": meter_id, "section": section, "role": role, "from": FITTED, **rest})


def _water_installation(fitted: Fitted) -> str:
    rest: dict[str, Any] = {"to": _local(fitted.end)}
    if fitted.start is not None:
        rest["from"] = _local(fitted.start)
    rest["start_register"], rest["end_register"] = _cubic_metres(fitted.start_count), _cubic_metres(fitted.end_count)
    return _installation(fitted.radio.meter_id, section=fitted.section, **rest)


def _local(instant: np.datetime64 | None) -> dt.datetime | None:
    if instant is None:
        return None
    utc = dt.datetime.fromtimestamp(int(instant.astype("datetime64[s]").astype("int64")), tz=dt.UTC)
    return utc.astimezone(ZoneInfo(TIMEZONE)).replace(tzinfo=None)


def _cubic_metres(count: int | None) -> str | None:
    return None if count is None else f"{count // 1000}.{count % 1000:03d}"


def _tenancies(i: int, dwelling: Dwelling) -> list[str]:
    party = f"p-{dwelling.id[1:]}"
    first = {"section": dwelling.id, "party": party, "name": dwelling.name, "from": MOVED_IN}
    if i != CHANGED:
        return [entry("[[tenancies]]", first)]
    second = {"section": dwelling.id, "party": f"{party}-2", "name": "Nyinnflytta Utenfra", "from": CHANGE}
    return [entry("[[tenancies]]", {**first, "to": CHANGE}), entry("[[tenancies]]", second)]


_HEAD = f"""\
# An invented housing co-operative: every name, address, number and key is made up.
schema_version = 1
name = "Solbakken borettslag"
timezone = "{TIMEZONE}"
currency = "NOK"
keys = "keys.toml"
period = {{ start = 2026-01-01, end = 2026-04-01 }}

[[telegrams]]
files = ["telegrams/*.jsonl"]
"""

_COSTS = """\
[[tariffs]]
id = "water"
medium = "cold_water"
fixed = "18816.00"
price = "41.33"

[[costs]]
id = "water"
title = { no = "Vann og avløp", en = "Water and sewage" }
tariff = "water"
fixed = { by = "fraction" }
metered = { by = "consumption", medium = "cold_water", difference = "pro_rata" }
basis = { no = "Vedtektene § 5", en = "Articles § 5" }

[[costs]]
id = "heat"
title = { no = "Fjernvarme", en = "District heating" }
amount = "186432.50"
parts = [{ share = "0.3", by = "area" }, { share = "0.7", by = "consumption", medium = "heat" }]
basis = { no = "Vedtektene § 6", en = "Articles § 6" }

[[costs]]
id = "caretaker"
title = { no = "Vaktmester", en = "Caretaker" }
amount = "36000.00"
parts = [{ share = "1", by = "equal" }]
basis = { no = "Vedtektene § 4", en = "Articles § 4" }

[rules.customer_leak]
run_hours = 24
min_rate_m3_h = 0.005

[rules.night_use]
limit_m3_h = 0.005
window = [2, 5]
nights = 3

[rules.frost]
below_c = 3.0
for_s = 3600
clear_c = 4.0

[rules.silent]
silent_factor = 24

[analysis]
purpose = "leak-statistics"
recipient = "Example University"
resolution = "hour"
secret_file = "analysis-secret.txt"
"""
