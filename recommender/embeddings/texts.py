"""What every encoder does to a text before its model sees it, so that no text can crash or stall one."""

from __future__ import annotations

import re

# About ten pages. Models see less (MiniLM 256 word pieces) or average over all of it (USE), where time and memory
# grow with the length: a Chinese text of this size takes USE about a second, ten of them are a slow batch.
MAXIMUM_CHARACTERS = 10_000

_UNENCODABLE = re.compile("[\x00\ud800-\udfff]")


def clean_text(text: str) -> str:
    """A text that every tokenizer accepts: valid Unicode, without NUL, at most MAXIMUM_CHARACTERS long.

    The two halves of a character that JSON escapes left apart are joined; a lone half becomes U+FFFD. NUL becomes a
    space, since tokenizers written in C end there. What is beyond the limit is left out.

    Raises: TypeError when it is not a text, which a tokenizer would report less clearly.
    """
    if not isinstance(text, str):
        raise TypeError(f"an encoder takes texts, not {type(text).__name__}")
    if len(text) > MAXIMUM_CHARACTERS:
        text = text[:MAXIMUM_CHARACTERS]
    if _UNENCODABLE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", " ")
    return text
