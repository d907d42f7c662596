"""Tables of a catalogue file. The file is derived from records and disposable: a new layout is a new number, never a
migration.

`record` holds the truth, one canonical line a record. Everything else is computed from it so that a screen reads one
table and a search reads few pages: `card` (list rows), `said` (names people may use), `feed` with its two full-text
indexes, `term` (how many cards hold an n-gram), `meaning` (vocabulary), `ref` (which card belongs to what), `lexicon`
and `reading` (pinyin), `numbered` and `changed` (what the check code of a slip leads to).

Rows know which record they come from, and counts are kept, so that a changed record changes its own rows only. Docs
number cards in the canonical order of their records, with room in between for cards to come: whatever is equally good
is listed by doc, and must be listed alike by a file that was built and by one that was brought up to date.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text, text

DOC_STEP = 16
"""Docs between neighbours: room for 15 new cards between two old ones."""

KIND_STEP = 1 << 14
"""Docs that stay free in front of each kind: most new records get the next higher number of their kind."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

record = Table(
    "record",
    metadata,
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("line", LargeBinary, nullable=False, comment="canonical form with its line feed: what is digested"),
    Index("record_by_kind", "kind", "id", unique=True),
    Index("record_by_id", "id"),
)

incoming = Table(
    "incoming",
    MetaData(),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("line", LargeBinary, nullable=False),
    Index("incoming_by_kind", "kind", "id", unique=True),
)
"""Records in the order in which they come, while a file is built: `record` holds them in canonical order, so that the
order of a file leaves no trace.
"""

card = Table(
    "card",
    metadata,
    Column("doc", Integer, primary_key=True, comment="row number shared with feed and the full-text indexes"),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("alias", Text),
    Column("department", Text, comment="short name"),
    Column("department_id", Text),
    Column("audience", Text, nullable=False, comment="words with spaces between; empty: for everyone"),
    Column("summary", Text),
    Column("immediate", Integer),
    Column("limit_days", Integer),
    Column("limit_unit", Text),
    Column("fee", Text, comment="JSON"),
    Column("visits", Integer),
    Column("online", Integer, nullable=False),
    Column("answer", Text),
    Column("phone", Text),
    Column("place", Text),
    Column("verified_on", Text),
    Column("verified_by", Text),
    Column("code", Text, comment="item code of the first register that it names"),
    Column("coverage", Text, comment="office, district, city, province or national; of guides"),
    Column("valid_from", Text),
    Column("valid_until", Text),
    Column("fullness", Integer, nullable=False, comment="how much of a guide is filled in, 0–10"),
    Index("card_by_id", "id", "kind"),
    Index("card_from", "valid_from", sqlite_where=text("valid_from IS NOT NULL")),
    Index("card_until", "valid_until", sqlite_where=text("valid_until IS NOT NULL")),
)

said = Table(
    "said",
    metadata,
    Column("doc", Integer, nullable=False),
    Column("via", Text, nullable=False, comment="name, alias or keyword"),
    Column("plain", Text, nullable=False, comment="normalised, as queries are"),
    Column("syllables", Text, nullable=False, comment="jia zhao: what reading it aloud took pypinyin"),
    Column("letters", Text, nullable=False, comment="pinyin without spaces: jiazhao"),
    Column("initials", Text, nullable=False, comment="jz"),
    Index("said_by_doc", "doc"),
    Index("said_by_plain", "plain", "doc"),
    Index("said_by_letters", "letters", "doc"),
    Index("said_by_initials", "initials", "doc"),
)

