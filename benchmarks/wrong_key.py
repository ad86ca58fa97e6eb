"""How often a wrong key passes mode 5: 2F 2F at the start, and records that fill the body to its end.

    python benchmarks/wrong_key.py [--keys 200000]

Both chances are counted apart, because together they are too rare: how often two bytes of a body deciphered with a random key are
2F 2F, and how often a random body behind 2F 2F walks to its end.
"""

from __future__ import annotations

import argparse

import numpy as np

from divako.codec import AesKey
from divako.errors import DecodeError
from divako.mbus import read_records


BLOCK = 16


def main() -> None:
    """Count, and print both chances for bodies of one to fifteen blocks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=200_000)
    many = parser.parse_args().keys
    rng = np.random.default_rng(1)
    body = rng.bytes(BLOCK)
    marks = sum(AesKey(rng.bytes(BLOCK)).decrypt_cbc(body, bytes(BLOCK))[:2] == b"\x2f\x2f" for _ in range(many))
    print(f"2F 2F with a random key: {marks} of {many}; expected {many / 65536:.1f}")
    for blocks in (1, 2, 3, 5, 10, 15):
        walked = sum(walks(b"\x2f\x2f" + rng.bytes(BLOCK * blocks - 2)) for _ in range(many))
        print(
            f"{blocks:2} blocks: a random body walks to its end {walked / many:.4f}, both {walked / many / 65536:.2e}"
        )


def walks(body: bytes) -> bool:
    """Tell whether a body reads as records to its end."""
    try:
        read_records(body)
    except DecodeError:
        return False
    return True


if __name__ == "__main__":
    main()
