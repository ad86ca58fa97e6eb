"""Enciphered telegrams of others, opened and built again with the same key and fields: the same bytes."""

from __future__ import annotations

import collections
import contextlib
import json

from pathlib import Path
from typing import Any, Literal, cast

import pytest

from divako import mbus, wmbus
from divako.codec import AesKey, DesKey
from divako.errors import DecodeError
from divako.mbus._security import Plain, Sealed, decipher
from divako.simulate import Address, Content, ExtendedLink, Header, Mode, Protection, long_frame, wireless_frame
from divako.telegrams import Formats, KeyStore, decode, learn_formats
from divako.wmbus import _extended_link as extended_link


CONTENT: dict[int, tuple[Content, Header]] = {
    0x72: ("records", "long"),
    0x7A: ("records", "short"),
    0x78: ("records", "none"),
    0x73: ("compact", "long"),
    0x7B: ("compact", "short"),
    0x79: ("compact", "none"),
}
OWN_BITS = {5: 0x1FF0, 7: 0x1FF0, 10: 0x3FFF, 2: 0x1FFF}  # of the configuration field: not further flags


class Opened:
    """What the decoder saw on its way: the sealed body and the plain one, and the payload of an extended link layer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.body: tuple[Sealed, Plain] | None = None
        self.payload: bytes | None = None
        plain_open = extended_link._open

        def record(sealed: Sealed) -> Plain:
            plain = decipher(sealed)
            self.body = sealed, plain
            return plain

        def open_(*of: Any) -> bytes:
            self.payload = plain_open(*of)
            return self.payload

        monkeypatch.setattr("divako.mbus._application.decipher", record)
        monkeypatch.setattr(extended_link, "_open", open_)

    def forget(self) -> None:
        """Have seen nothing yet."""
        self.body = self.payload = None


def address_of(address: mbus.Address) -> Address:
    return Address(address.meter_id, address.mvt)


def key_of(case: dict[str, Any]) -> AesKey | DesKey | None:
    if not case["key"]:
        return None
    key = bytes.fromhex(case["key"])
    return DesKey(key) if len(key) == 8 else AesKey(key)


def protection_of(sealed: Sealed, plain: Plain, key: AesKey | DesKey | None) -> tuple[Protection | None, bytes]:
    """Give the security of a body, and what to put under it."""
    mode = sealed.header.mode
    if key is None or mode not in OWN_BITS or plain.security == "none":
        return None, plain.body
    configuration = sealed.header.configuration
    has_code = sealed.fragment is not None and bool(sealed.fragment.mac)
    own = OWN_BITS[mode] | (0x2000 if mode == 7 and not has_code else 0)
    blocks = {5: configuration >> 4 & 15, 7: configuration >> 4 & 15, 10: None}.get(mode, (configuration & 0xFF) // 8)
    protection = Protection(
        mode=cast("Mode", mode),
        key=key,
        counter=plain.counter or 0,
        code_size=len(sealed.fragment.mac) if sealed.fragment is not None and has_code else None,
        blocks=blocks,
        flags=configuration & ~own,
    )
    return protection, plain.body if mode == 10 else plain.body[2:]


def built(case: dict[str, Any], opened: Opened) -> bytes:
    frame, key = bytes.fromhex(case["hex"]), key_of(case)
    if case["frame_format"] == "long":
        assert opened.body is not None
        sealed, plain = opened.body
        got = mbus.read_frame(frame)
        protection, records = protection_of(sealed, plain, key)
        return long_frame(
            address_of(sealed.address),
            records,
            address=got.address or 0,
            control=got.control or 0,
            access_number=sealed.header.access_number,
            status=sealed.header.status_byte,
            header=CONTENT[sealed.ci][1],
            protection=protection,
        )
    form = cast("Literal['A', 'B', 'stripped']", case["frame_format"])
    air = wmbus.read_frame(frame, frame_format=form)
    radio = address_of(air.sender)
    link, data = None, air.data
    if air.ci in extended_link.EXTENDED_LINK:
        at = 10 if air.ci in extended_link.WITH_ADDRESS else 2
        session = int.from_bytes(data[at : at + 4], "little") if air.ci in extended_link.WITH_SESSION else None
        link = ExtendedLink(
            address=address_of(mbus.read_address(data[2:4], data[4:8], data[8], data[9])) if at == 10 else None,
            session=None if session is None else session & 0x1FFF_FFFF,
            key=key if opened.payload is not None and isinstance(key, AesKey) else None,
            control=data[0],
            access_number=data[1],
        )
    if opened.body is None:
        assert opened.payload is not None
        content, header = CONTENT[opened.payload[0]]
        adapter = radio if link is not None and link.address is not None else None
        return wireless_frame(
            radio,
            opened.payload[1:],
            frame_format=form,
            header=header,
            content=content,
            extended=link,
            adapter=adapter,
            control=air.control,
        )
    sealed, plain = opened.body
    content, header = CONTENT[sealed.ci]
    protection, records = protection_of(sealed, plain, key)
    return wireless_frame(
        address_of(sealed.address),
        records,
        frame_format=form,
        header=header,
        content=content,
        access_number=sealed.header.access_number,
        status=sealed.header.status_byte,
        protection=protection,
        extended=link,
        adapter=radio if header == "long" or (link is not None and link.address is not None) else None,
        control=air.control,
    )


def known(case: dict[str, Any], keys: KeyStore) -> Formats:
    formats = Formats.of([bytes.fromhex(case["format"])]) if case.get("format") else Formats()
    for frame in case.get("context") or ():
        for lookup in (keys, None):  # what was seen before may have been handed on deciphered
            with contextlib.suppress(DecodeError):
                formats = learn_formats([decode(bytes.fromhex(frame), keys=lookup, formats=formats)], known=formats)
    return formats


@pytest.mark.parametrize("name", ["telegrams", "derived"])
def test_each_security_mode_builds_the_bytes_of_others(cases: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened(monkeypatch)
    same: collections.Counter[str] = collections.Counter()
    for line in (cases / "mbus" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if not case["key"] or case["security_state"] != "encrypted" or case["security"] == "vendor":
            continue
        keys = KeyStore.single(case["key"])
        formats = known(case, keys)
        opened.forget()
        decode(bytes.fromhex(case["hex"]), keys=keys, formats=formats)
        assert built(case, opened).hex().upper() == case["hex"]
        same[case["security"]] += 1
    for security, count in sorted(same.items()):
        print(f"{name}, {security}: {count} built byte for byte")  # noqa: T201 - the score
    assert same


def test_plain_telegrams_are_built_as_others_send_them(cases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened(monkeypatch)
    same: collections.Counter[str] = collections.Counter()
    for line in (cases / "mbus" / "telegrams.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if (case["security"], case["security_state"], case["class"]) != ("none", "plain", "generic"):
            continue
        opened.forget()
        decode(bytes.fromhex(case["hex"]), formats=known(case, KeyStore({})))
        # Bits of the configuration field that speak of the radio alone are not built.
        if opened.body is None or opened.body[0].header.configuration:
            continue
        assert built(case, opened).hex().upper() == case["hex"]
        same[case["frame_format"]] += 1
    for form, count in sorted(same.items()):
        print(f"telegrams in the clear, {form}: {count} built byte for byte")  # noqa: T201 - the score
    assert same
