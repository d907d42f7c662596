"""A kiosk whose glass is somewhere else: ``python -m tests.integration.glass [LEAKS]`` runs the real screen process
offscreen, with lock, logs and the settings of its environment, and is touched and looked at through its standard input
and output. LEAKS name something of `tests.integration.leaks` that it does besides.

A line of JSON in is answered by a line of JSON out: ``{"do": "touch", "action": "start", "value": null}``,
``{"do": "act", "action": "staff"}`` (what no touch of a moment does), ``{"do": "look"}``,
``{"do": "search", "query": "…"}``, ``{"do": "type", "letters": "…"}``,
``{"do": "picture", "name": "…"}``. It ends with its input. `Glass` is the other end.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from kiosk.tour import Tourist

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
BEAT_S = 0.03
"""The main loop runs so often while nothing is asked; more would take a core from everybody else."""


class Glass:
    """The kiosk in a process of its own, from the first page until the block is left."""

    def __init__(self, environment: Mapping[str, str], log: Path, leaks: str = "") -> None:
        with log.open("wb") as told:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.glass", *filter(None, [leaks])],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
            )
        self._log = log

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Of the screen process."""
        return self._process.pid

    def ask(self, do: str, **values: Any) -> dict[str, Any]:
        """What it answers. Fails with the kiosk's log when it has ended or could not do it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self._log.read_text("utf-8")
        answer: dict[str, Any] = json.loads(line)
        assert "fault" not in answer, f"{do} {values}: {answer['fault']}\n{self._log.read_text('utf-8')}"
        return answer

    def look(self) -> dict[str, Any]:
        """``view``: kind of page; ``phase``: of the card sheet over it; ``written``: every line on it; ``acts``: what
        can be touched; ``revision``, ``digest``: of the catalogue that is open; ``checked_at``: when the hub last
        vouched for it; ``reader`` and ``service``: the card reader and the process that reads cards.
        """
        return self.ask("look")

    def touch(self, action: str, value: str | None = None) -> dict[str, Any]:
        """Touches what hands back this act, and looks."""
        self.ask("touch", action=action, value=value)
        return self.look()

    def until(self, what: str, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Looks until `true` of what is seen."""
        deadline = time.monotonic() + PATIENCE_S
        while not true(seen := self.look()):
            assert time.monotonic() < deadline, f"waited in vain for {what}: {seen}\n{self._log.read_text('utf-8')}"
        return seen

    def see(self, view: str) -> dict[str, Any]:
        """Waits for a page of this kind."""
        return self.until(view, lambda seen: bool(seen["view"] == view))


def _answered(tourist: Tourist, asked: dict[str, Any]) -> dict[str, Any]:
    tools = tourist.walk.tools
    catalogue = tools.catalogue.current()
    match asked["do"]:
        case "touch":
            tourist.touch(asked["action"], asked["value"])
            return {}
        case "act":
            tourist.walk.act(asked["action"])
            return {}
        case "look":
            tourist.frames(2)
            checked = tools.supply.checked_at
            sheet = tourist.sheet
            return {
                "view": type(tourist.view).__name__,
                "phase": getattr(sheet, "phase", ""),
                "reader": tools.cards.state.value,
                "service": getattr(tools.cards, "process", None),
                "written": [line.text for line in tourist.stage.written],
                "acts": [list(target.act) for target in tourist.stage.targets],
                "revision": catalogue.info.revision if catalogue else None,
                "digest": catalogue.info.digest if catalogue else None,
                "checked_at": checked.isoformat() if checked else None,
            }
        case "search":
            hits = catalogue.search(asked["query"]).hits if catalogue else ()
            return {"ids": [hit.card.id for hit in hits]}
        case "type":
            return {"words": [one.text for one in tools.typing.candidates(asked["letters"])]}
        case "picture":
            return {"path": str(tourist.picture(asked["name"]))}
    raise ValueError(asked["do"])


def main() -> None:
    """Answers until the input ends."""
    os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON"}
    from kiosk.home import Home
    from kiosk.lock import KioskLock
    from kiosk.logs import logging_to
    from kiosk.settings import load

    settings, home = load(None), Home.of(os.environ)
    os.environ["KIVY_HOME"] = str(home.root / "kivy")
    home.prepare()
    asked: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            asked.put(line)
        asked.put(None)

    with ExitStack() as closing:
        closing.enter_context(KioskLock(home))
        closing.enter_context(logging_to(home, settings.log))
        if len(sys.argv) > 1:
            from tests.integration import leaks

            leaks.begin(sys.argv[1], home)
        from kiosk.tour import visiting

        tourist = closing.enter_context(visiting(settings, home, home.tour))
        threading.Thread(target=listen, daemon=True).start()
        while True:
            try:
                line = asked.get(timeout=BEAT_S)
            except queue.Empty:
                tourist.frames()
                continue
            if line is None:
                return
            try:
                answer = _answered(tourist, json.loads(line))
            except Exception as error:
                answer = {"fault": repr(error)}
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
