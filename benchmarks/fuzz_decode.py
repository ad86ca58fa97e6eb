"""Look for bytes that make the decoder raise anything but its own decode errors; run on demand.

    python benchmarks/fuzz_decode.py --seconds 300 [--corpus FOLDER]

It needs atheris, and stops at the first find, which it writes to ``crash-…`` in the current folder. The seeds are telegrams
of the simulator, in every security mode and frame format, so that deeper layers are reached; checksums are mended
before decoding half of the time.
"""

from __future__ import annotations

import argparse
import sys

from pathlib import Path

import atheris


with atheris.instrument_imports(include=["divako"]):
    from divako.codec import AesKey, DesKey
    from divako.errors import DecodeError
    from divako.model import Mvt
    from divako.simulate import MODES, Address, ExtendedLink, Protection, encode_profile, long_frame, wireless_frame
    from divako.telegrams import Formats, KeyStore, decode
    from divako.wmbus import Fragments

SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=7))
RECORDS = bytes.fromhex(
    "0413 39300000 0c06 45230100 42 6c 4a3c 046d 1e0d4a3c 0dfd11 03 433241 02fc03485225 74 2c01 0f aabb"
)
PROFILE = bytes.fromhex("82046c 4a3c 8304 6e 0a0000") + encode_profile(
    bytes.fromhex("8d04ee1f"), [1, 2, None], step="increments", spacing="month"
)
AES, DES = KeyStore.single(bytes(16)), KeyStore.single(bytes(8))
FORMATS = Formats.of([bytes.fromhex("0413 426c 0d78")])
FORMS = (None, "A", "B", "stripped", "stripped-B")


def seeds() -> list[bytes]:
    """Build telegrams of every wrapping."""
    frames = [long_frame(SENDER, RECORDS), long_frame(SENDER, PROFILE)]
    for mode in MODES:
        key = DesKey(bytes(8)) if mode == 2 else AesKey(bytes(16))
        protection = Protection(mode=mode, key=key, counter=1, code_size=8 if mode in {0, 7} else None)
        frames += [
            wireless_frame(SENDER, RECORDS, frame_format=form, protection=protection) for form in ("A", "B", "stripped")
        ]
    for key in (None, AesKey(bytes(16))):
        link = ExtendedLink(session=5, key=key)
        frames += [wireless_frame(SENDER, PROFILE, header="none", extended=link, frame_format="stripped")]
    return frames


def mended(frame: bytes) -> bytes:
    """Make length and checksum of a wired frame right, so that what is behind them is read."""
    if len(frame) > 8 and frame[0] == 0x68:
        body = frame[4:-2][:255]
        return bytes((0x68, len(body), len(body), 0x68)) + body + bytes((sum(body) & 0xFF, 0x16))
    return bytes((min(len(frame) - 1, 255),)) + frame[1:256] if len(frame) > 1 else frame


def one(data: bytes) -> None:
    """Decode one input in the way that its first byte chooses."""
    if not data:
        return
    choice, frame = data[0], data[1:]
    if choice & 1:
        frame = mended(frame)
    keys = (None, AES, DES, AES)[choice >> 1 & 3]
    try:
        if choice & 8:
            Fragments(keys=keys).receive(frame)
        else:
            decode(
                frame, keys=keys, formats=FORMATS, frame_format=FORMS[(choice >> 4) % 5], partial=bool(choice & 0x80)
            )
    except DecodeError as error:
        if error.offset is not None and not 0 <= error.offset <= len(frame) + 4:
            msg = "an error points outside of what was given"
            raise AssertionError(msg) from error


def main() -> None:
    """Run for so many seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--corpus", type=Path, default=Path("build/fuzz-corpus"))
    arguments = parser.parse_args()
    arguments.corpus.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(seeds()):
        for choice in (0x00, 0x01, 0x02, 0x03):
            (arguments.corpus / f"seed-{number}-{choice}").write_bytes(bytes((choice,)) + frame)
    options = [f"-max_total_time={arguments.seconds}", "-max_len=320", "-timeout=10", str(arguments.corpus)]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
