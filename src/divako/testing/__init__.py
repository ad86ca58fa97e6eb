"""What the authors of drivers run against them.

It needs ``pip install 'divako[testing]'``; payloads are drawn by Hypothesis [1]_. One line in a test module is enough::

    test_conformance = conformance(DRIVER)

References
----------
.. [1] D. R. MacIver et al., "Hypothesis: A new approach to property-based testing",
   Journal of Open Source Software 4 (43), 2019.
"""

from divako.testing._checks import CHECKS, Check
from divako.testing._conformance import checks_of, conformance
from divako.testing._layout_checks import LAYOUT_CHECKS
from divako.testing._mbus_checks import MBUS_CHECKS, MbusCheck
from divako.testing._mbus_records import DrawnRecord, mbus_records
from divako.testing._strategies import payloads
from divako.testing._telegrams import frames


__all__ = [
    "CHECKS",
    "LAYOUT_CHECKS",
    "MBUS_CHECKS",
    "Check",
    "DrawnRecord",
    "MbusCheck",
    "checks_of",
    "conformance",
    "frames",
    "mbus_records",
    "payloads",
]
