from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from domain.errors import Code, SyncError
from uplink.codes import ALPHABET, hashed, new_code, normal
from uplink.sealing import OVERHEAD, PADDED_TO, SealingKeyFile, seal
from uplink.signing import DEVICE, SIGNATURE, TS, DeviceKey, holds, proof_text, request_holds

PASSPHRASE = "a passphrase for tests"

_KEY = DeviceKey(Ed25519PrivateKey.generate())


def test_codes_are_read_however_they_are_typed() -> None:
    code = new_code()
    letters = normal(code)
    assert letters is not None and len(letters) == 12 and set(letters) <= set(ALPHABET)
    assert len(ALPHABET) == 31 and not set("01OIL") & set(ALPHABET)
    assert normal(f" {code.lower()} ") == normal(code.replace("-", "–")) == normal(letters) == letters
    assert [normal(wrong) for wrong in ("", code[:-1], code + "A", "O" * 12, "A" * 11 + "0")] == [None] * 5
    assert hashed("ABC") == "b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78"
    assert len({new_code() for _ in range(100)}) == 100


def test_a_device_key_is_its_owners_alone_and_can_be_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "uplink" / "device.key"
    key = DeviceKey.make(path)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert DeviceKey.load(path).public == key.public
    assert key.public not in repr(key)
    assert holds(key.public, bytes.fromhex(key.proof("ABC")), proof_text("ABC", key.public))
    assert not holds(key.public, bytes.fromhex(key.proof("ABC")), proof_text("ABD", key.public))
    assert not holds("no key", b"", b"")


@pytest.mark.parametrize("text", [None, "", "not base64!", "AAAA"])
def test_what_is_no_key_is_said_to_be_none(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "device.key"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SyncError) as error:
        DeviceKey.load(path)
    assert error.value.code is Code.KEY_REFUSED


@given(st.binary(max_size=200), st.integers(0, 4))
def test_a_signature_is_of_one_request(body: bytes, part: int) -> None:
    key = _KEY
    sent = dict(key.headers("d" * 32, "POST", "/kiosk/v1/reports", 17, body))
    asked = ["POST", "/kiosk/v1/reports", sent[TS], sent[SIGNATURE], body]
    assert sent[DEVICE] == "d" * 32
    assert request_holds(key.public, *asked)  # type: ignore[arg-type]
    other = ["PUT", "/kiosk/v1/enrol", "18", sent[SIGNATURE][::-1], body + b"x"]
    asked[part] = other[part]
    assert not request_holds(key.public, *asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(("ts", "signature"), [("", "x"), ("-1", "x"), ("1" * 13, "x"), ("1", "签"), ("1", "A" * 500)])
def test_headers_that_are_none_hold_nothing(ts: str, signature: str) -> None:
    assert not request_holds(_KEY.public, "POST", "/", ts, signature, b"")


def test_seals_open_for_their_key_and_purpose_alone(tmp_path: Path) -> None:
    file, other = SealingKeyFile(tmp_path / "a.key"), SealingKeyFile(tmp_path / "b.key")
    assert file.public() is None
    public = file.make(PASSPHRASE)
    other.make(PASSPHRASE)
    assert file.public() == public
    assert file.path.stat().st_mode & 0o777 == 0o600
    plain = "样本来信".encode() * 30
    sealed = seal(plain, public, "letter/1")
    assert file.unlock(PASSPHRASE).open(sealed, "letter/1") == plain
    assert plain[:12] not in sealed
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for key, data, about in (
        (other, sealed, "letter/1"),
        (file, sealed, "letter/2"),
        (file, altered, "letter/1"),
        (file, sealed[:40], "letter/1"),
        (file, b"", "letter/1"),
    ):
        with pytest.raises(SyncError) as error:
            key.unlock(PASSPHRASE).open(data, about)
        assert error.value.code is Code.KEY_REFUSED


def test_the_length_of_a_seal_tells_little(tmp_path: Path) -> None:
    public = SealingKeyFile(tmp_path / "a.key").make(PASSPHRASE)
    lengths = {len(seal(b"x" * size, public, "")) for size in (0, 1, 100, PADDED_TO - 4)}
    assert lengths == {PADDED_TO + OVERHEAD}
    assert len(seal(b"x" * (PADDED_TO - 3), public, "")) == 2 * PADDED_TO + OVERHEAD
    with pytest.raises(SyncError):
        seal(b"", "no key", "")


def test_a_sealing_key_is_made_once_and_opens_with_its_passphrase(tmp_path: Path) -> None:
    file = SealingKeyFile(tmp_path / "keys" / "sealing.key")
    with pytest.raises(SyncError):
        file.make("short")
    assert not file.path.exists()
    file.make(PASSPHRASE)
    before = file.path.read_bytes()
    for refused in (lambda: file.make(PASSPHRASE), lambda: file.unlock("another passphrase")):
        with pytest.raises(SyncError) as error:
            refused()
        assert error.value.code is Code.KEY_REFUSED
    assert file.path.read_bytes() == before and PASSPHRASE.encode() not in before
    file.public_path.write_text("zz")
    with pytest.raises(SyncError):
        file.public()