feed = Table(
    "feed",
    metadata,
    Column("doc", Integer, primary_key=True),
    Column("plain", Text, nullable=False, comment="normalised name and aliases, a line each: what reranking compares"),
    Column("keys", Text, nullable=False, comment="normalised keywords, a line each"),
    Column("shown", Text, nullable=False, comment="name, aliases and keywords as written, a line each"),
    Column("chars", Text, nullable=False, comment="single characters of name, aliases and keywords"),
    Column("name", Text, nullable=False, comment="character pairs and Latin words of the name"),
    Column("alias", Text, nullable=False),
    Column("keyword", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sound", Text, nullable=False, comment="folded syllables and pairs of them"),
    Column("initials", Text, nullable=False, comment="runs of two to four initials"),
)

WORDS_COLUMNS = ("chars", "name", "alias", "keyword", "body")
SOUND_COLUMNS = ("sound", "initials")

TOKENIZER = "unicode61 remove_diacritics 0"

FULL_TEXT = tuple(
    f"CREATE VIRTUAL TABLE {index} USING fts5({', '.join(columns)}, content='feed', content_rowid='doc',"
    f" tokenize='{TOKENIZER}')"
    for index, columns in (("words", WORDS_COLUMNS), ("sounds", SOUND_COLUMNS))
)
"""External content: an index over the very text that `feed` keeps, so a row can be taken out again by repeating its
text. Two of them, because pinyin in the same index would count into the length of every document (bm25)."""

term = Table(
    "term",
    metadata,
    Column("part", Text, primary_key=True, comment="words or sounds"),
    Column("term", Text, primary_key=True),
    Column("cards", Integer, nullable=False),
    sqlite_with_rowid=False,
)

meaning = Table(
    "meaning",
    metadata,
    Column("vocabulary", Text, primary_key=True, comment="id of the record"),
    Column("number", Integer, primary_key=True, comment="which meaning of that record"),
    Column("plain", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("target", Text, nullable=False, comment="the word it stands for; of an intent its official word"),
    Column("weight", Float, nullable=False),
    Column("intent", Text),
    sqlite_with_rowid=False,
)

ref = Table(
    "ref",
    metadata,
    Column("relation", Text, primary_key=True, comment="theme, department, place, district or parent"),
    Column("target", Text, primary_key=True),
    Column("doc", Integer, primary_key=True),
    Index("ref_by_doc", "doc", "relation"),
    sqlite_with_rowid=False,
)

translation = Table(
    "translation",
    metadata,
    Column("of", Text, primary_key=True),
    Column("lang", Text, primary_key=True),
    Column("id", Text, primary_key=True, comment="of the translation record; of several the last one counts"),
    Column("name", Text, nullable=False),
    Column("fields", Text, nullable=False, comment="JSON"),
    sqlite_with_rowid=False,
)

numbered = Table(
    "numbered",
    metadata,
    Column("kind", Text, primary_key=True, comment="guide, life_event; or change, of one that was taken down"),
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("of", Text, nullable=False, comment="id of the guide or life event"),
    Index("numbered_by_number", "number"),
    sqlite_with_rowid=False,
)

changed = Table(
    "changed",
    metadata,
    Column("id", Text, primary_key=True, comment="of the change record"),
    Column("of", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("changed_by_of", "of", "version"),
    sqlite_with_rowid=False,
)

lexicon = Table(
    "lexicon",
    metadata,
    Column("word", Text, primary_key=True),
    Column("syllables", Text, nullable=False),
    Column("letters", Text, nullable=False, comment="jiashizheng"),
    Column("folded", Text, nullable=False, comment="jiasizen: what is easily taken for it sounds the same"),
    Column("initials", Text, nullable=False),
    Column("weight", Float, nullable=False),
    Column("name", Integer, nullable=False, comment="how many cards have it as their name"),
    Column("alias", Integer, nullable=False),
    Column("keyword", Integer, nullable=False),
    Column("vocabulary", Integer, nullable=False, comment="how often it stands in the vocabulary"),
    Index("lexicon_by_letters", "letters", "weight"),
    Index("lexicon_by_folded", "folded", "weight"),
    Index("lexicon_by_initials", "initials", "weight"),
    sqlite_with_rowid=False,
)

reading = Table(
    "reading",
    metadata,
    Column("char", Text, primary_key=True),
    Column("syllables", Text, nullable=False, comment="most frequent first"),
    sqlite_with_rowid=False,
)
