"""给窗口看的条: what somebody who speaks, hears or writes little lays before the clerk: one word, what was brought,
three requests, and room for the clerk's pen.

No QR code: the clerk has the check code. Nothing about the person is on it.
"""

from __future__ import annotations

from domain.guide_slip import Second, SlipFacts
from domain.records import Guide
from domain.slip import (
    Blank,
    Block,
    CheckCode,
    Masthead,
    Numbered,
    Paragraph,
    Separator,
    Shout,
    Slip,
    Small,
    Tab,
    Tick,
    Ticks,
    Variant,
)
from phrases import Phrases

GAP = "___"
"""Stands in a phrase where the clerk writes."""

MOST_BROUGHT = 6
"""More boxes than that are no help at a window."""


def build_clerk_slip(
    say: Phrases, guide: Guide, facts: SlipFacts, *, number: int, second: Second | None = None
) -> Slip:
    """The slip in the clerk's language (`say`), with the citizen's (`second`) below where it is another."""
    blocks = _blocks(say, guide, facts, number)
    if second is None or second.say.lang == say.lang:
        return Slip(blocks, Variant.CLERK, say.lang)
    theirs = _blocks(second.say, second.guide, facts, number)
    return Slip(blocks, Variant.CLERK, say.lang, theirs, second.say.lang)


def _blocks(say: Phrases, guide: Guide, facts: SlipFacts, number: int) -> tuple[Block, ...]:
    always = [material for material in guide.materials if material.when is None]
    brought = tuple(Tick(material.name, "") for material in always if material.source == "self")[:MOST_BROUGHT]
    form = next((material.name for material in always if material.source == "counter"), "")
    blocks: list[Block] = [
        Masthead(say("clerk.word"), say("clerk.please")),
        Paragraph(say("clerk.hello")),
        Shout(guide.name),
    ]
    if guide.aliases:
        aliases = say("join.list").join(guide.aliases[:2])
        blocks.append(Small((say("slip.aliases", aliases=aliases),)))
    if brought:
        blocks += [Tab(say("clerk.brought")), Ticks((), brought)]
    blocks += [
        Tab(say("clerk.help")),
        Numbered(
            (
                say("clerk.form", name=form) if form else say("clerk.check"),
                say("clerk.window"),
                say("clerk.slowly"),
            )
        ),
        Tab(say("clerk.write"), say("clerk.give_back")),
        Blank(_gaps(say("clerk.next"))),
        Blank(_gaps(say("clerk.again"))),
        Blank(_gaps(say("clerk.missing"))),
        Blank(("", "")),
        Separator(),
    ]
    item = [say("clerk.item", name=guide.name)]
    item += [say("slip.version", n=guide.version)] if guide.version else []
    blocks.append(Small((say("join.comma").join(item),)))
    if facts.check:
        blocks.append(CheckCode(facts.check, (say("slip.check_head"),)))
    lines = [say("clerk.no_person")]
    if facts.check:
        lines.insert(0, say("clerk.check_code"))
    if facts.sample:
        lines.append(say("slip.sample"))
    numbered = say("slip.number", number=f"{number:06}")
    key = "slip.printed" if facts.trusted else "slip.printed_unsure"
    printed = say(key, when=f"{facts.at:%Y-%m-%d %H:%M}", kiosk=facts.kiosk.name, number=facts.kiosk.number)
    blocks.append(Small((*lines, say("join.comma").join((printed, numbered)))))
    return tuple(blocks)


def _gaps(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(GAP))
