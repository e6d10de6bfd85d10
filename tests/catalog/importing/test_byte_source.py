"""What a file is shows in its content, and it never unpacks to more than is allowed."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from catalog.importing.byte_source import ByteSource, ReadLimits
from catalog.importing.exceptions import FileRefused
from tests.catalog.importing.reading import options_for, read_rows, refusal_of, write

TABLE = "item_id,title\n1,Solaris\n2,Stalker\n"


@pytest.mark.parametrize("name", ["items.csv.gz", "items.csv", "items.xlsx"])
def test_gzip_is_recognised_whatever_the_name(tmp_path: Path, name: str) -> None:
    rows, errors = read_rows(write(tmp_path / name, TABLE, packed=True))
    assert rows == [(2, {"item_id": "1", "title": "Solaris"}), (3, {"item_id": "2", "title": "Stalker"})]
    assert errors == []


def test_plain_table_with_the_name_of_a_packed_one_is_read(tmp_path: Path) -> None:
    assert len(read_rows(write(tmp_path / "items.csv.gz", TABLE))[0]) == 2


def test_gzip_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    packed = gzip.compress(b"item_id,title\n1,Solaris\n") + gzip.compress(b"2,Stalker\n")
    assert len(read_rows(write(tmp_path / "items.csv.gz", packed))[0]) == 2


def test_gzip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = write(tmp_path / "items.csv.gz", TABLE + f"3,{'x' * 900_000}\n" * 100, packed=True)
    assert bomb.stat().st_size < 100_000
    assert "unpacks to more than 200 times its size" in refusal_of(bomb)
    with ByteSource(bomb, ReadLimits()) as source:
        with pytest.raises(FileRefused, match="200 times"):
            source.read()
        assert source.bytes_read < 25_000_000


def test_whoever_names_the_size_of_a_repetitive_file_can_read_it(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv.gz", TABLE + f"3,{'x' * 900_000}\n" * 40, packed=True)
    with ByteSource(path, ReadLimits(max_bytes=40_000_000, largest_expansion=None)) as source:
        while source.read1(1_000_000):
            pass
        assert source.bytes_read == len(TABLE) + 40 * 900_003


@pytest.mark.parametrize("packed", [True, False])
def test_more_bytes_than_allowed_are_refused(tmp_path: Path, packed: bool) -> None:
    path = write(tmp_path / "items.csv", TABLE, packed=packed)
    reason = refusal_of(path, options_for(limits=ReadLimits(max_bytes=20)))
    assert "holds more than 20 bytes" in reason
    assert "--max-bytes" in reason
    assert len(read_rows(path, options=options_for(limits=ReadLimits(max_bytes=len(TABLE))))[0]) == 2


@pytest.mark.parametrize("kept", [0.4, 0.99])
def test_cut_off_gzip_is_refused(tmp_path: Path, kept: float) -> None:
    rows = "".join(f"{number},Film number {number * 7919 % 10_007}\n" for number in range(20_000))
    packed = gzip.compress(f"item_id,title\n{rows}".encode())
    reason = refusal_of(write(tmp_path / "items.csv.gz", packed[: int(len(packed) * kept)]))
    assert "damaged or cut off" in reason


def test_corrupt_gzip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TABLE.encode()))
    packed[-6] ^= 0xFF
    assert "damaged" in refusal_of(write(tmp_path / "items.csv.gz", bytes(packed)))


def zip_with(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, TABLE)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zip_with("../../etc/items.csv"), "a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook"),
        (gzip.compress(gzip.compress(TABLE.encode(), mtime=0), mtime=0), "packed with gzip twice"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"items.csv" + bytes(248) + b"ustar\x0000", "a tar archive"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (b"SQLite format 3\x00", "an SQLite database"),
    ],
)
def test_what_is_no_table_is_named_whatever_its_ending(tmp_path: Path, content: bytes, kind: str) -> None:
    assert f"items.csv is {kind}" in refusal_of(write(tmp_path / "items.csv", content))


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    assert "cannot be opened: No such file" in refusal_of(tmp_path / "items.csv")
    assert refusal_of(tmp_path) == f"{tmp_path} is not a file."


def test_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal_of(tmp_path / "pipe").endswith("is not a file.")
