"""Text is decoded strictly: nothing is guessed, and a refusal says where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.importing.reading import options_for, read_items, read_rows, refusal_of, write

CHINESE_TABLE = "item_id,title,description\n" + "".join(
    f"{number},霸王别姬,两个在戏班里挨打长大的师兄弟\n" for number in range(1, 6)
)


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    rows, _ = read_rows(write(tmp_path / "items.csv", b"\xef\xbb\xbfitem_id,title\n1,Solaris\n"))
    assert rows == [(2, {"item_id": "1", "title": "Solaris"})]


def test_byte_order_mark_before_json_lines(tmp_path: Path) -> None:
    rows, _ = read_rows(write(tmp_path / "items.jsonl", b'\xef\xbb\xbf{"item_id": "1", "title": "Solaris"}\n'))
    assert rows == [(1, {"item_id": "1", "title": "Solaris"})]


def test_gbk_is_recognised_and_refused_with_advice(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", CHINESE_TABLE.encode("gbk"))
    reason = refusal_of(path)
    assert "items.csv: line 2 (byte 28 of the content) is not UTF-8" in reason
    assert "It looks like GBK" in reason
    assert "--encoding gbk" in reason
    items, errors = read_items(path, options_for(encoding="gbk"))
    assert [item.title for item in items] == ["霸王别姬"] * 5
    assert errors == []


def test_latin_1_is_not_taken_for_chinese(tmp_path: Path) -> None:
    reason = refusal_of(write(tmp_path / "items.csv", "item_id,title\n1,Amélie à la plage\n".encode("latin-1")))
    assert "GBK" not in reason
    assert "Convert it to UTF-8" in reason


def test_invalid_utf8_names_line_and_byte_beyond_the_first_block(tmp_path: Path) -> None:
    good = b"item_id,title\n" + b"".join(b"%d,Solaris\n" % number for number in range(20_000))
    path = write(tmp_path / "items.csv", good + b"20000,Sol\xc3(ris\n20001,Stalker\n")
    assert f"line 20002 (byte {len(good) + 9:,} of the content) is not UTF-8" in refusal_of(path)


def test_invalid_utf8_behind_a_byte_order_mark_counts_it(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", b"\xef\xbb\xbfitem_id,title\n1,\xff\n")
    assert "line 2 (byte 19 of the content)" in refusal_of(path)


def test_character_cut_off_at_the_end_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", "item_id,title\n1,霸".encode()[:-1])
    assert "line 2 (byte 16 of the content) is not UTF-8" in refusal_of(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named_and_can_be_read_on_purpose(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "items.csv", "item_id,title\n1,Solaris\n2,霸王别姬\n".encode(encoding))
    reason = refusal_of(path)
    assert "is UTF-16, not UTF-8" in reason
    assert "--encoding utf-16" in reason
    items, _ = read_items(path, options_for(encoding=encoding))
    assert [item.title for item in items] == ["Solaris", "霸王别姬"]


def test_wrong_encoding_on_purpose_is_refused_too(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", b"item_id,title\n1,\xff\xff\n")
    assert refusal_of(path, options_for(encoding="gbk")).endswith("is not GBK. Is it really in that encoding?")


@pytest.mark.parametrize("name", ["nonsense", "base64", "utf-7", "unicode_escape"])
def test_what_is_no_encoding_of_files_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "items.csv", "item_id,title\n1,Solaris\n")
    assert f"{name!r} is not a text encoding" in refusal_of(path, options_for(encoding=name))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(tmp_path: Path, line_end: str) -> None:
    path = write(tmp_path / "items.csv", line_end.join(["item_id,title", "1,Solaris", "2,Stalker", ""]))
    rows, errors = read_rows(path)
    assert [number for number, _ in rows] == [2, 3]
    assert [record["title"] for _, record in rows] == ["Solaris", "Stalker"]
    assert errors == []


def test_file_without_line_ends_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.importing.text_lines.LONGEST_LINE", 1_000)
    path = write(tmp_path / "items.csv", "item_id,title\n1," + "x" * 5_000)
    assert "row at line 2 is longer than 1,000 characters" in refusal_of(path)
