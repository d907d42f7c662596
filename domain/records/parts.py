"""What records are made of: texts with their forms, and the values that stand inside a record.

Names follow ``docs/formats/records.md``. A field that is not known is left out, never guessed, so nearly everything is
optional. Fields that this version does not know survive in `model_extra`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEAP_YEAR = "2000-"


def _written_as_day(value: Any) -> Any:
    if isinstance(value, dt.date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_form", "a day is written as YYYY-MM-DD")


def _in_the_calendar(day: str) -> str:
    try:
        dt.date.fromisoformat(day if len(day) > len("MM-DD") else _LEAP_YEAR + day)
    except ValueError:
        raise PydanticCustomError("date_form", "there is no such day") from None
    return day


Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ThemeCode = Annotated[str, StringConstraints(pattern=r"^(person|legal):[0-9]{3}$")]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
SeasonDay = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
    AfterValidator(_in_the_calendar),
]
"""MM-DD of every year (02-29 included), or one day as YYYY-MM-DD."""
Day = Annotated[dt.date, BeforeValidator(_written_as_day)]
"""YYYY-MM-DD. A number is no day: read as seconds since 1970 it would be one that nobody meant."""
Weekdays = Annotated[str, StringConstraints(pattern=r"^(MO|TU|WE|TH|FR|SA|SU)((-|,)(MO|TU|WE|TH|FR|SA|SU))*$")]
TwoDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
OneDigit = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]
Audience = Literal["person", "enterprise"]
Language = Literal["zh-Hans", "zh-Hant", "en", "ja", "ko"]
Source = Literal["self", "counter", "department", "other"]


class Value(BaseModel):
    """Base of all record values: frozen, unknown fields kept."""

    # Validators are made when the first record is read: the invitation stands on the glass long before.
    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class Verification(Value):
    """Who checked a field last, and when (字段核验)."""

    on: Day
    by: Identifier | None = None


class ItemCode(Value):
    """A code of an item in one register (事项编码): opaque, and only unique together with `scheme` and `version`.

    `scheme`: the register, ``gbt39554-implementation`` (实施编码, 31 characters), ``gbt39554-handling``
    (业务办理项编码, 33), ``gbt39554-catalogue`` (基本编码, 12) or a name of the city's own.
    """

    scheme: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
    code: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    version: Annotated[str, StringConstraints(min_length=1, max_length=16)] = "1"


class Material(Value):
    """One thing to bring (申请材料). `source`: who supplies it; counts are pieces, photocopies counted apart.

    `type`: a credential (证件证书证明), a form (申请表格文书) or something else; `issued_by`: who issues it and how to
    get it (来源渠道说明); `size`: paper or photo format (规格); `basis`: why it may be asked for; `blank`, `filled`:
    where to get a blank form (空白表) and see a filled-in one (样表); `accepted`: what is checked (受理标准).
    """

    name: ShortText
    type: Literal["credential", "form", "other"] | None = None
    source: Source = "self"
    originals: Annotated[int, Field(ge=0, le=99)] = 0
    copies: Annotated[int, Field(ge=0, le=99)] = 0
    form: Literal["paper", "electronic", "either"] = "paper"
    necessity: Literal["required", "optional", "deferrable"] = "required"
    when: ShortText | None = None
    note: ShortText | None = None
    issued_by: ShortText | None = None
    size: ShortText | None = None
    basis: ShortText | None = None
    blank: ShortText | None = None
    filled: ShortText | None = None
    accepted: ShortText | None = None


class Step(Value):
    """One step at the office (办理环节)."""

    name: ShortText
    where: ShortText | None = None
    note: ShortText | None = None


class Limit(Value):
    """A time limit (办结时限) in working days (工作日) or calendar days (自然日). `note`: what does not count."""

    days: Annotated[int, Field(ge=0, le=3650)]
    unit: Literal["working", "calendar"] = "working"
    note: ShortText | None = None


class FeeItem(Value):
    """One fee of several: what for, how much, on which basis, and who pays less (减免)."""

    name: ShortText
    standard: ShortText
    basis: ShortText | None = None
    reduction: ShortText | None = None


class Fee(Value):
    """What it costs; `text` is what the citizen reads (10 元, 不收费); `items` the single fees."""

    charged: bool
    text: ShortText
    basis: Text | None = None
    items: tuple[FeeItem, ...] = ()
    online_payment: bool | None = None


class GuidePhone(Value):
    """Enquiry (咨询) and complaint (监督投诉) numbers."""

    enquiry: ShortText | None = None
    complaint: ShortText | None = None


class Outcome(Value):
    """What the citizen gets (办理结果); `sample`: where a specimen (样本) can be seen."""

    name: ShortText
    kind: Literal["certificate", "document", "money", "other"] = "other"
    sample: ShortText | None = None


class LegalBasis(Value):
    """One law and its article (设定依据); `number`: 文号, `text`: what the article says, `issuer`: 颁布机关,
    `in_force_on`: 实施日期.
    """

    law: ShortText
    article: ShortText | None = None
    number: ShortText | None = None
    text: Text | None = None
    issuer: ShortText | None = None
    in_force_on: Day | None = None


class Question(Value):
    """A question that people ask and its answer."""

    q: ShortText
    a: Text


class Hours(Value):
    """One weekly opening span, the WEEKLY, BYDAY, UNTIL part of RFC 5545. `from`/`until`: MM-DD for a season of every
    year (may wrap it), or YYYY-MM-DD for one stretch; both ends count.
    """

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, defer_build=True)

    days: Weekdays
    open: TimeOfDay
    close: TimeOfDay
    season_from: SeasonDay | None = Field(default=None, alias="from")
    season_until: SeasonDay | None = Field(default=None, alias="until")


class DayException(Value):
    """Days from `on` until `until` (both count; without it one day) on which a place keeps other hours than its weekly
    ones: from `open` to `close`, or closed when these are left out. It goes before weekly hours and holidays.
    """

    on: Day
    until: Day | None = None
    open: TimeOfDay | None = None
    close: TimeOfDay | None = None
    note: ShortText | None = None


class BusStop(Value):
    """A stop, its lines, and the walk from it in metres."""

    stop: ShortText
    lines: tuple[ShortText, ...] = ()
    walk_m: Annotated[int, Field(ge=0, le=20000)] | None = None


class Section(Value):
    """A section of an organisation (内设机构) and its duty."""

    name: ShortText
    duty: ShortText | None = None


class Staff(Value):
    """Establishment (编制)."""

    posts: Annotated[int, Field(ge=0)] | None = None


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


class Entry(Value):
    """One entry of a code list."""

    code: ShortText
    name: ShortText


class Tile(Value):
    """A tile of the home screen: themes, or one item, under a short label."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=8)]
    icon: ShortText
    themes: tuple[ThemeCode, ...] = ()
    item: Identifier | None = None
