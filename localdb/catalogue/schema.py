"""Tables of a catalogue file. The file is derived from records and disposable: a new layout is a new number, never a
migration.

`record` holds the truth, one canonical line a record. Everything else is computed from it so that a screen reads one
table and a search reads few pages: `card` (list rows), `said` (names people may use), `feed` with its two full-text
indexes, `term` (how many cards hold an n-gram), `meaning` (vocabulary), `ref` (which card belongs to what), `lexicon`
and `reading` (pinyin).
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text, text

LAYOUT = 1
"""Number of this layout; a file with another one is refused (D-02) and built anew from its records."""

APPLICATION_ID = 0x424D5443
"""Marks the file as ours (BMTC) in SQLite's header."""

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
    Column("code", Text),
    Column("valid_from", Text),
    Column("valid_until", Text),
    Column("fullness", Integer, nullable=False, comment="how much of a guide is filled in, 0–10"),
    Index("card_by_id", "id"),
    Index("card_from", "valid_from", sqlite_where=text("valid_from IS NOT NULL")),
    Index("card_until", "valid_until", sqlite_where=text("valid_until IS NOT NULL")),
)

said = Table(
    "said",
    metadata,
    Column("doc", Integer, nullable=False),
    Column("via", Text, nullable=False, comment="name, alias or keyword"),
    Column("plain", Text, nullable=False, comment="normalised, as queries are"),
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

FULL_TEXT = tuple(
    f"CREATE VIRTUAL TABLE {index} USING fts5({', '.join(columns)}, content='feed', content_rowid='doc',"
    " tokenize='unicode61 remove_diacritics 0')"
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
    Column("plain", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("target", Text, nullable=False, comment="the word it stands for; of an intent its official word"),
    Column("weight", Float, nullable=False),
    Column("intent", Text),
)

ref = Table(
    "ref",
    metadata,
    Column("relation", Text, primary_key=True, comment="theme, department, place or parent"),
    Column("target", Text, primary_key=True),
    Column("doc", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

translation = Table(
    "translation",
    metadata,
    Column("of", Text, primary_key=True),
    Column("lang", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("fields", Text, nullable=False, comment="JSON"),
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
