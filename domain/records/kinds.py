"""The published record kinds of format 1 as frozen values: what a department writes and a kiosk shows.

Field names and code lists follow ``docs/formats/records.md``. A field that is not known is left out, never guessed,
so nearly
everything is optional and every screen has an empty state for it. Fields that this version does not know survive in
`model_extra` and go back out unchanged, so that an old kiosk does not damage a newer record.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from domain.card import CardType, Division, Sex

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ThemeCode = Annotated[str, StringConstraints(pattern=r"^(person|legal):[0-9]{3}$")]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Weekdays = Annotated[str, StringConstraints(pattern=r"^(MO|TU|WE|TH|FR|SA|SU)((-|,)(MO|TU|WE|TH|FR|SA|SU))*$")]
Audience = Literal["person", "enterprise"]
Language = Literal["zh-Hans", "zh-Hant", "en", "ja", "ko"]
Source = Literal["self", "counter", "department", "other"]


class Value(BaseModel):
    """Base of all record values: frozen, unknown fields kept."""

    # Validators are made when the first record is read: the invitation stands on the glass long before.
    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class Record(Value):
    """What every record has. `id` is stable for ever; `name` is the official name; `aliases` are what people say."""

    KIND: ClassVar[str] = ""

    kind: str
    id: Identifier
    name: ShortText
    aliases: tuple[ShortText, ...] = ()
    keywords: tuple[ShortText, ...] = ()
    verified_on: dt.date | None = None
    verified_by: Identifier | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    sample: bool = False

    @property
    def alias(self) -> str | None:
        """The everyday name (日常叫法) that is shown in brackets behind the official one."""
        return self.aliases[0] if self.aliases else None

    def valid_at(self, day: dt.date) -> bool:
        """Whether the record may be shown on `day` (both ends count)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class Material(Value):
    """One thing to bring (申请材料). `source`: who supplies it; counts are pieces, photocopies counted apart."""

    name: ShortText
    source: Source = "self"
    originals: Annotated[int, Field(ge=0, le=99)] = 0
    copies: Annotated[int, Field(ge=0, le=99)] = 0
    form: Literal["paper", "electronic", "either"] = "paper"
    necessity: Literal["required", "optional", "deferrable"] = "required"
    when: ShortText | None = None
    note: ShortText | None = None


class Step(Value):
    """One step at the office (办理环节)."""

    name: ShortText
    where: ShortText | None = None
    note: ShortText | None = None


class Limit(Value):
    """A time limit (办结时限) in working days (工作日) or calendar days (自然日)."""

    days: Annotated[int, Field(ge=0, le=3650)]
    unit: Literal["working", "calendar"] = "working"


class Fee(Value):
    """What it costs; `text` is what the citizen reads (10 元, 不收费)."""

    charged: bool
    text: ShortText
    basis: Text | None = None


class GuidePhone(Value):
    """Enquiry (咨询) and complaint (监督投诉) numbers."""

    enquiry: ShortText | None = None
    complaint: ShortText | None = None


class Outcome(Value):
    """What the citizen gets (办理结果)."""

    name: ShortText
    kind: Literal["certificate", "document", "money", "other"] = "other"


class LegalBasis(Value):
    """One law and its article (设定依据)."""

    law: ShortText
    article: ShortText | None = None


class Question(Value):
    """A question that people ask and its answer."""

    q: ShortText
    a: Text


class Guide(Record):
    """A service item with its guide (事项、办事指南). Only kind, id, name and department are needed."""

    KIND: ClassVar[str] = "guide"
    kind: Literal["guide"] = "guide"
    department: Identifier
    type: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] | None = None
    audience: tuple[Audience, ...] = ()
    themes: tuple[ThemeCode, ...] = ()
    summary: ShortText | None = None
    accepting_office: ShortText | None = None
    handling_agency: ShortText | None = None
    handler: ShortText | None = None
    eligibility: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    immediate: bool | None = None
    legal_limit: Limit | None = None
    promised_limit: Limit | None = None
    visits: Annotated[int, Field(ge=0, le=20)] | None = None
    fee: Fee | None = None
    channels: tuple[Literal["counter", "online", "mail", "kiosk"], ...] = ()
    coverage: Literal["office", "district", "city", "province", "national"] | None = None
    places: tuple[Identifier, ...] = ()
    phone: GuidePhone | None = None
    result: Outcome | None = None
    legal_basis: tuple[LegalBasis, ...] = ()
    faq: tuple[Question, ...] = ()
    related: tuple[Identifier, ...] = ()


class Fact(Record):
    """A one-sentence answer (一句话信息); `name` is the question."""

    KIND: ClassVar[str] = "fact"
    kind: Literal["fact"] = "fact"
    question: ShortText
    answer: ShortText
    place: Identifier | None = None
    phone: ShortText | None = None
    audience: tuple[Audience, ...] = ()
    themes: tuple[ThemeCode, ...] = ()


