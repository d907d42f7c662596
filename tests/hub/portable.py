"""What a statement must not say so that every PostgreSQL that speaks distributed understands it, and SQLite too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_TEXTS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")

_AVOIDED = {
    "SERIAL": r"\b(?:BIG|SMALL)?SERIAL\b",
    "identity": r"\bGENERATED\b.*\bAS\s+IDENTITY\b",
    "AUTOINCREMENT": r"\bAUTOINCREMENT\b",
    "sequence": r"\bCREATE\s+SEQUENCE\b|\bnextval\s*\(|\bsetval\s*\(",
    "trigger": r"\bCREATE\s+(?:CONSTRAINT\s+)?TRIGGER\b",
    "LISTEN/NOTIFY": r"^\s*(?:UN)?LISTEN\b|^\s*NOTIFY\b|\bpg_notify\s*\(",
    "advisory lock": r"\bpg_(?:try_)?advisory",
    "DEFERRABLE": r"\b(?:NOT\s+)?DEFERRABLE\b|\bINITIALLY\s+DEFERRED\b|\bSET\s+CONSTRAINTS\b",
    "array": r"\bARRAY\s*\[|\w\s*\[\s*\]",
    "FOR UPDATE": r"\bFOR\s+(?:NO\s+KEY\s+UPDATE|UPDATE|SHARE|KEY\s+SHARE)\b",
    "LOCK TABLE": r"^\s*LOCK\b",
    "extension": r"\bCREATE\s+EXTENSION\b",
    "index of its own": r"\bUSING\s+(?:gist|gin|brin|spgist)\b|\bEXCLUDE\b",
    "two statements": r";\s*\S",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE | re.DOTALL) for name, pattern in _AVOIDED.items()}


def unportable(statement: str) -> str | None:
    """What of the avoided list a statement uses; what stands in quotes does not count."""
    bare = _TEXTS.sub("''", statement)
    return next((name for name, pattern in _PATTERNS.items() if pattern.search(bare)), None)


@dataclass
class Statements:
    """Looks at each statement once. `found`: what must not be there, with its beginning."""

    found: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def before(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        """For SQLAlchemy's event; the catalogue of the server itself is what its own dialect asks about."""
        if statement in self.seen or "pg_catalog" in statement:
            return
        if (what := unportable(statement)) is not None:
            self.found.append(f"{what}: {statement[:200]}")
        else:
            self.seen.add(statement)
