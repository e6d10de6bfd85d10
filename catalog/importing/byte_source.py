"""A file's bytes, unpacked when they are gzip (whatever the name says) and never more than is allowed."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from catalog.importing.exceptions import FileRefused
from catalog.importing.file_kinds import foreign_kind

GZIP_MAGIC = b"\x1f\x8b"
HEAD_BYTES = 4096
READ_BYTES = 65_536
# Deflate reaches 1,032:1 on nothing but repetition; real tables stay under 50:1.
LARGEST_EXPANSION = 200
EXPANSION_JUDGED_FROM_BYTES = 16 * 2**20


@dataclass(frozen=True)
class ReadLimits:
    """How much a file may hold once it is unpacked.

    Whoever gives `max_bytes` has said what they expect; the expansion of a compressed file is then not judged.
    """

    max_bytes: int = 4 * 2**30
    largest_expansion: int | None = LARGEST_EXPANSION


class ByteSource(io.BufferedIOBase):
    """Reads a regular file or what is packed in it; counts the bytes that it hands out.

    Raises FileRefused for what is no table at all, for a damaged or cut-off archive and beyond the limits.
    """

    def __init__(self, path: Path, limits: ReadLimits) -> None:
        super().__init__()
        self.path = path
        self._limits = limits
        self.bytes_read = 0
        """Unpacked bytes handed out so far, a byte order mark included."""
        self._file = _open_regular_file(path)
        self._content: BinaryIO | gzip.GzipFile = self._file
        self.is_packed = False
        try:
            if self._peek_content().startswith(GZIP_MAGIC):
                self.is_packed = True
                self._content = gzip.GzipFile(fileobj=self._file, mode="rb")
            self.head = self._peek_content()
            if kind := foreign_kind(self.head):
                raise FileRefused(f"{path.name} is {kind}: bring a table as CSV or JSON lines, plain or gzipped.")
        except BaseException:
            self._file.close()
            raise

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def position_bytes(self) -> int:
        """How far the file itself has been read, for a progress bar beside `size_bytes`."""
        return self._file.tell()

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size

    def readable(self) -> bool:
        return True

    def skip(self, count: int) -> None:
        self.read1(count)

    def read1(self, size: int = -1, /) -> bytes:
        content = self._read_content(READ_BYTES if size < 0 else size)
        self.bytes_read += len(content)
        self._check_limits()
        return content

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(self.read1, b""))
        return self.read1(size)

    def close(self) -> None:
        self._file.close()
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _peek_content(self) -> bytes:
        try:
            return self._content.peek(HEAD_BYTES)[:HEAD_BYTES]  # type: ignore[union-attr]  # buffered readers peek
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged() from error

    def _read_content(self, size: int) -> bytes:
        try:
            return self._content.read1(size)  # type: ignore[union-attr]  # both are buffered readers
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged() from error

    def _damaged(self) -> FileRefused:
        return FileRefused(
            f"{self.path.name} is damaged or cut off: after {self.bytes_read:,} unpacked bytes it can no longer be "
            "unpacked. Bring it again."
        )

    def _check_limits(self) -> None:
        if self.bytes_read > self._limits.max_bytes:
            raise FileRefused(
                f"{self.path.name} holds more than {self._limits.max_bytes:,} bytes. If that is right, say so: "
                "--max-bytes with a larger number."
            )
        largest = self._limits.largest_expansion
        if (
            self.is_packed
            and largest is not None
            and self.bytes_read > EXPANSION_JUDGED_FROM_BYTES
            and self.bytes_read > largest * self._file.tell()
        ):
            raise FileRefused(
                f"{self.path.name} unpacks to more than {largest} times its size, as files made to fill a disk do. "
                "If it is a real table, give its unpacked size with --max-bytes."
            )


def _open_regular_file(path: Path) -> BinaryIO:
    # A device or a pipe may never end.
    if path.exists() and not path.is_file():
        raise FileRefused(f"{path} is not a file.")
    try:
        return path.open("rb")
    except OSError as error:
        raise FileRefused(f"{path} cannot be opened: {error.strerror}.") from error
