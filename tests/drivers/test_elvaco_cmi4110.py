from __future__ import annotations

from divako.drivers.elvaco_cmi4110 import DRIVER
from divako.testing import conformance


test_conformance = conformance(DRIVER)
