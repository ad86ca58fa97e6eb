"""Every installed driver of an M-Bus meter passes the kit that its authors run."""

from __future__ import annotations

import pytest

from divako.drivers import MbusDriver, available, load
from divako.testing import MBUS_CHECKS, MbusCheck


DRIVERS = [driver for driver in map(load, available()) if isinstance(driver, MbusDriver)]


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.name)
@pytest.mark.parametrize("check", MBUS_CHECKS, ids=lambda check: check.__name__)
def test_the_driver_keeps_its_promises(driver: MbusDriver, check: MbusCheck) -> None:
    check(driver)
