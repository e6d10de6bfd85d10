"""Bytes to lines of text, decoded strictly: a wrong character is never guessed at or dropped."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from catalog.importing.byte_source import ByteSource
from catalog.importing.exceptions import FileRefused

UTF8_MARK = codecs.BOM_UTF8
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
# Memory stays bounded whatever a file holds; a legitimate row is far shorter.
LONGEST_LINE = 32_000_000
LINE_END = re.compile(rb"\r\n|\r|\n")
# Python's codecs for names and source code, some of which make text that no database can hold.
NOT_FOR_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class TextLines:
    """Iterates over a source's lines, ends kept (LF, CRLF or CR).

    `has_nul` is set when a line with a NUL character has been handed out; whoever reads clears it.
    """

    def __init__(self, source: ByteSource, encoding: str = "utf-8") -> None:
        self._source = source
        self._encoding = known_encoding(encoding)
        self.name = source.name
        self.lines_read = 0
        self.current = ""
        self.has_nul = False
        self.unfinished_characters = 0
        """Characters handed out since whoever reads last set this to zero: the size of an unfinished row."""
        if self._encoding == "utf-8":
            if source.head.startswith(WIDE_MARKS) or _looks_wide(source.head):
                raise FileRefused(f"{self.name} is UTF-16, not UTF-8. {_advice('utf-16')}")
            if source.head.startswith(UTF8_MARK):
                source.skip(len(UTF8_MARK))
        self._text = io.TextIOWrapper(source, encoding=self._encoding, errors="strict", newline="")

    def __iter__(self) -> Iterator[str]:
        while line := self._next_line():
            self.lines_read += 1
            self.current = line
            if "\0" in line:
                self.has_nul = True
            self.unfinished_characters += len(line)
            if self.unfinished_characters >= LONGEST_LINE:
                raise FileRefused(
                    f"{self.name}: the row at line {self.lines_read} is longer than {LONGEST_LINE:,} characters. "
                    "A quote that is never closed, or no line ends at all?"
                )
            yield line

    def _next_line(self) -> str:
        try:
            return self._text.readline(LONGEST_LINE)
        except UnicodeDecodeError as error:
            raise self._undecodable(error) from error

    def _undecodable(self, error: UnicodeDecodeError) -> FileRefused:
        before = error.object[: error.start]
        line_number = self.lines_read + 1 + len(LINE_END.findall(before))
        offset = self._source.bytes_read - len(error.object) + error.start
        message = f"{self.name}: line {line_number} (byte {offset:,} of the content) is not {self._encoding.upper()}."
        if self._encoding != "utf-8":
            return FileRefused(f"{message} Is it really in that encoding?")
        return FileRefused(f"{message} {_advice(_likely_encoding(error.object))}")


def known_encoding(name: str) -> str:
    """The codec's own name; raises FileRefused for one that Python does not know, or that is not for files."""
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
        if codec.name in NOT_FOR_FILES:
            raise LookupError(codec.name)
    except LookupError:
        raise FileRefused(f"{name!r} is not a text encoding that is known here: utf-8, gbk, utf-16 ...") from None
    return codec.name


def _looks_wide(head: bytes) -> bool:
    """UTF-16 without its mark: every other byte of Western text is zero."""
    pairs = len(head) // 2
    return pairs >= 8 and max(head[0::2].count(0), head[1::2].count(0)) > 0.4 * pairs


def _likely_encoding(content: bytes) -> str | None:
    # The last bytes may be half a character.
    text = content[: len(content) - 4].decode("gb18030", errors="replace")
    if len(CHINESE.findall(text)) > 2 * text.count("\ufffd") + 1:
        return "gbk"
    return None


def _advice(likely_encoding: str | None) -> str:
    convert = "Convert it to UTF-8 (a spreadsheet program offers 'CSV UTF-8')"
    if likely_encoding is None:
        return f"{convert}, or name its encoding: --encoding gbk, --encoding latin-1 ..."
    return f"It looks like {likely_encoding.upper()}. {convert}, or say --encoding {likely_encoding}."
