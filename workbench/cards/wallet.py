"""The named cards of the workbench (卡夹). All of them are invented; dates stand relative to the day that is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from workbench.cards import atr, cities, social, tunion
from workbench.cards.chip import Chip, FileChip, Interface, StorageChip
from workbench.cards.files import MASTER_FILE, DedicatedFile, ElementaryFile, Purse, bcd, tlv
from workbench.cards.social import InventedPerson
from workbench.cards.tunion import RIDE, TOP_UP, Payment

YANTAI_PREFIX: Final = "31049306"
"""First digits of Yantai's T-Union cards (烟台市民卡)."""
EXPIRES_IN_DAYS: Final = 45
BANK_AID: Final = bytes.fromhex("A000000333010101")
UNKNOWN_AID: Final = bytes.fromhex("F0") + b"WORKBENCH"
"""Begins with F: an application nobody has registered."""

_CONTACTLESS: Final = MappingProxyType({Interface.CONTACTLESS: atr.contactless(bytes.fromhex("0073C84013009000"))})
_CONTACT: Final = MappingProxyType({Interface.CONTACT: atr.contact(bytes.fromhex("5358000086380000534D5031"))})
_DUAL: Final = MappingProxyType({**_CONTACTLESS, **_CONTACT})
_PHONE: Final = MappingProxyType({Interface.CONTACTLESS: atr.contactless(b"")})
_STORAGE: Final = MappingProxyType({Interface.CONTACTLESS: atr.MIFARE_1K})


@dataclass(frozen=True, slots=True)
class Card:
    """A card in the wallet: what it is called here, where it can be read and what it shows there, what is on it.

    `resets` is the ATR by interface; the first interface is where the card is laid when nothing is said. `make` gives
    a chip that was just taken out of the wallet, for a given day.
    """

    name: str
    title: str
    note: str
    resets: Mapping[Interface, bytes]
    make: Callable[[date], Chip]


def person(today: date) -> InventedPerson:
    """样本一: a man of 41 years and 3 months."""
    return InventedPerson("样本一", months_before(today, 41 * 12 + 3), 1)


def senior(today: date) -> InventedPerson:
    """样本二: a woman of 67 years and 2 months."""
    return InventedPerson("样本二", months_before(today, 67 * 12 + 2), 2)


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month; the 28th where that month may be shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, 28))


def _tunion_ordinary(today: date) -> Chip:
    return _yantai(today, 1, tunion.ORDINARY, Purse(4_260), _rides(today, 200, -3_000, 200, 100))


def _tunion_senior(today: date) -> Chip:
    return _yantai(today, 2, tunion.SENIOR, Purse(1_500), _rides(today, 0, 0, 0))


def _tunion_student(today: date) -> Chip:
    return _yantai(today, 3, tunion.STUDENT, Purse(880), _rides(today, 50, 50), full=False)


def _expiring(today: date) -> Chip:
    until = today + timedelta(days=EXPIRES_IN_DAYS)
    return _yantai(today, 4, tunion.ORDINARY, Purse(620), _rides(today, 200), until=until)


def _yantai(
    today: date,
    serial: int,
    kind: int,
    purse: Purse,
    payments: tuple[Payment, ...],
    *,
    until: date | None = None,
    full: bool = True,
) -> FileChip:
    return tunion.card(
        number=f"{YANTAI_PREFIX}{99_900_000_000 + serial:011}",
        city="4560",
        kind=kind,
        valid=(months_before(today, 30), until or months_before(today, -90)),
        purse=purse,
        payments=payments,
        full=full,
        uid=bytes((0x04, 0x57, 0x4B, 0x00, 0x00, 0x00, serial)),
    )


def _tunion_province(today: date) -> Chip:
    """威海: a neighbour in the same province."""
    return tunion.card(
        number="3104930799900000005",
        city="4650",
        kind=tunion.ORDINARY,
        valid=(months_before(today, 14), months_before(today, -106)),
        purse=Purse(3_000),
        payments=_rides(today, 100),
        uid=bytes.fromhex("04574B00000005"),
    )


def _tunion_elsewhere(today: date) -> Chip:
    """南京, drawn below zero and back to nothing: 8.00 less 8.00."""
    return tunion.card(
        number="3104830099900000006",
        city="3010",
        kind=tunion.ORDINARY,
        valid=(months_before(today, 50), date(2099, 12, 31)),
        purse=Purse(800, overdrawn=800),
        payments=_rides(today, 190, 380),
        shows_balance=True,
        uid=bytes.fromhex("04574B00000006"),
    )


