"""Diehl and Hydrometer meters that send "real data": the standard's records, enciphered as in PRIOS.

The configuration field has the mode of a maker's own. Its high byte is the sum of the plain bytes,
without bit 4, which says that the mode is this one. Whoever deciphered a body before handing it on
is noticed by the same sum.

References
----------
.. [1] wmbusmeters, issues 226 and 239 and pull request 247: register, keys, checksum and order of addresses.
"""

from __future__ import annotations

from divako.drivers import Cipher, MbusDriver, Mvt, TelegramExample
from divako.drivers._diehl import MAKERS, candidates, printed_address, unknown_key
from divako.mbus import Body
from divako.model import Medium


_SUMMED = 0xEF


def opened(data: bytes, body: Body) -> bytes:
    """Decipher a body with the public key under which its sum is right.

    Raises
    ------
    DecryptionError
        There is none.
    """
    header = body.header
    if header is None:
        raise unknown_key()
    wanted = header.configuration >> 8 & _SUMMED
    start = bytes((body.ci, header.access_number, header.status_byte, header.configuration & 0xFF))
    for plain in (data, *candidates(data, body, start)):
        if sum(plain) & _SUMMED == wanted:
            return plain
    raise unknown_key()


DRIVER = MbusDriver(
    name="diehl_real_data",
    devices=[("Diehl", "Sharky 775"), ("Hydrometer", "Sharky 775"), ("Hydrometer", "Hydrus")],
    medium=Medium.UNKNOWN,
    accepts=Mvt(MAKERS, ci=0x7A),
    address=printed_address,
    security="maker",
    cipher=Cipher(opened),
    source="wmbusmeters, issues 226 and 239 and pull request 247 (facts of cipher and checksum)",
    examples=[
        TelegramExample(
            bytes.fromhex(
                "2d4424232004785634127a2a0000b139593fcc8991a100ae931b61b28ab6a3edeb8d61b38e748517ec22cf9f3342"
            ),
            {
                "energy_kwh": 12345.0,
                "volume_m3": 12345.678,
                "flow_temperature_degc": 42.3,
                "return_temperature_degc": 28.1,
                "volume_flow_m3_h": 0.0,
                "power_kw": 0.0,
            },
        )
    ],
)
