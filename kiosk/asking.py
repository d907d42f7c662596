"""`kiosk search`: what a citizen would find, as a program reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from domain.ports import Catalogue
from domain.search import Hit, Results
from kiosk.terminal import say, say_json


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """The published form of one hit."""
    return {
        "id": hit.card.id,
        "code": hit.card.code,
        "name": hit.card.name,
        "score": hit.score,
        "matched": [{"text": match.text, "via": match.via} for match in hit.matched],
    }


def results_as_json(results: Results) -> list[dict[str, Any]]:
    """The published form of an answer: hits, best first."""
    return [hit_as_json(hit) for hit in results.hits]


def ask(catalogue: Catalogue, query: str, limit: int, *, as_json: bool) -> None:
    """One query, for people or for programs."""
    results = catalogue.search(query, limit=limit)
    if as_json:
        say_json(results_as_json(results))
        return
    for place, hit in enumerate(results.hits, 1):
        alias = f"（{hit.card.alias}）" if hit.card.alias else ""
        why = "、".join(f"{match.text} {match.via}" for match in hit.matched)
        say(f"{place:>3}  {hit.card.name}{alias}  {hit.card.department or ''}  {hit.card.id}  {why}".rstrip())


def ask_all(catalogue: Catalogue, queries: Iterable[str], limit: int) -> None:
    """One query a line in, one JSON object a line out; an empty line is an empty query, so that lines stay beside each
    other.
    """
    for line in queries:
        query = line.rstrip("\r\n")
        results = catalogue.search(query, limit=limit)
        say(json.dumps({"query": query, "results": results_as_json(results)}, ensure_ascii=False))
