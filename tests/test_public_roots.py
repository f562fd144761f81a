"""Whom this machine trusts on the web: read from a file, else from a folder, and never from what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from readiness.public_roots import LARGEST, read_roots, roots_in_files
from tests.stands.pki import Issued, authority


@pytest.fixture(scope="module")
def roots() -> list[Issued]:
    return [authority("Ett"), authority("Två")]


def test_a_file_is_read_and_the_folder_then_is_not(tmp_path: Path, roots: list[Issued]) -> None:
    (tmp_path / "b.pem").write_bytes(roots[1].cert_pem)
    file = tmp_path / "alla.crt"
    file.write_bytes(b"# Ett\n" + roots[0].cert_pem * 2)
    assert roots_in_files(str(file), str(tmp_path)) == (roots[0].cert,)


def test_a_folder_is_read_where_there_is_no_file(tmp_path: Path, roots: list[Issued]) -> None:
    for name, data in (("a.0", roots[0].cert_pem), ("b.pem", roots[1].cert_pem), ("c.pem", b"x"), ("d.pem", b"")):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "stor.pem").write_bytes(roots[0].cert_pem + b"x" * LARGEST)
    (tmp_path / "mapp").mkdir()
    found = roots_in_files(str(tmp_path / "saknas"), str(tmp_path))
    assert set(found) == {roots[0].cert, roots[1].cert}


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert roots_in_files("", "") == ()
    assert roots_in_files(str(tmp_path / "saknas"), str(tmp_path / "saknas")) == ()


def test_one_bad_root_does_not_take_the_others_along(tmp_path: Path, roots: list[Issued]) -> None:
    bad = b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"
    file = tmp_path / "alla.crt"
    file.write_bytes(bad + roots[0].cert_pem)
    assert roots_in_files(str(file), "") == (roots[0].cert,)
    der = roots[1].cert.public_bytes(Encoding.DER)
    assert read_roots([der[:-1], der, der]) == (roots[1].cert,)
