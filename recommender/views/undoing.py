"""What the Undo button of an announcement sends."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Undo:
    """A reaction that can be taken back: in which catalog, to which item, of which kind.

    key: whose controls show it, where they are on the page; empty where the page was loaded anew since.
    """

    catalog: str
    item: str
    kind: str
    key: str = ""

    def as_tags(self) -> str:
        """As a message carries it from one request to the next."""
        return json.dumps(asdict(self))

    @classmethod
    def from_tags(cls, tags: str) -> Undo | None:
        """What `as_tags` wrote, None for the tags of any other message."""
        if not tags.startswith("{"):
            return None
        return cls(**json.loads(tags))
