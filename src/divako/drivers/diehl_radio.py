"""Diehl and Hydrometer meters that send the standard's records, under keys that are public.

Those that send "real data" encipher as in PRIOS. The configuration field has the mode of a maker's own; its
high byte is the sum of the plain bytes, without bit 4, which says that the mode is this one. Whoever
deciphered a body before handing it on is noticed by the same sum. Those that send OMS telegrams have in
security mode 5, until their operator gives them another, the second of the public keys, twice.

References
----------
.. [1] wmbusmeters, issues 226 and 239 and pull request 247: register, keys, checksum and order of addresses.
.. [2] wmbusmeters, manufacturer_specificities: the key of OMS telegrams (a fact).
"""

from __future__ import annotations

from divako.drivers import Cipher, MbusDriver, Mvt, TelegramExample
from divako.drivers._diehl import MAKERS, PUBLIC_KEY, candidates, printed_address, unknown_key
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
    name="diehl_radio",
    devices=[("Diehl", "Sharky 775"), ("Hydrometer", "Sharky 775"), ("Hydrometer", "Hydrus")],
    medium=Medium.UNKNOWN,
    accepts=Mvt(MAKERS, ci=(0x72, 0x7A)),
    address=printed_address,
    public_key=PUBLIC_KEY,
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
        ),
        TelegramExample(
            bytes.fromhex(
                "2e44a5117856341270077a2a00200526def919028a238bc67056fedbf1cfd790b40558106944c737dc9364a551cc74"
            ),
            {"volume_m3": 12.345, "volume_m3 s1": 1.234, "date s1": "2025-12-31"},
        ),
    ],
)
