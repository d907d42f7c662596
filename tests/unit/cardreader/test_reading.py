"""From a card to its facts: what is said, what is asked, and what is never asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable

import pytest

from cardreader.apdu import ALLOWED
from cardreader.connection import CardGone, CardMute, Connection
from cardreader.families import social_security, t_union
from cardreader.reading import read
from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.errors import CardError, Code
from tests.unit.cardreader.samples import (
    CONTACT_T0,
    DENIED,
    ID_NUMBER,
    NAME,
    NOT_FOUND,
    OK,
    STORAGE,
    TODAY,
    VERSION_2,
    YANTAI,
    Failing,
    OnReader,
    Scripted,
    SocialSecurity,
    fci,
    holder_file,
    management_file,
    public_file,
    resident_id,
    t_union_card,
    tlv,
)
from workbench.cards.chip import Interface
from workbench.cards.wallet import EXPIRES_IN_DAYS, WALLET, senior

SELECT_T_UNION = "00a4040008a00000063201010500"


def facts(connection: Connection, today: dt.date = TODAY, city: str = YANTAI) -> CardFacts:
    return read(connection, today=today, city=city)


def code_of(connection: Connection) -> Code:
    with pytest.raises(CardError) as error:
        facts(connection)
    return error.value.code


# --- 交通联合 --------------------------------------------------------------------------------------------------------


def test_a_transit_card_takes_three_exchanges_and_never_its_name_balance_or_rides() -> None:
    card = t_union_card(holder=holder_file(), management=management_file(3))
    assert facts(card) == CardFacts(
        CardFamily.T_UNION, CardType.SENIOR, Division.LOCAL, expires_in_days=(dt.date(2030, 12, 31) - TODAY).days
    )
    # The third reads EF16 from byte 22 on, behind the name.
    assert [apdu.hex() for apdu in card.sent] == [SELECT_T_UNION, "00b097000b", "00b0961621"]


def test_age_and_sex_come_from_an_id_number_on_the_card() -> None:
    card = t_union_card(holder=holder_file(resident_id("37069919590815002")), management=management_file())
    told = facts(card)
    assert (told.age_months, told.sex) == (67 * 12 + 3, Sex.FEMALE)


@pytest.mark.parametrize(
    "number",
    [
        ID_NUMBER[:-1] + str((int(ID_NUMBER[-1]) + 1) % 10),  # wrong check character
        resident_id("37069919590231002"),  # no such day
        resident_id("37069918590815002"),  # 167 years old
        resident_id("37069920590815002"),  # not born yet
        "E12345678",
        "",
    ],
)
def test_an_id_number_that_cannot_be_is_nobodys_age(number: str) -> None:
    told = facts(t_union_card(holder=holder_file(number), management=management_file()))
    assert told.age_months is None


@pytest.mark.parametrize(
    ("code", "card_type"),
    [
        (1, CardType.ORDINARY),
        (2, CardType.STUDENT),
        (3, CardType.SENIOR),
        (4, CardType.TEST),
        (5, CardType.MILITARY),
        (0, None),
        (0x33, None),
    ],
)
def test_for_whom_a_card_is(code: int, card_type: CardType | None) -> None:
    assert facts(t_union_card(management=management_file(code))).card_type is card_type


@pytest.mark.parametrize(
    ("city", "division"),
    [
        ("4560", Division.LOCAL),
        ("4563", Division.LOCAL),  # 栖霞, a county of Yantai
        ("4650", Division.PROVINCE),
        ("3010", Division.ELSEWHERE),
        ("2482", Division.ELSEWHERE),  # a county that only its province is known of
        ("0000", None),
        ("FFFF", None),
        ("2614", Division.ELSEWHERE),  # Yantai as a postcode, Harbin's province in this scheme
    ],
)
def test_where_a_card_is_from(city: str, division: Division | None) -> None:
    card = t_union_card(public_file(city), management=management_file(1, city if city != "FFFF" else "0000"))
    assert facts(card).division is division


def test_the_city_of_ef17_stands_in_when_that_of_ef15_is_none() -> None:
    assert facts(t_union_card(public_file("0000"), management=management_file(1, "4560"))).division is Division.LOCAL


@pytest.mark.parametrize(
    ("valid_to", "days"),
    [
        ("20261121", 0),
        ("20261120", -1),
        ("20991231", 26703),
        ("20260230", None),
        ("FFFFFFFF", None),
        ("2026AB01", None),
    ],
)
def test_expiry_counts_from_today_and_bad_dates_are_unknown(valid_to: str, days: int | None) -> None:
    assert facts(t_union_card(public_file(valid_to=valid_to))).expires_in_days == days


def test_the_public_file_is_read_when_the_fci_leaves_it_out() -> None:
    card = t_union_card(management=management_file(2), in_fci=False)
    assert facts(card).card_type is CardType.STUDENT
    assert card.sent[1].hex() == "00b0950000"


@pytest.mark.parametrize("size", [0x1E, 0x20, 0x21, 0x2D, 0x32])
def test_every_length_of_9f0c_in_use(size: int) -> None:
    assert facts(t_union_card(public_file().ljust(size, b"\x00"))).division is Division.LOCAL


def test_a_transit_application_that_tells_nothing_is_unreadable() -> None:
    card = Scripted({SELECT_T_UNION[:-2]: fci(t_union.NAME) + OK, "00B095": DENIED})
    assert code_of(card) is Code.CARD_UNREADABLE


def test_a_contact_card_that_wants_get_response_and_the_right_length() -> None:
    told = fci(t_union.NAME, tlv("9F0C", public_file()))
    holder = holder_file(ID_NUMBER)[22:55]
    card = Scripted(
        {
            SELECT_T_UNION[:-2]: bytes((0x61, len(told))),
            f"00C00000{len(told):02X}": told + OK,
            "00B097000B": management_file(5)[:11] + OK,
            "00B0961621": bytes.fromhex("6C14"),
            "00B0961614": holder[:20] + OK,
        },
        CONTACT_T0,
    )
    told_facts = facts(card)
    assert (told_facts.card_type, told_facts.age_months) == (CardType.MILITARY, 67 * 12 + 3)
    # No Le behind data: over T=0 it would be one byte too many.
    assert card.sent[0].hex() == SELECT_T_UNION[:-2]


# --- 社会保障卡 ------------------------------------------------------------------------------------------------------

EXPECTED = CardFacts(
    CardFamily.SOCIAL_SECURITY,
    division=Division.LOCAL,
    age_months=67 * 12 + 3,
    sex=Sex.FEMALE,
    expires_in_days=(dt.date(2030, 1, 15) - TODAY).days,
)


@pytest.mark.parametrize("select_p1", [0x00, 0x02, None])
@pytest.mark.parametrize(("by_number", "by_tag"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("version", ["1.00", "2.00"])
def test_both_orders_of_records_and_both_spellings_of_reading(
    version: str, by_number: bool, by_tag: bool, select_p1: int | None
) -> None:
    order = ("08", "09", "0A", "0B", "0C", "0D") if version == "1.00" else VERSION_2
    card = SocialSecurity(version, order, by_number=by_number, by_tag=by_tag, select_p1=select_p1)
    assert facts(card) == EXPECTED
    given = b"".join(card.given)
    assert NAME not in given
    assert ID_NUMBER.encode() not in given


def test_a_card_whose_order_is_not_that_of_its_version_is_read_by_tag_all_the_same() -> None:
    card = SocialSecurity("1.00", VERSION_2, by_tag=False)
    told = facts(card)
    assert (told.age_months, told.sex) == (67 * 12 + 3, None)
    assert NAME not in b"".join(card.given)


def test_a_card_that_takes_tags_gives_birth_date_and_sex_and_nothing_else_of_its_holder() -> None:
    card = SocialSecurity("1.00", VERSION_2)
    assert facts(card) == EXPECTED
    holder = card.sent.index(bytes.fromhex("00A4000002EF0600"))
    assert [apdu.hex() for apdu in card.sent[holder + 1 :]] == ["00b20d0006", "00b20a0003"]


def test_the_id_number_is_the_last_resort() -> None:
    card = SocialSecurity(values={"0D": bytes(4), "0A": b"9"})
    told = facts(card)
    assert (told.age_months, told.sex) == (67 * 12 + 3, Sex.FEMALE)
    wrong = SocialSecurity(values={"0D": bytes(4), "08": resident_id("37069919590815004")[:-2].encode() + b"99"})
    assert facts(wrong).age_months is None


def test_version_3_takes_six_exchanges_and_its_holder_is_left_alone() -> None:
    card = SocialSecurity("3.00", VERSION_2, denied=frozenset({0xEF06}))
    assert facts(card) == CardFacts(
        CardFamily.SOCIAL_SECURITY, division=Division.LOCAL, expires_in_days=EXPECTED.expires_in_days
    )
    assert len(card.sent) == 6
    assert not any(apdu[5:7] == b"\xef\x06" for apdu in card.sent)


def test_a_holder_file_that_is_closed_is_asked_once() -> None:
    card = SocialSecurity("1.00", denied=frozenset({0xEF06}))
    told = facts(card)
    assert (told.division, told.age_months, told.sex) == (Division.LOCAL, None, None)
    # Birth date, ID number: each refused once, never asked for again in another way.
    assert len(card.sent) == 9


def test_a_card_file_that_is_closed_is_unreadable() -> None:
    assert code_of(SocialSecurity("1.00", denied=frozenset({0xEF05}))) is Code.CARD_UNREADABLE


# --- Other cards ----------------------------------------------------------------------------------------------------


def test_a_storage_card_is_not_sent_anything() -> None:
    card = Scripted({}, STORAGE)
    assert code_of(card) is Code.CARD_WITHOUT_PROCESSOR
    assert card.sent == []


ORDER = [
    t_union.NAME, social_security.NAME, bytes.fromhex("A00000000386980701"), b"PAY.SZT", b"AP1.WHCTC", b"PAY.APPY",
    b"SUXIN.DDF01", b"SZPK_ZYY", bytes.fromhex("D156000015") + "公共应用".encode("gbk"),
]  # fmt: skip
LAST = [b"2PAY.SYS.DDF01", *(bytes.fromhex(f"A0000003330101{last:02}") for last in (1, 2, 3, 6)), b"1PAY.SYS.DDF01"]


def test_an_unknown_card_is_asked_for_every_family_once_and_in_order() -> None:
    card = Scripted({})
    assert code_of(card) is Code.CARD_UNKNOWN
    names = [apdu[5 : 5 + apdu[4]] for apdu in card.sent if apdu[:3] == b"\x00\xa4\x04"]
    assert names == [*ORDER, *LAST]
    others = [apdu.hex() for apdu in card.sent if apdu[:3] != b"\x00\xa4\x04"]
    # Where a fresh card stands: Beijing's file, the city union's. Then file identifiers: cities, health.
    assert others == ["00b0840020", "00b0850018", "00a4000002100100", "00a4000002ddf100"]


def test_a_card_that_says_yes_to_everything_is_not_taken_for_ours() -> None:
    card = Scripted({"00A40400": fci(b"WORKBENCH") + OK})
    assert code_of(card) is Code.CARD_UNKNOWN


def test_a_phone_is_known_only_when_it_is_nothing_else() -> None:
    phone = bytes.fromhex("3B80800101")
    assert code_of(Scripted({}, phone)) is Code.CARD_IN_A_PHONE
    card = t_union_card(management=management_file(3), atr=phone)
    assert facts(card).card_type is CardType.SENIOR


def test_a_blocked_application() -> None:
    card = Scripted({SELECT_T_UNION[:-2]: fci(t_union.NAME, tlv("9F0C", public_file())) + bytes.fromhex("6283")})
    assert code_of(card) is Code.CARD_UNREADABLE


# --- The wallet of the workbench ------------------------------------------------------------------------------------

LOCAL, PROVINCE, ELSEWHERE = Division.LOCAL, Division.PROVINCE, Division.ELSEWHERE

Told = tuple[CardType | None, Division | None, int | None, Sex | None]

TELLS: dict[str, tuple[CardFamily, Told, int] | tuple[Code, int]] = {
    "tunion-ordinary": (CardFamily.T_UNION, (CardType.ORDINARY, LOCAL, None, None), 3),
    "tunion-senior": (CardFamily.T_UNION, (CardType.SENIOR, LOCAL, None, None), 3),
    "tunion-student": (CardFamily.T_UNION, (CardType.STUDENT, LOCAL, None, None), 3),
    "expiring": (CardFamily.T_UNION, (CardType.ORDINARY, LOCAL, None, None), 3),
    "tunion-province": (CardFamily.T_UNION, (CardType.ORDINARY, PROVINCE, None, None), 3),
    "tunion-elsewhere": (CardFamily.T_UNION, (CardType.ORDINARY, ELSEWHERE, None, None), 3),
    "social-v1": (CardFamily.SOCIAL_SECURITY, (None, LOCAL, 41 * 12 + 3, Sex.MALE), 0),
    "social-v1-senior": (CardFamily.SOCIAL_SECURITY, (None, LOCAL, 67 * 12 + 2, Sex.FEMALE), 0),
    "social-v3": (CardFamily.SOCIAL_SECURITY, (None, LOCAL, None, None), 0),
    "city-union": (CardFamily.CITY_UNION, (None, LOCAL, None, None), 4),
    "city-union-shanghai": (CardFamily.CITY_UNION, (None, ELSEWHERE, None, None), 5),
    "city-union-chongqing": (CardFamily.CITY_UNION, (None, ELSEWHERE, None, None), 4),
    "city-union-zhenjiang": (CardFamily.CITY_UNION, (None, ELSEWHERE, None, None), 11),
    "beijing": (CardFamily.BEIJING, (None, ELSEWHERE, None, None), 10),
    "shenzhen": (CardFamily.SHENZHEN, (None, ELSEWHERE, None, None), 4),
    "wuhan": (CardFamily.WUHAN, (None, ELSEWHERE, None, None), 7),
    "lingnan": (CardFamily.LINGNAN, (None, ELSEWHERE, None, None), 7),
    "chengdu": (CardFamily.CHENGDU, (None, ELSEWHERE, None, None), 10),
    "suzhou": (CardFamily.SUZHOU, (None, ELSEWHERE, None, None), 7),
    "suzhou-tickets": (CardFamily.SUZHOU, (None, ELSEWHERE, None, None), 8),
    "macau": (CardFamily.MACAU, (None, ELSEWHERE, None, None), 12),
    "health": (CardFamily.HEALTH, (None, LOCAL, None, None), 0),
    "etc": (Code.CARD_FOR_TOLLS, 4),
    "bank": (Code.CARD_OF_A_BANK, 0),
    "campus": (Code.CARD_OF_A_SCHOOL, 19),
    "phone": (Code.CARD_IN_A_PHONE, 19),
    "unknown": (Code.CARD_UNKNOWN, 0),
    "storage": (Code.CARD_WITHOUT_PROCESSOR, 0),
}
"""Family and facts, or the code; and how many exchanges it took, 0: the reader decides about that."""

WITHOUT_LAST_DAY = {"city-union-zhenjiang", "suzhou-tickets", "macau", "health"}
NOTHING_READ = {"bank", "storage"}
SECRETS = {
    "health": senior(TODAY).citizen_number,
    "campus": "样本三",
    "etc": "测A00005",
    "bank": "6299990000000000",
}


def laid() -> list[tuple[str, Interface]]:
    return [(card.name, interface) for card in WALLET.values() for interface in card.resets]


def on_reader(name: str, interface: Interface) -> OnReader:
    return OnReader(WALLET[name].make(TODAY), interface, WALLET[name].resets[interface])


@pytest.mark.parametrize(("name", "interface"), laid())
def test_every_card_of_the_wallet_on_every_reader(name: str, interface: Interface) -> None:
    card = on_reader(name, interface)
    tells = TELLS[name]
    if len(tells) == 2:
        assert code_of(card) is tells[0]
    else:
        told = facts(card)
        assert told.family is tells[0]
        assert (told.card_type, told.division, told.age_months, told.sex) == tells[1]
        assert (told.expires_in_days is None) == (name in WITHOUT_LAST_DAY)
        assert (told.expires_in_days == EXPIRES_IN_DAYS) == (name == "expiring")
    assert not tells[-1] or len(card.sent) == tells[-1]
    assert {(apdu[0], apdu[1]) for apdu in card.sent} <= ALLOWED
    if name in NOTHING_READ:
        beyond = [
            apdu for apdu in card.sent if apdu[1] not in (0xA4, 0xC0) and apdu[1:3] not in (b"\xb0\x84", b"\xb0\x85")
        ]
        assert beyond == []


@pytest.mark.parametrize("name", SECRETS)
def test_what_anyone_may_read_of_a_holder_never_comes_off_the_card(name: str) -> None:
    for interface in WALLET[name].resets:
        card = on_reader(name, interface)
        given: list[bytes] = []
        transmit = card.transmit

        def kept(apdu: bytes, transmit: Callable[[bytes], bytes] = transmit, given: list[bytes] = given) -> bytes:
            given.append(transmit(apdu))
            return given[-1]

        card.transmit = kept  # type: ignore[method-assign]
        with contextlib.suppress(CardError):
            facts(card)
        secret = SECRETS[name]
        forms = [secret.encode("gbk")] + ([bytes.fromhex(secret)] if name == "bank" else [])
        assert given
        assert not [form for form in forms for answer in given if form in answer]
        everything = [
            card._chip.answer(bytes.fromhex(f"00B2{at:02X}2C00"), Interface.CONTACTLESS) for at in range(1, 5)
        ]
        assert name != "health" or any(secret.encode() in answer for answer in everything), "it would be there"


# --- Faults ---------------------------------------------------------------------------------------------------------


def gone() -> bytes:
    raise CardGone()


def mute() -> bytes:
    raise CardMute()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (gone, Code.CARD_GONE),
        (mute, Code.CARD_TOO_SLOW),
        (lambda: b"", Code.CARD_UNREADABLE),
        (lambda: b"\x90", Code.CARD_UNREADABLE),
        (lambda: bytes(64), Code.CARD_UNREADABLE),  # status 0000: half an answer, filled up by the driver
        (lambda: bytes(300) + OK, Code.CARD_UNREADABLE),
    ],
    ids=["gone", "mute", "empty", "one byte", "zeros", "oversize"],
)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_exchange_that_breaks_has_its_code_and_no_facts(how: object, code: Code, count: int) -> None:
    card = t_union_card(holder=holder_file(ID_NUMBER), management=management_file())
    assert callable(how)
    assert code_of(Failing(card, count, how)) is code


def test_a_slow_card_is_given_up_when_the_budget_is_spent() -> None:
    now = [0.0]

    class Slow(Scripted):
        def transmit(self, apdu: bytes) -> bytes:
            now[0] += 0.8
            return super().transmit(apdu)

    card = Slow({SELECT_T_UNION[:-2]: NOT_FOUND})
    with pytest.raises(CardError) as error:
        read(card, today=TODAY, city=YANTAI, budget_s=0.5, monotonic=lambda: now[0])
    assert error.value.code is Code.CARD_TOO_SLOW
    assert len(card.sent) == 1


def test_nothing_of_the_holder_is_logged_or_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.NOTSET)
    personal = [NAME.hex(), "样本", ID_NUMBER, ID_NUMBER.encode().hex(), "19590815", "1959", "9990000"]
    told = [repr(facts(t_union_card(holder=holder_file(ID_NUMBER), management=management_file())))]
    told.append(repr(facts(SocialSecurity())))
    card = t_union_card(holder=holder_file(ID_NUMBER), management=management_file())
    for count in range(1, 4):
        with pytest.raises(CardError) as error:
            facts(Failing(card, count, lambda: holder_file(ID_NUMBER) + bytes(250) + OK))
        told += [str(error.value), repr(error.value), error.value.detail]
    text = "\n".join((*told, caplog.text)).lower()
    assert "00b09616" in text, "the trace is on"
    assert not [word for word in personal if word.lower() in text]
