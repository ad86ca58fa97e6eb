"""What happens to a meter that is no consumption."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from attrs import frozen


@frozen(kw_only=True)
class Exchange:
    """The works of a meter are replaced; its number stays.

    Where the number changes as well, give each meter its installation instead.

    Parameters
    ----------
    meter_id : str
        The meter.
    time : datetime64[ms]
        When, in UTC; readings from then on are the new register's.
    old_final, new_start : Fraction
        What the old register showed last, and the new one first. [canonical unit]
    new_int_digits : int, optional
        Digits of the new register before the decimal point; without it as before.
    register : str, optional
        Name of the register, such as ``"volume"`` or ``"energy_tariff_1"``; needed where the
        readings are of several registers of this meter.
    """

    meter_id: str
    time: np.datetime64
    old_final: Fraction
    new_start: Fraction
    new_int_digits: int | None = None
    register: str | None = None


@frozen(kw_only=True)
class Reset:
    """A counter is restarted in the same meter.

    Parameters
    ----------
    meter_id : str
        The meter.
    time : datetime64[ms]
        When, in UTC; the first reading from then on counts from `start`.
    start : Fraction, default 0
        What it was set to. [canonical unit]
    register : str, optional
        Name of the register, as for an exchange.
    """

    meter_id: str
    time: np.datetime64
    start: Fraction = Fraction(0)
    register: str | None = None
