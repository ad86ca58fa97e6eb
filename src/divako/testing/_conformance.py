"""One line for a driver's author: a test function that runs every check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from divako.drivers import AnyDriver, Driver, Layout, MbusDriver
from divako.testing._checks import CHECKS, Check
from divako.testing._extras import pytest
from divako.testing._layout_checks import LAYOUT_CHECKS
from divako.testing._mbus_checks import MBUS_CHECKS


def checks_of(driver: Driver) -> tuple[Check, ...]:
    """Give the checks that make sense for a driver.

    Parameters
    ----------
    driver : Driver
        Any driver.

    Returns
    -------
    tuple of Check
        `CHECKS`, and `LAYOUT_CHECKS` where one of its forms is a `Layout`.
    """
    laid_out = any(isinstance(form.layout, Layout) for form in driver.forms)
    return (*CHECKS, *LAYOUT_CHECKS) if laid_out else CHECKS


def conformance(driver: AnyDriver) -> Callable[[Callable[[Any], None]], None]:
    """Make one pytest test function that runs every check on a driver.

    Parameters
    ----------
    driver : Driver or MbusDriver
        The driver to check.

    Returns
    -------
    callable
        To be named ``test_…`` in a test module; pytest runs it once per check.

    Notes
    -----
    The kit knows of the meter what the driver says of it, and its examples. A wrong layout
    shows in an example; a status bit that nobody wrote down, or a constant declared as
    `divako.drivers.Skip`, shows nowhere.

    Examples
    --------
    >>> from divako.drivers import load
    >>> test_conformance = conformance(load("axioma_w1"))
    """
    checks: Sequence[Callable[[Any], None]] = MBUS_CHECKS if isinstance(driver, MbusDriver) else checks_of(driver)

    def test(check: Callable[[Any], None]) -> None:
        check(driver)

    run: Callable[[Callable[[Any], None]], None] = pytest.mark.parametrize("check", checks, ids=_name)(test)
    return run


def _name(check: Callable[[Any], None]) -> str:
    return check.__name__
