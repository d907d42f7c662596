"""The published record kinds of format 1 as frozen values: what a department writes and a kiosk shows.

Field names and code lists follow ``docs/formats/records.md``. A field that is not known is left out, never guessed, so
nearly everything is optional and every screen has an empty state for it. Fields that this version does not know survive
in `model_extra` and go back out unchanged, so that an old kiosk does not damage a newer record.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from domain.records.conditions import Conditions
from domain.records.parts import (
    Ask,
    Audience,
    BusStop,
    Day,
    DayException,
    District,
    Entry,
    EventStep,
    Fee,
    GuidePhone,
    Hours,
    Identifier,
    ItemCode,
    LegalBasis,
    Limit,
    Material,
    OneDigit,
    Outcome,
    Question,
    Section,
    ShortText,
    Staff,
    Step,
    Text,
    ThemeCode,
    Tile,
    TwoDigits,
    Value,
    Verification,
)


class Record(Value):
    """What every record has. `id` is stable for ever; `name` is the official name; `aliases` are what people say."""

    KIND: ClassVar[str] = ""

    kind: str
    id: Identifier
    name: ShortText
    aliases: tuple[ShortText, ...] = ()
    keywords: tuple[ShortText, ...] = ()
    verified_on: Day | None = None
    verified_by: Identifier | None = None
    verified_fields: dict[str, Verification] = Field(default_factory=dict)
    valid_from: Day | None = None
    valid_until: Day | None = None
    sample: bool = False

    def verification(self, field: str) -> Verification | None:
        """Who checked `field` (``phone.enquiry``) last, and when: its own verification, that of the field around it, or
        the record's; None when nobody has.
        """
        path = field
        while path:
            if path in self.verified_fields:
                return self.verified_fields[path]
            path = path.rpartition(".")[0]
        return None if self.verified_on is None else Verification(on=self.verified_on, by=self.verified_by)

    @property
    def alias(self) -> str | None:
        """The everyday name (日常叫法) that is shown in brackets behind the official one."""
        return self.aliases[0] if self.aliases else None

    def valid_at(self, day: dt.date) -> bool:
        """Whether the record may be shown on `day` (both ends count)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class Guide(Record):
    """A service item with its guide (事项、办事指南). Only kind, id, name and department are needed.

    Codes of one digit and two are those of the code lists (`CodeList`) of the same name; `type` is task_type.
    `joint_agencies`: 联办机构; `entrusted_by`: 委托部门; `appointment`: whether a visit has to be booked (预约);
    `appeal`: how to have a decision looked at again (复议、诉讼). `number`, `version`: what a slip's
    check code names (`domain.check_code`); given by the hub, which counts on whenever a slip says something else.
    """

    KIND: ClassVar[str] = "guide"
    kind: Literal["guide"] = "guide"
    department: Identifier
    number: Annotated[int, Field(ge=1)] | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    codes: tuple[ItemCode, ...] = ()
    type: TwoDigits | None = None
    use_level: OneDigit | None = None
    power_source: OneDigit | None = None
    body_type: OneDigit | None = None
    audience: tuple[Audience, ...] = ()
    themes: tuple[ThemeCode, ...] = ()
    summary: ShortText | None = None
    accepting_office: ShortText | None = None
    handling_agency: ShortText | None = None
    handler: ShortText | None = None
    joint_agencies: tuple[ShortText, ...] = ()
    entrusted_by: ShortText | None = None
    eligibility: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    immediate: bool | None = None
    legal_limit: Limit | None = None
    promised_limit: Limit | None = None
    special_procedure: Text | None = None
    visits: Annotated[int, Field(ge=0, le=20)] | None = None
    visit_reason: ShortText | None = None
    online_depth: Annotated[int, Field(ge=1, le=4)] | None = None
    appointment: bool | None = None
    fee: Fee | None = None
    channels: tuple[Literal["counter", "online", "mail", "kiosk"], ...] = ()
    coverage: Literal["office", "district", "city", "province", "national"] | None = None
    places: tuple[Identifier, ...] = ()
    phone: GuidePhone | None = None
    appeal: Text | None = None
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
    open_on_holidays: bool = False
    exceptions: tuple[DayException, ...] = ()
    phone: ShortText | None = None
    bus: tuple[BusStop, ...] = ()
    accessibility: tuple[ShortText, ...] = ()


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


class LifeEvent(Record):
    """One thing in life that takes several offices (一件事): ordered items with at most four questions. `number`,
    `version`: as of a guide.
    """

    KIND: ClassVar[str] = "life_event"
    kind: Literal["life_event"] = "life_event"
    number: Annotated[int, Field(ge=1)] | None = None
    version: Annotated[int, Field(ge=1)] | None = None
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
    show_from: Day | None = None
    show_until: Day | None = None


class Notice(Record):
    """A notice (通知); shown from `show_from` to `show_until`, both ends counting."""

    KIND: ClassVar[str] = "notice"
    kind: Literal["notice"] = "notice"
    text: Text
    level: Literal["info", "warn"] = "info"
    show_from: Day | None = None
    show_until: Day | None = None
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
    off: tuple[Day, ...] = ()
    work: tuple[Day, ...] = ()
    basis: ShortText | None = None


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
    """One thing that changed for citizens when `version` of an item came out; written by the hub.

    `of`: id of what a slip is printed from, which may be gone since. `old`, `new`: before and after, None where there
    was or is nothing. `number`: of an item with slips of its own that was taken down, so that they are still known
    (`docs/formats/records.md`).
    """

    KIND: ClassVar[str] = "change"
    kind: Literal["change"] = "change"
    of: Identifier
    version: Annotated[int, Field(ge=1)]
    at: dt.datetime
    field: ShortText
    old: Any = None
    new: Any = None
    number: Annotated[int, Field(ge=1)] | None = None


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
