"""The screen process, measured in processes of its own: start, touch to changed frame, memory over many pages.

Everything is drawn offscreen by software at 1080 x 1920, so a frame costs far more than on any graphics chip; the
ratios are what counts.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

from localdb.catalogue.build import build
from tests.bench.figure import Figure
from workbench.sample import read_records

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "deploy" / "sample_city"
ROUNDS = 3


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    home = folder / "home"
    home.mkdir()
    (home / "fonts").symlink_to(Path(os.environ.get("BIANMINTING_HOME") or ROOT / "var").absolute() / "fonts")
    # As if it had been synced: a kiosk on the street shows nothing that is marked as a sample.
    lines = [json.dumps({**record, "sample": False}).encode() for record in read_records(SAMPLE)]
    build(lines, home / "catalogue-1.db", revision=1, made_at=dt.datetime.now(dt.UTC))
    bare, attract, search = [], [], []
    for name in ("bare", "start"):
        _probe(name, folder)  # warms the disk's cache, and leaves bytecode
    for _ in range(ROUNDS):
        bare.append(_probe("bare", folder)["first_frame_s"])
        start = _probe("start", folder)
        attract.append(start["attract_s"])
        search.append(start["search_s"])
    touch = _probe("touch", folder)
    memory = _probe("memory", folder)
    base = min(bare)
    return [
        Figure("bare Kivy window: first frame", base, "s"),
        Figure("start: attract frame against bare window", min(attract) / base, most=2),
        Figure("start: search answering against bare window", min(search) / base, most=3),
        Figure("bare redraw of the same pages", touch["redraw_ms"], "ms"),
        Figure("touch to changed frame", touch["touch_ms"], "ms"),
        Figure("touch to changed frame, pages seen for the first time", touch["first_touch_ms"], "ms"),
        Figure("touch to changed frame against bare redraw", touch["touch_ms"] / touch["redraw_ms"], most=1.2),
        Figure("memory: screen process after the changes", memory["rss_mb"], "MB", most=260),
        Figure("memory: the same, slips looked at and ink read as well", memory["with_paper_mb"], "MB", most=260),
        Figure("memory: over the last half, ±", memory["drift_mb"], "MB", most=5),
        Figure("memory: screen changes made", memory["changes"]),
    ]


def _probe(name: str, folder: Path) -> dict[str, float]:
    """What the probe `name` printed, run in a fresh process with a home of its own below `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.probes", name],
        cwd=ROOT,
        # A kiosk has its bytecode from when it was installed; a machine may be told not to write any.
        env={**os.environ, "BIANMINTING_HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"probe {name} ended with {done.returncode}: {done.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures
