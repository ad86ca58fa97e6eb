"""Keys files: two forms, one meaning; what is wrong is named by its place and never shown."""

from __future__ import annotations

import json

from pathlib import Path

import pytest

from divako.errors import InputError
from divako.stores import read_keys


KEY = "000102030405060708090a0b0c0d0e0f"
OTHER = "f0e0d0c0b0a090807060504030201000"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("keys.toml", f'[keys]\n12345678 = "{KEY}"\n"KAM-87654321" = "{OTHER.upper()}"\n'),
        ("keys.toml", f'12345678 = "{KEY}"\n87654321 = "{OTHER}"\n'),
        ("keys.json", json.dumps({"12345678": KEY, "87654321": OTHER})),
        ("KEYS.JSON", json.dumps({"keys": {"12345678": KEY, "87654321": OTHER}})),
        ("keys.json", "\ufeff" + json.dumps({"12345678": KEY, "87654321": OTHER})),
    ],
)
def test_every_form_gives_the_same_keys(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    keys = read_keys(path)
    assert len(keys) == len(read_keys(str(path))) == 2
    assert keys.key_of("12345678") is not None
    assert keys.key_of("87654321") is not None
    assert keys.key_of("11111111") is None


def test_a_file_without_entries_gives_no_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text("")
    assert len(read_keys(path)) == 0


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("k.json", json.dumps({"11111111": OTHER, "12345678": KEY[:-2]}), "entry 2 of the keys: a key has 16 bytes"),
        ("k.json", json.dumps({"11111111": OTHER, "12345678": KEY[:-1]}), "entry 2 of the keys: "),
        ("k.json", json.dumps({"11111111": OTHER, "12345678": KEY + "00"}), "entry 2 of the keys: a key has 16 bytes"),
        ("k.json", json.dumps({"11111111": OTHER, "12345678": "x" + KEY[1:]}), "entry 2 of the keys: "),
        ("k.json", json.dumps({"1234567": KEY}), "entry 1 of the keys: a meter number has eight digits"),
        ("k.json", json.dumps({"12345678": [[KEY]]}), "entry 1 of the keys: a key is written in"),
        ("k.json", f'{{"12345678": "{KEY}", "12345678": "{OTHER}"}}', "entry 2 of the keys: this meter stands twice"),
        (
            "k.json",
            json.dumps({"12345678": KEY, "KAM-12345678": OTHER}),
            "entry 2 of the keys: this meter stands twice",
        ),
        ("k.json", f'{{"12345678": "{KEY}"\n', "not JSON at line 2, column 1"),
        ("k.json", json.dumps([KEY]), "a keys file holds meter numbers and keys"),
        ("k.json", "[" * 100_000, "not a keys file"),
        ("k.toml", f'12345678 = "{KEY}"\n12345678 = "{OTHER}"\n', "not TOML at line 2, column "),
        ("k.toml", f"12345678 = {KEY}\n", "not TOML at line 1, column "),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_never_shown(tmp_path: Path, name: str, text: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_keys(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: {reason}")
    assert all(secret not in message.removeprefix(str(path)) for secret in (KEY[:8], OTHER[:8], "1234567"))
    assert caught.value.__cause__ is None


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a text in UTF-8"):
        read_keys(path)
