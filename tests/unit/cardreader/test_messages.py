from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from cardreader.messages import (
    LONGEST,
    MOST_DAYS,
    MOST_MONTHS,
    Message,
    ProtocolFault,
    encode,
    encode_settings,
    parse,
    parse_settings,
)
from cardreader.settings import ReaderSettings
from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.errors import Code
from domain.events import CardProved, CardRead, CardUnread, ReaderChanged, ReaderKind, ReaderState

CODES = [code for code in Code if code.value.startswith("C-")]

facts = st.builds(
    CardFacts,
    st.sampled_from(CardFamily),
    st.none() | st.sampled_from(CardType),
    st.none() | st.sampled_from(Division),
    st.none() | st.integers(0, MOST_MONTHS),
    st.none() | st.sampled_from(Sex),
    st.none() | st.integers(-MOST_DAYS, MOST_DAYS),
)
messages = st.one_of(
    st.sampled_from(ReaderState).map(ReaderChanged),
    st.frozensets(st.sampled_from(ReaderKind)).map(lambda lying: ReaderChanged(ReaderState.HOLDING, lying)),
    st.sampled_from(CODES).map(CardUnread),
    facts.map(CardRead),
    st.booleans().map(CardProved),
)


@given(messages)
def test_what_is_said_is_heard(message: Message) -> None:
    line = encode(message)
    heard = parse(line)
    assert heard == message
    assert not isinstance(message, ReaderChanged) or getattr(heard, "lying") == message.lying  # noqa: B009
    assert line.endswith(b"\n") and line.count(b"\n") == 1 and len(line) <= LONGEST


@given(messages, st.data())
def test_a_damaged_line_is_a_fault_or_another_message_never_a_crash(message: Message, data: st.DataObject) -> None:
    line = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(0, 255))
    try:
        heard = parse(bytes(line[: data.draw(st.integers(0, len(line)))]))
    except ProtocolFault:
        return
    assert isinstance(heard, Message)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"empty",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"state":"empty","unread":"C-11"}',
        b'{"state":"full"}',
        b'{"state":1}',
        b'{"state":null}',
        b'{"state":"empty","lying":["contact"]}',
        b'{"state":"holding","lying":"contact"}',
        b'{"state":"holding","lying":["pocket"]}',
        b'{"state":"holding","lying":[["contact"]]}',
        b'{"state":"holding","lying":["contact","contact","contact"]}',
        b'{"lying":["contact"]}',
        b'{"proved":1}',
        b'{"proved":null}',
        b'{"proved":"true"}',
        b'{"unread":"P-02"}',
        b'{"unread":"C-99"}',
        b'{"unread":["C-11"]}',
        b'{"facts":null}',
        b'{"facts":{}}',
        b'{"facts":{"card_type":"senior"}}',
        b'{"facts":{"family":"t-union","name":"x"}}',
        b'{"facts":{"family":"t-union","number":"1"}}',
        b'{"facts":{"family":"t-union","age_months":-1}}',
        b'{"facts":{"family":"t-union","age_months":1.5}}',
        b'{"facts":{"family":"t-union","age_months":true}}',
        b'{"facts":{"family":"t-union","age_months":"800"}}',
        b'{"facts":{"family":"t-union","age_months":99999}}',
        b'{"facts":{"family":"t-union","sex":null}}',
        b'{"name":"x"}',
        b"[" * 1000,
        b'{"facts":{"family":"t-union"}}' + b" " * LONGEST,
    ],
)
def test_nothing_else_gets_through(line: bytes) -> None:
    with pytest.raises(ProtocolFault):
        parse(line)


def test_a_fault_does_not_repeat_what_was_said() -> None:
    with pytest.raises(ProtocolFault) as fault:
        parse('{"facts":{"family":"t-union","sex":"样本一"}}'.encode())
    assert "样本" not in str(fault.value)


def test_a_line_holds_nothing_but_known_facts() -> None:
    line = encode(CardRead(CardFacts(CardFamily.T_UNION, CardType.SENIOR, age_months=804)))
    assert json.loads(line) == {"facts": {"family": "t-union", "card_type": "senior", "age_months": 804}}


def test_settings_arrive() -> None:
    settings = ReaderSettings(contactless="读卡器", contact="", city="370602", today="2026-11-21", budget_s=2.5)
    assert parse_settings(encode_settings(settings)) == settings


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"7",
        b'{"colour":"red"}',
        b'{"contact":"("}',
        b'{"budget_s":0}',
        b'{"budget_s":"soon"}',
        b'{"today":"yesterday"}',
    ],
)
def test_settings_that_are_none(line: bytes) -> None:
    with pytest.raises(ProtocolFault):
        parse_settings(line)
