"""Privacy vectors: the primitives of pseudonyms, and the tokens."""

from __future__ import annotations

import hmac
import json

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from divako.privacy import PseudonymDomain, Secret
from divako.privacy._derive import encode_parts, hkdf_sha256, hmac_sha256


Document = dict[str, Any]


def check_hmac(vector: Document) -> bool:
    tag = hmac_sha256(bytes.fromhex(vector["key"]), bytes.fromhex(vector["message"]))
    return tag[: vector["tag_bytes"]] == bytes.fromhex(vector["tag"])


def check_hkdf(vector: Document) -> bool:
    secret, salt, info = (bytes.fromhex(vector[name]) for name in ("ikm", "salt", "info"))
    key = hkdf_sha256(secret, info=info, length=vector["length"], salt=salt)
    extracted = hmac_sha256(salt or bytes(32), secret)
    return (key, extracted) == (bytes.fromhex(vector["okm"]), bytes.fromhex(vector["prk"]))


def check_profile(vector: Document) -> bool:
    """Check subkey, tag and token; the root is put into each case by `vectors_of`."""
    root, value = vector["root"], vector["value"]
    names = [vector[name] for name in ("purpose", "recipient", "field", "key_id")]
    info = encode_parts("divako", "pseudonym", "v1", "hmac-sha256", *names)
    subkey = hkdf_sha256(bytes.fromhex(root), info=info, length=32)
    purpose, recipient, field, key_id = names
    domain = PseudonymDomain(Secret.from_hex(root), purpose=purpose, recipient=recipient, key_id=key_id)
    return (
        subkey == bytes.fromhex(vector["subkey"])
        and hmac.digest(subkey, value.encode(), "sha256") == bytes.fromhex(vector["hmac"])
        and domain.tokens([value], field=field) == (vector["token"],)
    )


CHECKS: dict[str, Callable[[Document], bool]] = {
    "hmac_sha256": check_hmac,
    "hkdf": check_hkdf,
    "suggested_profile": check_profile,
}


def vectors_of(content: Any) -> list[Document]:
    if isinstance(content, list):
        return content
    return [{**case, "id": f"{i}", "root": content["root"]} for i, case in enumerate(content["cases"])]


def test_every_vector_of_a_built_primitive_passes(cases: Path, excluded: dict[str, dict[str, str]]) -> None:
    document = json.loads((cases / "privacy" / "vectors.json").read_text(encoding="utf-8"))
    left_out = excluded["privacy"]
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    failed = []
    for name, content in document.items():
        if name.startswith("_") or name in left_out:
            continue
        for vector in vectors_of(content):
            if vector["id"] in left_out:
                continue
            total[name] += 1
            if CHECKS[name](vector):
                passed[name] += 1
            else:
                failed.append((name, vector["id"]))
    for name, n in total.items():
        print(f"privacy {name}: {passed[name]}/{n}")  # noqa: T201 - the score
    assert not failed
    assert total.keys() <= CHECKS.keys()


def test_every_file_is_read_or_excluded(cases: Path, excluded: dict[str, dict[str, str]]) -> None:
    files = {path.stem for path in (cases / "privacy").glob("*.json")}
    assert files - {"vectors"} <= set(excluded["privacy"])