class Hours(Value):
    """One weekly opening span; `from`/`until` (MM-DD, both ends count, may wrap the year) bound a season."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, defer_build=True)

    days: Weekdays
    open: TimeOfDay
    close: TimeOfDay
    season_from: MonthDay | None = Field(default=None, alias="from")
    season_until: MonthDay | None = Field(default=None, alias="until")


class BusStop(Value):
    """A stop, its lines, and the walk from it in metres."""

    stop: ShortText
    lines: tuple[ShortText, ...] = ()
    walk_m: Annotated[int, Field(ge=0, le=20000)] | None = None


class Place(Record):
    """An office or another place people go to (网点). `lat`, `lon`: WGS 84 degrees."""

    KIND: ClassVar[str] = "place"
    kind: Literal["place"] = "place"
    place_kind: Literal[
        "hall",
        "police",
        "hospital",
        "library",
        "park",
        "school",
        "office",
        "bus",
        "market",
        "museum",
        "sport",
        "bank",
        "other",
    ] = "other"
    district: District | None = None
    address: ShortText | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    hours: tuple[Hours, ...] = ()
    last_acceptance_minutes: Annotated[int, Field(ge=0, le=600)] | None = None
    open_on_workdays_only: bool = False
    closed_on_holidays: bool = False
    phone: ShortText | None = None
    bus: tuple[BusStop, ...] = ()
    accessibility: tuple[ShortText, ...] = ()


class Section(Value):
    """A section of an organisation (内设机构) and its duty."""

    name: ShortText
    duty: ShortText | None = None


class Staff(Value):
    """Establishment (编制)."""

    posts: Annotated[int, Field(ge=0)] | None = None


class Org(Record):
    """An organisation (机构): department, institution or public company."""

    KIND: ClassVar[str] = "org"
    kind: Literal["org"] = "org"
    level: Literal["city", "district", "institution", "company"] = "city"
    parent: Identifier | None = None
    short_name: ShortText | None = None
    duties: tuple[Text, ...] = ()
    sections: tuple[Section, ...] = ()
    place: Identifier | None = None
    phone: ShortText | None = None
    staff: Staff | None = None


class Choice(Value):
    """One answer to a question of a life event."""

    id: Identifier
    text: ShortText


class Ask(Value):
    """A question that narrows a life event."""

    id: Identifier
    ask: ShortText
    options: tuple[Choice, ...]


class EventStep(Value):
    """One item of a life event: after which others, and for which answers (`when`: question id → option ids)."""

    guide: Identifier
    after: tuple[Identifier, ...] = ()
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    note: ShortText | None = None


class LifeEvent(Record):
    """One thing in life that takes several offices (一件事): ordered items with at most four questions."""

    KIND: ClassVar[str] = "life_event"
    kind: Literal["life_event"] = "life_event"
    audience: tuple[Audience, ...] = ()
    intro: Text | None = None
    questions: Annotated[tuple[Ask, ...], Field(max_length=4)] = ()
    steps: tuple[EventStep, ...] = ()


class Topic(Record):
    """An edited list (专题)."""

    KIND: ClassVar[str] = "topic"
    kind: Literal["topic"] = "topic"
    intro: Text | None = None
    items: tuple[Identifier, ...] = ()
    show_from: dt.date | None = None
    show_until: dt.date | None = None


class Notice(Record):
    """A notice (通知); shown from `show_from` to `show_until`, both ends counting."""

    KIND: ClassVar[str] = "notice"
    kind: Literal["notice"] = "notice"
    text: Text
    level: Literal["info", "warn"] = "info"
    show_from: dt.date | None = None
    show_until: dt.date | None = None
    district: District | None = None

    def shown_at(self, day: dt.date, district: str | None) -> bool:
        """Whether the notice belongs on a kiosk of `district` on `day`."""
        due = (self.show_from is None or self.show_from <= day) and (self.show_until is None or day <= self.show_until)
        return due and (self.district is None or district is None or self.district == district)


class Vocabulary(Record):
    """Words that mean the same, or steer a search; the first of `words` is the official one.

    `relation`: same (either way), narrower (the first covers the rest), related (the first leads to the rest), stop
    (carries
    no meaning in a question), intent (says what is wanted: lost, expired, where…).
    """

    KIND: ClassVar[str] = "vocabulary"
    kind: Literal["vocabulary"] = "vocabulary"
    relation: Literal["same", "narrower", "related", "stop", "intent"]
    words: Annotated[tuple[ShortText, ...], Field(min_length=1)]
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    intent: (
        Literal["lost", "expired", "where", "when", "phone", "fee", "how", "who", "cancel", "change", "query"] | None
    ) = None


def _in_order(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError("the first is larger than the second")
    return span


def _some_each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    # Not `min_length`: with that, pydantic also calls a list empty whose members it has refused.
    if not values:
        raise ValueError("nothing is in it")
    if len(set(values)) < len(values):
        raise ValueError("something is in it twice")
    return values


Flag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
Years = Annotated[int, Field(strict=True, ge=0, le=150)]
Months = Annotated[int, Field(strict=True, ge=0, le=1800)]
MonthNumber = Annotated[int, Field(strict=True, ge=1, le=12)]


class Conditions(Value):
    """What must be known and fit, all of it, for a rule to hold. A condition that this version does not know is kept
    and never holds.

    `age`: completed years, both ends count, a last year of 120 or more means no end. `age_months`: completed months,
    both ends count. `expires_within_days`: the card expires in so many days at most, or has expired already. `months`:
    1–12, the month of the day. `asked`: flags that the person chose, all of them.
    """

    age: Annotated[tuple[Years, Years], AfterValidator(_in_order)] | None = None
    age_months: Annotated[tuple[Months, Months], AfterValidator(_in_order)] | None = None
    sex: Sex | None = None
    division: Division | None = None
    card_type: Annotated[tuple[CardType, ...], AfterValidator(_some_each_once)] | None = None
    expires_within_days: Annotated[int, Field(strict=True, ge=0, le=3650)] | None = None
    months: Annotated[tuple[MonthNumber, ...], AfterValidator(_some_each_once)] | None = None
    asked: Annotated[tuple[Flag, ...], AfterValidator(_some_each_once)] | None = None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of conditions that this version does not know, sorted."""
        return tuple(sorted(name for name, value in (self.model_extra or {}).items() if value is not None))


