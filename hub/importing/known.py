"""What the hub has already, by everything that a row of a list may call it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Known:
    """What the hub has: guides by key, with their codes and names; organisations and places by what they are called.

    Built by `Known.of`; the newest version that is live counts, an open draft where nothing is live.
    """

    guides: Mapping[str, Mapping[str, Any]]
    by_code: Mapping[tuple[str, str, str], str]
    by_name: Mapping[tuple[str, str], str]
    orgs: Mapping[str, str]
    places: Mapping[str, str]
    org_names: Mapping[str, str]

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]]) -> Known:
        guides: dict[str, Mapping[str, Any]] = {}
        by_code: dict[tuple[str, str, str], str] = {}
        by_name: dict[tuple[str, str], str] = {}
        orgs: dict[str, str] = {}
        places: dict[str, str] = {}
        org_names: dict[str, str] = {}
        twice: set[str] = set()
        for raw in records:
            id = str(raw["id"])
            if raw["kind"] == "guide":
                key = f"guide/{id}"
                guides[key] = raw
                by_name.setdefault((str(raw.get("department")), str(raw["name"])), key)
                for code in raw.get("codes", ()):
                    by_code[(code["scheme"], code["code"], code.get("version", "1"))] = key
            elif raw["kind"] in ("org", "place"):
                held = orgs if raw["kind"] == "org" else places
                if raw["kind"] == "org":
                    org_names[id] = str(raw["name"])
                words = [raw["name"], raw.get("short_name"), *raw.get("aliases", ())]
                for word in filter(None, map(str, filter(None, words))):
                    if held.setdefault(word, id) != id:
                        twice.add(f"{raw['kind']}/{word}")
        for one in twice:  # a name of two is the name of none
            kind, _, word = one.partition("/")
            (orgs if kind == "org" else places).pop(word, None)
        for id in org_names:
            orgs[id] = id
        for id in list(places.values()):
            places[id] = id
        return cls(guides, by_code, by_name, orgs, places, org_names)

    def key_of(self, id: str, codes: Sequence[Mapping[str, str]], org: str, name: str) -> str:
        """Whose row it is, ``guide/<id>``: by its id, its code, or its name within the department; else a new id that
        stays the same when the list comes again.
        """
        if id:
            return f"guide/{id}"
        for code in reversed(codes):  # the finer one first: several items may share an implementation code
            found = self.by_code.get((code["scheme"], code["code"], code["version"]))
            if found:
                return found
        if codes:
            finest = codes[-1]
            plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in finest["code"])
            version = "" if finest["version"] == "1" else f"-{finest['version'].lower()}"
            made = f"{plain.lower()}{version}"
            return f"guide/{made}" if len(made) <= 64 and made.isascii() else f"guide/x-{_short_hash(made)}"
        found = self.by_name.get((org, name))
        return found or f"guide/x-{_short_hash(f'{org}/{name}')}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
