"""LoRaWAN envelopes and payloads of others: servers as documented, devices that have a driver."""

from __future__ import annotations

import argparse
import collections
import importlib.util
import json
import sys

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from attrs import fields

from divako.cli import main
from divako.errors import DivakoError
from divako.lorawan import parse_uplink
from divako.model import Readings, Telegram
from divako.telegrams import decode, decode_batch, readings_of


# What the scorer is asked: wall-clock times where the case has them, further readings allowed.
ASKED = argparse.Namespace(by="vendor,model", time="lenient", ignore_quantity=False, no_extra=False, only=[])
FLOOR = 0.95
RECEIVED = np.datetime64("2026-01-02T03:04:05", "ms")

Line = dict[str, Any]


@pytest.fixture(scope="module")
def scorer(tools: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_payloads", tools / "score_payloads.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def parsed(case: Line) -> Line:
    try:
        uplink = parse_uplink(case["document"])
    except DivakoError as error:
        return {"id": case["id"], "error": error.code}
    return {
        "id": case["id"],
        "dev_eui": uplink.dev_eui,
        "fport": uplink.f_port,
        "fcnt": uplink.frame_counter,
        "payload_hex": uplink.payload.hex(),
        "time": None if np.isnat(uplink.time) else f"{uplink.time}Z",
        "gateways": [{"id": heard.gateway, "rssi": heard.rssi, "snr": heard.snr} for heard in uplink.gateways],
    }


def test_envelopes_of_every_server(cases: Path, scorer: ModuleType) -> None:
    corpus = read(cases / "lorawan" / "envelopes.jsonl")
    passed, total, failures = scorer.envelopes(corpus, [parsed(case) for case in corpus])
    sys.stdout.write(f"\nenvelopes: {passed}/{total}\n")
    assert failures == []


def told(case: Line) -> Line:
    """Give what a decoder may be told; a time without a zone would be refused."""
    line = {name: case[name] for name in ("id", "hex", "fport", "device", "keys", "context") if case.get(name)}
    return line | ({"received_at": case["received_at"]} if str(case["received_at"]).endswith("Z") else {})


def named(line: Line) -> Line:
    """Name quantities as the cases do, with the function behind them."""
    ends = {"maximum": "_max", "minimum": "_min"}
    readings = [r | {"quantity": r["quantity"] + ends.get(r["function"], "")} for r in line["readings"]]
    return line | {"readings": readings}


def test_payloads_of_the_devices_that_have_a_driver(
    cases: Path, scorer: ModuleType, excluded: dict[str, Any], tmp_path: Path
) -> None:
    corpus = [
        case | {"device": f"{case['vendor']} {case['model']}"} for case in read(cases / "lorawan" / "payloads.jsonl")
    ]
    source, output = tmp_path / "payloads.jsonl", tmp_path / "decoded.jsonl"
    source.write_text("".join(json.dumps(told(case)) + "\n" for case in corpus))
    assert main(["decode", str(source), "-o", str(output)]) in {0, 1}
    lines = [named(line) for line in read(output)]
    assert [line["id"] for line in lines] == [case["id"] for case in corpus]
    assert all(
        line["readings"] or line["error"] or not case["expected"] for case, line in zip(corpus, lines, strict=True)
    )

    without = {line["id"] for line in lines if line["error"] is not None and line["error"]["code"] == "driver.unknown"}
    left_out = excluded["lorawan"]
    shown: collections.Counter[str] = collections.Counter(case["device"] for case in corpus if case["id"] in without)
    sys.stdout.write(f"\nno driver: {sum(shown.values())} payloads of {len(shown)} devices\n")
    scored = [case for case in corpus if case["id"] not in without and case["device"] not in left_out]
    groups, total, _ = scorer.score(scored, lines, ASKED)
    for device, group in sorted(groups.items()):
        sys.stdout.write(f"  {device}: {group[1]}/{group[0]}\n")
    assert total[0] > 0
    assert total[1] >= FLOOR * total[0]


@pytest.mark.parametrize("min_rows", [1, 16])
def test_a_batch_gives_what_single_payloads_give(cases: Path, min_rows: int) -> None:
    corpus = 20 * read(cases / "lorawan" / "payloads.jsonl")  # many of each, so that layouts are worth columns
    frames = [bytes.fromhex(case["hex"]) for case in corpus]
    devices = [f"{case['vendor']} {case['model']}" for case in corpus]
    ports = [case["fport"] for case in corpus]
    alone: list[Telegram | DivakoError] = []
    for frame, device, port in zip(frames, devices, ports, strict=True):
        try:
            alone.append(decode(frame, device=device, f_port=port, received_at=RECEIVED))
        except DivakoError as error:
            alone.append(error)
    batch = decode_batch(
        frames, device=devices, f_port=ports, received_at=RECEIVED, errors="collect", _min_rows=min_rows
    )
    readings = readings_of([one for one in alone if isinstance(one, Telegram)])
    for field in fields(Readings):
        mine, yours = getattr(batch.readings, field.name), getattr(readings, field.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, yours, err_msg=field.name)
        else:
            assert mine == yours
    codes = [batch.errors.codes[code] for code in batch.errors.code]
    assert codes == [one.code for one in alone if isinstance(one, DivakoError)]