def _social_v1(today: date) -> Chip:
    return _social(today, person(today), "1.00", "S00000001", b"\x04SB\x00\x00\x00\x01")


def _social_v1_senior(today: date) -> Chip:
    return _social(today, senior(today), "1.00", "S00000002", b"\x04SB\x00\x00\x00\x02")


def _social_v3(today: date) -> Chip:
    return _social(today, person(today), "3.00", "S00000003", b"\x04SB\x00\x00\x00\x03")


def _social(today: date, holder: InventedPerson, version: str, number: str, uid: bytes) -> FileChip:
    issued, valid_to = months_before(today, 40), months_before(today, -80)
    return social.card(holder, version=version, issued=issued, valid_to=valid_to, number=number, uid=uid)


def _valid(today: date) -> cities.Valid:
    return months_before(today, 20), months_before(today, -100)


def _uid(serial: int) -> bytes:
    return bytes((0x04, 0x57, 0x4B, 0x01, 0x00, 0x00, serial))


def _city_union(today: date) -> Chip:
    return cities.city_union("2614", bcd("2614999900000001"), _valid(today), uid=_uid(1))


def _city_union_shanghai(today: date) -> Chip:
    return cities.city_union("2000", bcd("99990000") + b"\x09\x00\x00\x99", _valid(today), in_fci=False, uid=_uid(2))


def _city_union_chongqing(today: date) -> Chip:
    return cities.chongqing("4000999900000003", _valid(today)[1], uid=_uid(3))


def _city_union_zhenjiang(today: date) -> Chip:
    return cities.issue_file_only("2120", "99990004", _valid(today)[0], uid=_uid(4))


def _toll(today: date) -> Chip:
    return cities.toll("山东", "9999000000000005", _valid(today), "测A00005", uid=_uid(5))


def _shenzhen(today: date) -> Chip:
    return cities.shenzhen(999_000_006, _valid(today), uid=_uid(6))


def _wuhan(today: date) -> Chip:
    return cities.wuhan("9990000007", _valid(today), uid=_uid(7))


def _lingnan(today: date) -> Chip:
    return cities.lingnan("5100999900000008", _valid(today), uid=_uid(8))


def _chengdu(today: date) -> Chip:
    return cities.chengdu("6100999900000009", _valid(today), uid=_uid(9))


def _suzhou(today: date) -> Chip:
    return cities.suzhou("2150999900000010", _valid(today), uid=_uid(10))


def _suzhou_tickets(_: date) -> Chip:
    return cities.suzhou_tickets(uid=_uid(11))


def _beijing(today: date) -> Chip:
    return cities.beijing("1000999900000012", _valid(today), uid=_uid(12))


def _macau(_: date) -> Chip:
    return cities.macau(uid=_uid(13))


def _health(today: date) -> Chip:
    return cities.health("370602", senior(today).citizen_number, uid=_uid(14))


def _campus(_: date) -> Chip:
    return cities.campus("样本三", uid=_uid(15))


def _phone(_: date) -> Chip:
    return cities.phone()


def _unknown(_: date) -> Chip:
    return FileChip(
        DedicatedFile(MASTER_FILE),
        DedicatedFile(name=UNKNOWN_AID, files=(ElementaryFile(0x0001, 0x01, data=b"WORKBENCH"),)),
        uid=bytes.fromhex("04574B00000007"),
    )


def _storage(_: date) -> Chip:
    return StorageChip(bytes.fromhex("574B0008"))


def _bank(today: date) -> Chip:
    """A bank card, which gives its number to anyone who asks. It is made up: nines where the bank would stand."""
    valid_to = months_before(today, -36)
    number = bcd("6299990000000000")
    account = tlv(0x5A, number) + tlv(0x5F24, bcd(f"{valid_to:%y%m%d}")) + tlv(0x5F20, b"SAMPLE/CARD")
    entry = tlv(0x61, tlv(0x4F, BANK_AID) + tlv(0x50, b"PBOC DEBIT") + tlv(0x87, b"\x01"))
    return FileChip(
        DedicatedFile(MASTER_FILE),
        DedicatedFile(name=tunion.PAYMENT_ENVIRONMENT, proprietary=tlv(0xBF0C, entry)),
        DedicatedFile(name=b"1PAY.SYS.DDF01", files=(ElementaryFile(0x0001, 0x01, records=(tlv(0x70, entry),)),)),
        DedicatedFile(
            name=BANK_AID,
            proprietary=tlv(0x50, b"PBOC DEBIT"),
            files=(ElementaryFile(0x0001, 0x01, records=(tlv(0x70, account),)),),
        ),
        uid=bytes.fromhex("04574B00000009"),
    )