class Rule(Record):
    """A rule that recommends items to a person, with its reason and legal basis.

    `needs` names the attributes that must be known: age, sex, division, card_type, card_expiry, date, asked:<flag>.
    `items`: best first. `sensitive`: what it is about must not stand openly on a screen in the street.
    """

    KIND: ClassVar[str] = "rule"
    kind: Literal["rule"] = "rule"
    needs: tuple[ShortText, ...] = ()
    when: Conditions = Field(default_factory=Conditions)
    items: tuple[Identifier, ...] = ()
    reason: Annotated[str, StringConstraints(min_length=2, max_length=16)]
    basis: ShortText | None = None
    sensitive: bool = False
    verified: Literal["yes", "no"] = "no"


class Entry(Value):
    """One entry of a code list."""

    code: ShortText
    name: ShortText


class CodeList(Record):
    """A versioned code list (代码表) with the codes that other sources use for the same entries."""

    KIND: ClassVar[str] = "codelist"
    kind: Literal["codelist"] = "codelist"
    list: ShortText
    version: ShortText
    entries: tuple[Entry, ...] = ()
    sources: dict[str, dict[str, str]] = Field(default_factory=dict)


class Calendar(Record):
    """Public holidays (放假) and make-up working days (调休上班) of one year."""

    KIND: ClassVar[str] = "calendar"
    kind: Literal["calendar"] = "calendar"
    year: Annotated[int, Field(ge=2000, le=2200)]
    off: tuple[dt.date, ...] = ()
    work: tuple[dt.date, ...] = ()
    basis: ShortText | None = None


class Tile(Value):
    """A tile of the home screen: themes, or one item, under a short label."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=8)]
    icon: ShortText
    themes: tuple[ThemeCode, ...] = ()
    item: Identifier | None = None


class Home(Record):
    """What the home screen offers."""

    KIND: ClassVar[str] = "home"
    kind: Literal["home"] = "home"
    tiles: tuple[Tile, ...] = ()
    life_events: tuple[Identifier, ...] = ()
    popular: tuple[ShortText, ...] = ()


class Translation(Record):
    """Fields of another record in another language."""

    KIND: ClassVar[str] = "translation"
    kind: Literal["translation"] = "translation"
    of: Identifier
    lang: Literal["en", "ja", "ko", "zh-Hant"]
    fields: dict[str, Any] = Field(default_factory=dict)


class Change(Record):
    """What changed in an item between two versions; written by the hub."""

    KIND: ClassVar[str] = "change"
    kind: Literal["change"] = "change"
    of: Identifier
    version: Annotated[int, Field(ge=1)]
    at: dt.datetime
    field: ShortText
    old: Any = None
    new: Any = None


class Unknown(Record):
    """A record of a kind that this version does not know: kept, digested and otherwise ignored."""


KINDS: dict[str, type[Record]] = {
    kind.KIND: kind
    for kind in (
        Guide,
        Fact,
        Place,
        Org,
        LifeEvent,
        Topic,
        Notice,
        Vocabulary,
        Rule,
        CodeList,
        Calendar,
        Home,
        Translation,
        Change,
    )
}
"""Record kinds of format 1 by name; ``doc`` and ``penalty`` are reserved."""
