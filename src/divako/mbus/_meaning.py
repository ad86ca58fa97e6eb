"""From the header bytes of a record to what the record means.

The one place where DIF, DIFE, VIF and VIFE are interpreted. The result depends on
the header bytes alone, so it is remembered by them; the memory is bounded, because
garbage has more headers than meters do.

References
----------
.. [1] EN 13757-3:2018, clause 6: record header; tables 4 to 9 for DIF and DIFE.
"""

from __future__ import annotations

import functools
import re

from attrs import evolve, frozen

from divako.errors import UnitError
from divako.mbus._vif import FB, FD, PRIMARY, Form, Vif
from divako.mbus._vife import MAKER_FOLLOWS, SECOND_TABLE, apply_second_vife, apply_vife
from divako.model import Function, Register, Status
from divako.units import Dimension, exact_factor


EXTENSION = 0x80
LVAR = 0x0D
REAL = 0x05
PLAIN_TEXT = 0x7C
INVERSE_PROFILE = 0x13
PROFILES = frozenset({INVERSE_PROFILE, 0x1E, 0x1F})
DOUBTFUL = 0x18  # the record error "data error": there is a value, and it is not to be trusted

# Bytes of each data field of the DIF; LVAR states its own size.
SIZES = (0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, -1, 6)
BCD_FIELDS = frozenset({0x09, 0x0A, 0x0B, 0x0C, 0x0E})


@frozen(kw_only=True)
class Meaning:
    """What a record header says.

    Parameters
    ----------
    register : Register or None
        Quantity and scale of numbers; None for dates, texts and what only the maker knows.
    quantity : str
        Its name; ``"unknown"`` where only the maker knows.
    has_value : bool
        False where the header says that the data is no value (a record error).
    form : Form
        What the data is.
    field : int
        Data field of the DIF: how the data is packed.
    storage, tariff, subunit : int
        Indices of the record.
    function : Function
        Which value of its time.
    status : Status
        What is already certain from the header.
    profile : int
        The VIFE that makes the record a compact profile; 0 where it is none.
    """

    register: Register | None
    quantity: str
    has_value: bool
    form: Form
    field: int
    storage: int
    tariff: int
    subunit: int
    function: Function
    status: Status
    profile: int = 0


@functools.lru_cache(maxsize=4096)
def meaning_of(header: bytes) -> Meaning:
    """Interpret a complete record header.

    Parameters
    ----------
    header : bytes
        DIF, DIFE, VIF and VIFE as sent, with the text of a plain-text VIF behind it.

    Returns
    -------
    Meaning
        Complete, even where the quantity is unknown.
    """
    dif = header[0]
    storage, tariff, subunit, at = dif >> 6 & 1, 0, 0, 1
    for k in range(10):
        if not header[at - 1] & EXTENSION:
            break
        extension = header[at]
        storage |= (extension & 0x0F) << (1 + 4 * k)
        tariff |= (extension >> 4 & 3) << (2 * k)
        subunit |= (extension >> 6 & 1) << k
        at += 1
    function = Function(dif >> 4 & 3)
    status = Status.ERROR_STATE if function is Function.ERROR else Status.OK
    vif, error, profile = _combined(header[at:])
    if error:
        status |= Status.RECORD_ERROR
    field = dif & 0x0F
    register = None
    if vif is None:
        status |= Status.UNKNOWN_QUANTITY
    elif vif.form in {Form.NUMBER, Form.UNSIGNED, Form.BITS}:
        register = Register(vif.quantity, vif.dimension, vif.factor, vif.kind)
    return Meaning(
        register=register,
        quantity="unknown" if vif is None else vif.quantity,
        has_value=vif is not None and error in {0, DOUBTFUL},
        form=Form.OPAQUE if vif is None else vif.form,
        field=field,
        storage=storage,
        tariff=tariff,
        subunit=subunit,
        function=function,
        status=status,
        profile=profile if dif & 0x0F == LVAR else 0,
    )


def meaning_as(
    header: bytes, register: Register | None, quantity: str, *, unsigned: bool = False, date: bool = False
) -> Meaning:
    """Say what a record header means where its maker gives the quantity.

    Parameters
    ----------
    header : bytes
        The header, whose DIF and DIFE stand as they are.
    register : Register or None
        What the maker counts; None for dates and texts.
    quantity : str
        Its name.
    unsigned, date : bool
        Whether a number is of type C; whether the data is a date.
    """
    number = Form.UNSIGNED if unsigned else Form.NUMBER
    form = number if register is not None else Form.DATE if date else Form.IDENTIFICATION
    plain = meaning_of(header)
    return evolve(
        plain,
        register=register,
        quantity=quantity,
        has_value=True,
        form=form,
        status=plain.status & ~Status.UNKNOWN_QUANTITY,
        profile=0,
    )


def _combined(codes: bytes) -> tuple[Vif | None, int, int]:
    """Read VIF and VIFEs: the quantity, and the record error and profile that they may name."""
    first = codes[0] & 0x7F
    rest = codes[1:]
    vif: Vif | None
    if first == PLAIN_TEXT:
        size = codes[1]
        text, rest = codes[2 : 2 + size], codes[2 + size :]
        vif = _plain_text(text)
    elif codes[0] in {0xFB, 0xFD}:
        vif = (FB if codes[0] == 0xFB else FD).get(codes[1] & 0x7F)
        rest = codes[2:]
    else:
        vif = PRIMARY.get(first)
    error = profile = 0
    more = iter(rest)
    for byte in more:
        code = byte & 0x7F
        if vif is None:
            return None, error, profile
        if code == MAKER_FOLLOWS:
            # The scale stands, but what it counts is no longer the plain quantity.
            return evolve(vif, quantity=f"{vif.quantity}_maker"), error, profile
        if code == SECOND_TABLE:
            vif = apply_second_vife(vif, next(more, 0) & 0x7F)
        elif code in PROFILES:
            profile = code
        elif code < 0x20 and code not in {0x12, 0x14, 0x1D}:
            error = error or code
            if code == DOUBTFUL:
                vif = apply_vife(vif, code)
        else:
            vif = apply_vife(vif, code)
    return vif, error, profile


def _plain_text(text: bytes) -> Vif:
    """Know the units that meters write out; the text is sent last character first."""
    unit = text[::-1].decode("latin-1").strip()
    if unit in {"%RH", "%"}:
        return Vif("relative_humidity", Dimension.RELATIVE_HUMIDITY)
    try:
        dimension, factor = exact_factor(unit)
    except UnitError:
        # The number stands as it was sent, and its quantity is called after its unit.
        name = re.sub(r"[^a-z0-9]+", "_", unit.lower()).strip("_")
        return Vif(f"in_{name}" if name else "in_unnamed_unit")
    return Vif(dimension.value, dimension, factor)