def _rides(today: date, *fen: int) -> tuple[Payment, ...]:
    """One ride a day, yesterday's first; a negative amount is a top-up."""
    return tuple(
        Payment(
            datetime.combine(today - timedelta(days=ago), time(8, 10 + ago)),
            abs(amount),
            TOP_UP if amount < 0 else RIDE,
        )
        for ago, amount in enumerate(fen, 1)
    )


WALLET: Final[Mapping[str, Card]] = MappingProxyType(
    {
        card.name: card
        for card in (
            Card("tunion-ordinary", "市民卡 · 普通", "交通联合，烟台，余额 42.60 元", _CONTACTLESS, _tunion_ordinary),
            Card("tunion-senior", "市民卡 · 老年", "交通联合，烟台，卡种 03", _CONTACTLESS, _tunion_senior),
            Card("tunion-student", "市民卡 · 学生", "交通联合，烟台，卡种 02", _CONTACTLESS, _tunion_student),
            Card("expiring", "市民卡 · 快到期", f"交通联合，烟台，还有 {EXPIRES_IN_DAYS} 天", _CONTACTLESS, _expiring),
            Card("tunion-province", "市民卡 · 威海", "交通联合，同省", _CONTACTLESS, _tunion_province),
            Card("tunion-elsewhere", "市民卡 · 南京", "交通联合，外省，余额 0.00 元", _CONTACTLESS, _tunion_elsewhere),
            Card("social-v1", "社保卡 · 样本一", "第一代，41 岁，男；此人是编的", _CONTACT, _social_v1),
            Card("social-v1-senior", "社保卡 · 样本二", "第一代，67 岁，女；此人是编的", _CONTACT, _social_v1_senior),
            Card("social-v3", "社保卡 · 第三代", "不经认证不说姓名号码", _DUAL, _social_v3),
            Card("city-union", "一卡通 · 烟台", "住建部互联互通，邮编 2614", _CONTACTLESS, _city_union),
            Card(
                "city-union-shanghai", "一卡通 · 上海", "号码倒着记；公共信息要另读", _CONTACTLESS, _city_union_shanghai
            ),
            Card(
                "city-union-chongqing",
                "一卡通 · 重庆",
                "到期日在别处，号码在主目录",
                _CONTACTLESS,
                _city_union_chongqing,
            ),
            Card("city-union-zhenjiang", "一卡通 · 镇江", "只有主目录的发行信息", _CONTACTLESS, _city_union_zhenjiang),
            Card("beijing", "一卡通 · 北京", "交通联合以前的，没有应用名", _CONTACTLESS, _beijing),
            Card("shenzhen", "深圳通", "余额最高位是 1", _CONTACTLESS, _shenzhen),
            Card("wuhan", "武汉通", "号码和日期在主目录", _CONTACTLESS, _wuhan),
            Card("lingnan", "羊城通", "卡和钱是两个应用", _CONTACTLESS, _lingnan),
            Card("chengdu", "天府通", "应用名是汉字", _CONTACTLESS, _chengdu),
            Card("suzhou", "苏州市民卡", "号码在最前面", _CONTACTLESS, _suzhou),
            Card("suzhou-tickets", "苏州次卡", "只认得，文件没有公开", _CONTACTLESS, _suzhou_tickets),
            Card("macau", "澳门通", "余额乘十减十元", _CONTACTLESS, _macau),
            Card("health", "居民健康卡", "身份证号谁都能读，所以不许读；此人是编的", _CONTACT, _health),
            Card("etc", "ETC 卡", "和一卡通同名；车牌是编的，不许读", _CONTACTLESS, _toll),
            Card("campus", "校园卡", "姓名谁都能读，所以不许读；此人是编的", _CONTACTLESS, _campus),
            Card("phone", "手机", "没有点开公交卡", _PHONE, _phone),
            Card("unknown", "不认识的卡", "CPU 卡，没有认得的应用", _DUAL, _unknown),
            Card("storage", "老式存储卡", "Mifare 1K，没有芯片程序", _STORAGE, _storage),
            Card("bank", "银行卡", "谁问都给卡号，所以不许读；号码是编的", _DUAL, _bank),
        )
    }
)
"""Cards by name, in the order of the control page."""
