"""Planning a life event: which steps apply, in an order that respects what must come first, and one list of papers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from domain.records import Guide, LifeEvent


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One item to do, the editor's note on it, and the ids of those steps before it whose results it needs.

    `when`: questions without an answer that decide whether it is needed, each with the answers for which it is.
    """

    guide: Guide
    note: str | None
    after: tuple[str, ...] = ()
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A life event for one set of answers."""

    event: LifeEvent
    steps: tuple[PlannedStep, ...]
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergedMaterial:
    """One kind of paper over all steps: an original is shown again and again, photocopies add up."""

    name: str
    uses: int
    originals: int
    copies: int


def applies(when: Mapping[str, Sequence[str]], answers: Mapping[str, str]) -> bool:
    """Whether a step is for these answers; a question without an answer excludes nothing."""
    return all(question not in answers or answers[question] in options for question, options in when.items())


def ordered_steps(event: LifeEvent, guides: Mapping[str, Guide], answers: Mapping[str, str]) -> Plan:
    """The applying steps, each behind those it must come after, otherwise in the editor's order.

    A guide that occurs twice (in two branches) is planned once. Should an editor's `after` run in a circle, the
    editor's order decides: the plan is never empty for that.
    """
    wanted = [step for step in event.steps if step.guide in guides and applies(step.when, answers)]
    present = {step.guide for step in wanted}
    placed: list[str] = []
    notes: dict[str, str | None] = {}
    before: dict[str, set[str]] = {}
    branches: dict[str, list[dict[str, tuple[str, ...]]]] = {}
    for step in wanted:
        left = {ask: tuple(options) for ask, options in step.when.items() if ask not in answers}
        branches.setdefault(step.guide, []).append(left)
        before.setdefault(step.guide, set()).update(set(step.after) & present)
        notes[step.guide] = notes.get(step.guide) or step.note
    waiting = list(dict.fromkeys(step.guide for step in wanted))
    while waiting:
        free = next((guide for guide in waiting if not before[guide] - set(placed)), waiting[0])
        waiting.remove(free)
        placed.append(free)
    # In a circle the step that comes first cannot wait for one behind it.
    rank = {id: at for at, id in enumerate(placed)}
    return Plan(
        event,
        tuple(
            PlannedStep(
                guides[id],
                notes[id],
                tuple(sorted((b for b in before[id] if rank[b] < at), key=rank.__getitem__)),
                _undecided(branches[id]),
            )
            for id, at in rank.items()
        ),
        dict(answers),
    )


def _undecided(branches: Sequence[Mapping[str, tuple[str, ...]]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What still decides about a step that stands in `branches`; nothing where they ask different things, for then no
    single answer makes it unnecessary.
    """
    if len({tuple(branch) for branch in branches}) > 1 or (len(branches) > 1 and len(branches[0]) > 1):
        return ()
    return tuple(
        (ask, tuple(dict.fromkeys(option for branch in branches for option in branch[ask]))) for ask in branches[0]
    )


@dataclass(frozen=True, slots=True)
class Money:
    """What all steps cost: `yuan`, those that say a plain sum; how many are charged by more than that, and how many
    departments have not said.
    """

    yuan: Decimal
    charged: int
    unknown: int


PLAIN_SUM = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?元")


def total(guides: Sequence[Guide]) -> Money:
    """The sum of the fees; what depends on more than the item (每平方米 3 元，满 18 岁 20 元) is counted, not added."""
    yuan, charged, unknown = Decimal(0), 0, 0
    for guide in guides:
        if guide.fee is None:
            unknown += 1
        elif guide.fee.charged:
            plain = PLAIN_SUM.fullmatch(guide.fee.text.strip())
            if plain:
                yuan += Decimal(plain[1])
            else:
                charged += 1
    return Money(yuan, charged, unknown)


def merge_materials(guides: Sequence[Guide]) -> tuple[MergedMaterial, ...]:
    """Papers that the citizen brings, most used first: the largest number of originals at one office, the sum of
    copies.

    What the window supplies or what only some need is left to the guide's own page.
    """
    merged: dict[str, MergedMaterial] = {}
    for guide in guides:
        for material in guide.materials:
            if material.source == "counter" or material.when is not None or material.necessity == "optional":
                continue
            old = merged.get(material.name, MergedMaterial(material.name, 0, 0, 0))
            merged[material.name] = MergedMaterial(
                material.name, old.uses + 1, max(old.originals, material.originals), old.copies + material.copies
            )
    return tuple(sorted(merged.values(), key=lambda item: -item.uses))
