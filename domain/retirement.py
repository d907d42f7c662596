"""When people retire whose statutory age rises step by step, by the numbers that a rule carries.

Months are counted from year 0: January 2026 is ``2026 * 12``. The law that this is made for is the decision of
2024-09-13 (关于实施渐进式延迟法定退休年龄的决定), each of whose tables follows from four numbers; leaving up to three
years earlier is by the measures that go with it (实施弹性退休制度暂行办法).
"""

from __future__ import annotations

from domain.records import Retirement


def statutory_month(law: Retirement, born: int) -> int:
    """The month in which somebody born in the month `born` reaches the statutory age."""
    reached = born + law.age_months
    year, month = law.since.split("-")
    late = reached - (int(year) * 12 + int(month) - 1)
    return reached if late < 0 else reached + min(law.most, late // law.every + 1)


def first_month(law: Retirement, born: int) -> int:
    """The first month in which somebody born in the month `born` can retire."""
    return max(born + law.age_months, statutory_month(law, born) - law.early)


def is_due(law: Retirement, born: int, now: int) -> bool:
    """Whether somebody born in the month `born` should hear in the month `now` that retirement draws near."""
    return first_month(law, born) - law.ahead <= now <= statutory_month(law, born)
