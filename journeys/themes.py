"""Themes of services (自然人主题、法人主题, two of the national code lists): their words and icons."""

from __future__ import annotations

from types import MappingProxyType

from journeys.visit import Visit

ICONS = MappingProxyType(
    {
        "person:005": "child_friendly",
        "person:010": "badge",
        "person:015": "groups",
        "person:020": "school",
        "person:025": "military_tech",
        "person:030": "work",
        "person:035": "assignment",
        "person:040": "task",
        "person:045": "key",
        "person:050": "workspace_premium",
        "person:055": "payments",
        "person:060": "family_restroom",
        "person:065": "volunteer_activism",
        "person:070": "construction",
        "person:075": "home_work",
        "person:085": "savings",
        "person:090": "credit_card",
        "person:095": "directions_car",
        "person:100": "landscape",
        "person:105": "flight",
        "person:110": "shopping_bag",
        "person:115": "security",
        "person:120": "gavel",
        "person:125": "lightbulb",
        "person:130": "eco",
        "person:135": "sports_soccer",
        "person:140": "water_drop",
        "person:145": "local_hospital",
        "person:150": "elderly",
        "person:155": "favorite",
        "legal:005": "storefront",
        "legal:010": "task",
        "legal:015": "workspace_premium",
        "legal:020": "event_available",
        "legal:025": "receipt_long",
        "legal:030": "group",
        "legal:035": "savings",
        "legal:040": "price_check",
        "legal:045": "account_balance",
        "legal:050": "key",
        "legal:055": "sell",
        "legal:060": "gavel",
        "legal:065": "anchor",
        "legal:070": "public",
        "legal:075": "agriculture",
        "legal:085": "foundation",
        "legal:090": "local_shipping",
        "legal:095": "eco",
        "legal:100": "cloud",
        "legal:105": "waves",
        "legal:110": "medical_services",
        "legal:115": "memory",
        "legal:120": "theater_comedy",
        "legal:125": "lightbulb",
        "legal:130": "groups",
        "legal:135": "fact_check",
        "legal:140": "policy",
        "legal:145": "engineering",
        "legal:150": "local_fire_department",
        "legal:155": "balance",
        "legal:160": "plumbing",
        "legal:165": "cancel",
        "legal:170": "history_edu",
    }
)
"""Icon by code; others share one."""

OTHER = "list_alt"

VAGUE = (":998", ":999")
"""Ends of codes that say no more than that something is local, or something else."""


def label(visit: Visit, code: str) -> str:
    """What people call a theme: the words of the home tile that stands for it alone, else its official name; empty for
    a code that is in neither.
    """
    say, catalogue = visit.say, visit.catalogue
    home = catalogue.home()
    for index, tile in enumerate(home.tiles if home else ()):
        if home is not None and tile.themes == (code,):
            if visit.lang == "zh-Hans":
                return tile.label
            labels = catalogue.translation(home.id, visit.lang).get("tiles")
            if isinstance(labels, list) and index < len(labels):
                return str(labels[index])
    name = code.replace(":", ".")
    return say(f"theme.{name}") if say.has(f"theme.{name}") else ""


def icon(code: str) -> str:
    """The icon of a theme."""
    return ICONS.get(code, OTHER)
