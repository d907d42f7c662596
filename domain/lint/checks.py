"""The checks: what is asked of which fields, and how much it matters. To change one is to change a line here.

`level` follows what comes of it: what sends people in vain or contradicts itself is STOP, what they will miss is WARN,
what would be better and few guides have is NOTE. Sources: the checks of a city's team on 实施清单, and what inspections
of government platforms found (国办函〔2017〕115号: a third without time limit, fee or phone, one in eight with "other
materials", two in five without a form to take).
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.lint.finding import Level
from domain.lint.predicates import (
    Condition,
    Test,
    at_most,
    before,
    contradiction,
    differs_from,
    each_once,
    ends,
    few,
    forbids,
    has,
    left_empty,
    matches,
    no_longer_sentence_than,
    no_more_than,
    none_of,
    not_future,
    not_older_than,
    not_past,
    over,
    required,
    same_as,
    several,
    together_with,
    when,
)

STOP, WARN, NOTE = Level.STOP, Level.WARN, Level.NOTE

STALE_DAYS = 365
"""A record or field that nobody verified for so long is reported."""

PHONE = r"^(0\d{2,3}-\d{7,8}(-\d{1,5})?|1\d{2,4}|9\d{4}|400-?\d{3}-?\d{4})$"
"""Area code and number, or a public hotline."""

CATCH_ALL = r"其他材料|其它材料|其他资料|相关材料|按规定(提交|提供)的|法律法规规定的其他"
"""Materials that tell nobody what to bring."""

OFFICIALESE = r"予以|之日起|系指|上述|应当|不得|须经|凭以|依照|并处|申请人须|有关规定|相关规定|兹|特此"
"""Words that people stumble over on a slip."""

FIGURE = r"\d|[一二三四五六七八九十百]元|标准|免|约"
"""What says how much."""


@dataclass(frozen=True, slots=True)
class Check:
    """`kinds`: of which records, empty for all; `fields`: paths, ``*`` for each entry; `when`: all must hold.

    The sentence is ``lint.<rule>``; one rule may stand here several times for different fields.
    """

    rule: str
    level: Level
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    test: Test
    when: tuple[Condition, ...] = ()


G, P, F, O, E = ("guide",), ("place",), ("fact",), ("org",), ("life_event",)  # noqa: E741
ALL: tuple[str, ...] = ()

TEXTS: tuple[tuple[str, Level, str], ...] = (
    ("markup", STOP, r"</?[a-zA-Z][^>]{0,80}>|&([a-zA-Z]{2,8}|#\d+|#x[0-9a-fA-F]+);"),
    ("control_characters", STOP, r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\u200b\u2028\u2029\ufeff]"),
    (
        "mojibake",
        STOP,
        r"[ÃÂ][\x80-\xbf]|锟斤拷|烫烫烫|[äåæçèé][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ™š›œžŸ]{1,2}|\?!\?|\?{4,}"
        r"|[\u3400-\u9fff]\([a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*\)",
    ),
    ("id_number", STOP, r"(?<!\d)[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"),
    ("mobile_number", STOP, r"(?<!\d)1[3-9]\d{9}(?!\d)"),
)
"""(rule, level, pattern) of what no text of any record may hold."""

CHECKS: tuple[Check, ...] = (
    # Time: 即办 is done at once, anything else is promised.
    Check("immediate_with_limit", STOP, G, ("promised_limit.days",), no_more_than(0, "days"),
          (when("immediate", True),)),
    Check("missing_limit", WARN, G, ("promised_limit",), required, (when("immediate", False),)),
    # Money: a fee says how much, for what and why.
    Check("missing_fee", WARN, G, ("fee",), required),
    Check("fee_without_figure", WARN, G, ("fee.text",), matches(FIGURE), (when("fee.charged", True),)),
    Check("fee_item_without_standard", WARN, G, ("fee.items.*.standard",), matches(FIGURE, "standard")),
    Check("fee_without_basis", NOTE, G, ("fee.basis",), required, (when("fee.charged", True),)),
    Check("fee_without_items", NOTE, G, ("fee.items",), required, (when("fee.charged", True),)),
    Check("online_payment_unknown", NOTE, G, ("fee.online_payment",), required, (when("fee.charged", True),)),
    Check("payment_without_fee", WARN, G, ("fee.online_payment",), left_empty, (when("fee.charged", False),)),
    # Phones.
    Check("missing_phone", WARN, G, ("phone.enquiry",), required),
    Check("same_phone", WARN, G, ("phone.complaint",), differs_from("phone.enquiry")),
    Check("phone_form", STOP, G, ("phone.enquiry", "phone.complaint"), matches(PHONE, "phone")),
    # What to bring.
    Check("missing_materials", WARN, G, ("materials",), required),
    Check("catch_all_material", STOP, G, ("materials.*.name",), forbids(CATCH_ALL, "name")),
    Check("material_without_type", NOTE, G, ("materials.*.type",), required),
    # Where, how often, by which way.
    Check("no_visit_no_way", STOP, G, ("visits",), contradiction,
          (when("visits", 0), none_of("channels", "online", "mail"))),
    Check("online_yet_visits", STOP, G, ("visits",), no_more_than(0, "visits"), (when("online_depth", 4),)),
    Check("visit_without_reason", NOTE, G, ("visit_reason",), required, (over("visits", 0),)),
    Check("reason_without_visit", WARN, G, ("visit_reason",), left_empty, (when("visits", 0),)),
    # What one gets.
    Check("result_kind", WARN, G, ("result.name",), forbids(r".", "name"),
          (ends("result.name", "(?<!凭)证|证书|执照|户口簿"), when("result.kind", "document", "money"))),
    Check("result_kind", WARN, G, ("result.name",), forbids(r".", "name"),
          (ends("result.name", "批复|批文|决定书|通知书"), when("result.kind", "certificate", "money"))),
    Check("result_without_sample", NOTE, G, ("result.sample",), required, (has("result"),)),
    # A permit (许可) has its steps and its questions.
    Check("permit_few_steps", NOTE, G, ("steps",), several(5), (when("type", "01"),)),
    Check("permit_without_faq", NOTE, G, ("faq",), required, (when("type", "01"),)),
    # Short enough for a row and a slip, and plain.
    Check("too_long", WARN, G, ("summary",), at_most(40)),
    Check("too_long", WARN, G, ("steps.*.name",), at_most(20)),
    Check("too_long", NOTE, G, ("materials.*.name", "materials.*.note", "materials.*.when", "steps.*.note"),
          at_most(40)),
    Check("too_long", NOTE, G, ("eligibility.*",), at_most(80)),
    Check("too_long", WARN, F, ("answer",), at_most(60)),
    Check("long_sentence", NOTE, G, ("summary", "eligibility.*", "steps.*.note", "materials.*.note", "faq.*.a"),
          no_longer_sentence_than(48)),
    Check("hard_word", NOTE, G, ("summary", "eligibility.*", "steps.*.note", "materials.*.note", "faq.*.a"),
          forbids(OFFICIALESE, "word", part=True)),
    Check("hard_word", NOTE, F, ("answer",), forbids(OFFICIALESE, "word", part=True)),
    Check("alias_is_name", WARN, G, ("aliases.*",), differs_from("name")),
    Check("alias_twice", WARN, G, ("aliases",), each_once),
    Check("many_aliases", WARN, G, ("aliases",), few(8)),
    # Facts.
    Check("question_is_not_name", WARN, F, ("question",), same_as("name")),
    # Places: the fields that are empty most often and send most people in vain.
    Check("missing_address", WARN, P, ("address",), required),
    Check("missing_hours", WARN, P, ("hours",), required),
    Check("missing_phone", WARN, P, ("phone",), required),
    Check("missing_position", WARN, P, ("lat",), required),
    Check("missing_position", WARN, P, ("lon",), required, (has("lat"),)),
    Check("hours_backwards", STOP, P, ("hours.*.open", "exceptions.*.open"), before("close")),
    Check("half_hours", STOP, P, ("exceptions.*.open",), together_with("close")),
    # Days in the order of time.
    Check("dates_backwards", STOP, P, ("exceptions.*.on",), before("until", or_equal=True)),
    Check("dates_backwards", STOP, P, ("hours.*.season_from",), before("season_until", or_equal=True)),
    Check("dates_backwards", STOP, ALL, ("valid_from",), before("valid_until", or_equal=True)),
    Check("dates_backwards", STOP, ("topic", "notice"), ("show_from",), before("show_until", or_equal=True)),
    # Age.
    Check("expired", WARN, ALL, ("valid_until",), not_past),
    Check("stale", WARN, ALL, ("verified_on", "verified_fields.*.on"), not_older_than(STALE_DAYS)),
    Check("verified_in_future", WARN, ALL, ("verified_on", "verified_fields.*.on"), not_future),
)  # fmt: skip
