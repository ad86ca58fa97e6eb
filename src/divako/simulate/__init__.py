"""Build telegrams, and the worlds that meters see: seeded, without any real customer.

Encoders are the inverse of the decoders: records, wired and wireless M-Bus frames in every
format, header and security mode, LoRaWAN payloads and envelopes. Worlds are draws of hourly water, heat and
temperature; each takes `rng` and is the same for the same seed.
"""

from divako.simulate._address import Address
from divako.simulate._clock import hours_of, local_clock
from divako.simulate._compact import compact_records, format_records
from divako.simulate._extended_link import ExtendedLink
from divako.simulate._frames import Content, FrameFormat, Header, fragmented_frames, long_frame, wireless_frame
from divako.simulate._heat import heat_use
from divako.simulate._households import Rng, Use, away_hours, household_water, with_leak
from divako.simulate._lorawan import (
    AXIOMA_HOURS,
    AXIOMA_PORT,
    axioma_w1_payload,
    chirpstack_document,
    things_stack_document,
)
from divako.simulate._profile import encode_profile
from divako.simulate._protection import MODES, Mode, Protection
from divako.simulate._records import Value, encode_bcd, encode_record
from divako.simulate._sending import counts_at, send_times
from divako.simulate._weather import outdoor_temperature, room_temperature
from divako.simulate._zones import zone_inflow


__all__ = [
    "AXIOMA_HOURS",
    "AXIOMA_PORT",
    "MODES",
    "Address",
    "Content",
    "ExtendedLink",
    "FrameFormat",
    "Header",
    "Mode",
    "Protection",
    "Rng",
    "Use",
    "Value",
    "away_hours",
    "axioma_w1_payload",
    "chirpstack_document",
    "compact_records",
    "counts_at",
    "encode_bcd",
    "encode_profile",
    "encode_record",
    "format_records",
    "fragmented_frames",
    "heat_use",
    "hours_of",
    "household_water",
    "local_clock",
    "long_frame",
    "outdoor_temperature",
    "room_temperature",
    "send_times",
    "things_stack_document",
    "wireless_frame",
    "with_leak",
    "zone_inflow",
]
