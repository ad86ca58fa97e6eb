"""What a VIFE makes of the VIF before it.

A combinable VIFE changes the scale, the name or the form of a record. What this
module does not know leaves the quantity to the maker, and never a wrong number.

References
----------
.. [1] EN 13757-3:2018, tables 15 (orthogonal VIFE) and 16 (second extension, after FC).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import evolve

from divako.mbus._vif import Form, Vif
from divako.model import Kind
from divako.units import Dimension, exact_factor


MAKER_FOLLOWS = 0x7F
SECOND_TABLE = 0x7C

_SUFFIXES: Mapping[int, str] = {
    0x12: "average",
    0x18: "data_error",  # a record error that qualifies its value, and is flagged as one
    0x28: "per_input_pulse_0",
    0x29: "per_input_pulse_1",
    0x2A: "per_output_pulse_0",
    0x2B: "per_output_pulse_1",
    0x2C: "per_litre",
    0x2D: "per_m3",
    0x2E: "per_kg",
    0x2F: "per_kelvin",
    0x30: "per_kwh",
    0x31: "per_gj",
    0x32: "per_kw",
    0x33: "per_kelvin_litre",
    0x34: "per_volt",
    0x35: "per_ampere",
    0x36: "times_s",
    0x37: "times_s_per_volt",
    0x38: "times_s_per_ampere",
    0x3A: "uncorrected",
    0x3B: "positive",
    0x3C: "negative",
    0x3E: "base_conditions",
    0x40: "lower_limit",
    0x48: "upper_limit",
    0x68: "during_lower_limit",
    0x6C: "during_upper_limit",
    0x69: "leakage",
    0x6D: "overflow",
    0x7E: "future",
}
_OTHER_FORMS: Mapping[int, tuple[str, Form]] = {0x39: ("start", Form.DATE), 0x3F: ("obis", Form.OPAQUE)}
_SECOND_SUFFIXES: Mapping[int, str] = {
    0x01: "l1",
    0x02: "l2",
    0x03: "l3",
    0x04: "n",
    0x05: "l1_l2",
    0x06: "l2_l3",
    0x07: "l3_l1",
    0x08: "quadrant_1",
    0x09: "quadrant_2",
    0x0A: "quadrant_3",
    0x0B: "quadrant_4",
    0x0C: "net",
    0x0E: "secondary",
    0x0F: "high_resolution",
    0x10: "absolute",
    0x14: "to_meter",
    0x15: "from_meter",
}
_PER_TIME: Mapping[int, str] = {0x20: "s", 0x21: "min", 0x22: "h", 0x23: "d"}
_PER = ("second", "minute", "hour", "day", "week", "month", "year", "revolution")
_RATES: Mapping[Dimension, tuple[str, Dimension]] = {
    Dimension.VOLUME: ("volume_flow", Dimension.FLOW),
    Dimension.ENERGY: ("power", Dimension.POWER),
    Dimension.MASS: ("mass_flow", Dimension.MASS_FLOW),
}
_TIMES = ("s", "min", "h", "d")
_NUMBER_FORMS = (Form.NUMBER, Form.UNSIGNED)


def apply_vife(vif: Vif, code: int) -> Vif | None:
    """Combine a quantity with one VIFE of the first table.

    Parameters
    ----------
    vif : Vif
        What the header says so far.
    code : int
        The VIFE without its extension bit; neither 7C nor 7F.

    Returns
    -------
    Vif or None
        None where the combination is not known here.
    """
    if code == 0x1D:  # "standard conform data content" says nothing about the value
        return vif
    if code in _SUFFIXES:
        return _suffixed(vif, _SUFFIXES[code])
    if 0x20 <= code <= 0x27:
        return _per(vif, code)
    if code in _OTHER_FORMS:
        suffix, form = _OTHER_FORMS[code]
        return evolve(vif, quantity=f"{vif.quantity}_{suffix}", form=form)
    if 0x70 <= code <= 0x77 or code == 0x7D:
        return _scaled(vif, 3 if code == 0x7D else code - 0x76)
    # 78 to 7B add a constant, which no factor expresses; 14, 3D and the reserved ones change the
    # unit in ways that the record does not state.
    return _limit(vif, code)


def apply_second_vife(vif: Vif, code: int) -> Vif | None:
    """Combine a quantity with one VIFE of the table behind 7C; None where it is not known."""
    if code in _SECOND_SUFFIXES:
        return _suffixed(vif, _SECOND_SUFFIXES[code])
    if code == 0x11:
        return evolve(vif, form=Form.UNSIGNED)
    if code == 0x12:
        return evolve(vif, form=Form.BITS)
    if code == 0x13:
        return evolve(vif, quantity=f"{vif.quantity}_end", form=Form.DATE)
    return None


def _suffixed(vif: Vif, suffix: str) -> Vif:
    kind = Kind.NET if suffix == "net" and vif.kind is Kind.COUNTER else vif.kind
    if suffix in {"average", "lower_limit", "upper_limit"} or suffix.startswith(("per_", "times_")):
        kind = Kind.INSTANT
    return evolve(vif, quantity=f"{vif.quantity}_{suffix}", kind=kind)


def _scaled(vif: Vif, exponent: int) -> Vif | None:
    return evolve(vif, factor=vif.factor * Fraction(10) ** exponent) if vif.form in _NUMBER_FORMS else None


def _per(vif: Vif, code: int) -> Vif:
    """Make a rate: a flow or power where that is one, else the quantity with "per" in its name."""
    if code not in _PER_TIME or vif.dimension not in _RATES:
        return _suffixed(vif, f"per_{_PER[code - 0x20]}")
    quantity, dimension = _RATES[vif.dimension]
    per_hour = exact_factor("h")[1] / exact_factor(_PER_TIME[code])[1]
    return evolve(vif, quantity=quantity, dimension=dimension, factor=vif.factor * per_hour, kind=Kind.INSTANT)


def _limit(vif: Vif, code: int) -> Vif | None:
    """Read 41 to 6F: how often, how long or when a limit was exceeded.

    The VIF then only says of what. Bit 3 is the limit; in the runs for times bit 2
    says first or last, and bit 0 begin or end.
    """
    which = "upper" if code & 0x08 else "lower"
    if code in {0x41, 0x49}:
        return Vif(f"{vif.quantity}_{which}_limit_exceeds", form=Form.UNSIGNED, kind=Kind.COUNTER)
    place = "last" if code & 0x04 else "first"
    edge = "end" if code & 0x01 else "begin"
    if 0x42 <= code <= 0x4F and code & 0x02:
        return Vif(f"{vif.quantity}_{which}_limit_{place}_{edge}", form=Form.DATE)
    if 0x50 <= code <= 0x5F:
        return _duration(f"{vif.quantity}_{which}_limit_{place}_duration", code)
    if 0x60 <= code <= 0x67:
        return _duration(f"{vif.quantity}_{place}_duration", code)
    if code in {0x6A, 0x6B, 0x6E, 0x6F}:
        return Vif(f"{vif.quantity}_{place}_{edge}", form=Form.DATE)
    return None


def _duration(quantity: str, code: int) -> Vif:
    dimension, factor = exact_factor(_TIMES[code & 0x03])
    return Vif(quantity, dimension, factor)
