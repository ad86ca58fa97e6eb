from __future__ import annotations

from divako.drivers.axioma_w1 import DRIVER
from divako.testing import conformance


test_conformance = conformance(DRIVER)
