"""One figure of the bench and its bar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in `unit`; `most` or `least` is the bar it is held against, when there is one."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the bar holds; None without one."""
        if self.most is not None:
            return self.value <= self.most
        if self.least is not None:
            return self.value >= self.least
        return None

    @property
    def said(self) -> str:
        """The value with its unit."""
        return f"{self.value:.3g} {self.unit}".strip() if self.value < 1000 else f"{self.value:.0f} {self.unit}".strip()

    @property
    def bar_said(self) -> str:
        """The bar with its sign."""
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}".strip()
        return f"≥ {self.least:g} {self.unit}".strip() if self.least is not None else ""
