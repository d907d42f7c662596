"""Every sentence a person reads, as gettext catalogues with keyed ids (``guide.print``).

The kiosk speaks five languages (domain ``kiosk``); Chinese is complete, another language falls back to Chinese sentence
by sentence. The hub speaks Chinese (domain ``hub``). No logic lives here.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

LANGUAGES = ("zh-Hans", "zh-Hant", "en", "ja", "ko")
"""BCP 47 tags of the kiosk's languages; the first is the one that is always complete."""

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "kiosk"
"""The catalogues of the kiosk, there in every language; `Phrases` reads others by name."""


class CataloguesMissing(Exception):
    """The compiled catalogues are not there: `python -m phrases.build` makes them from the .po files."""


@cache
def _translations(lang: str, domain: str = DOMAIN) -> gettext.NullTranslations:
    base = LANGUAGES[0]
    try:
        found = gettext.translation(domain, LOCALE, [lang.replace("-", "_")])
        if lang != base:
            found.add_fallback(gettext.translation(domain, LOCALE, [base.replace("-", "_")]))
    except FileNotFoundError as error:
        raise CataloguesMissing(f"{error.filename or lang}: run python -m phrases.build") from None
    return found


class Phrases:
    """The sentences of one language. Unknown keys come back as they are: a test keeps them from happening.

    Raises ValueError for a language that nobody speaks here, `CataloguesMissing` when `domain` has none in it.
    """

    def __init__(self, lang: str = LANGUAGES[0], domain: str = DOMAIN) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"no phrases in {lang!r}")
        self.lang = lang
        self._catalogue = _translations(lang, domain)

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence `key` with `values` put in."""
        text = self._catalogue.gettext(key)
        return text.format(**values) if values else text

    def count(self, key: str, n: int, /, **values: object) -> str:
        """The sentence `key` for `n` things; `{n}` in it is the number."""
        return self._catalogue.ngettext(key, key, n).format(n=n, **values)

    def has(self, key: str) -> bool:
        """Whether `key` has a sentence in this language or in Chinese."""
        return self._catalogue.gettext(key) != key
