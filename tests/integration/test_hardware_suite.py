"""What engineers run on a terminal that has a real printer and a real reader also holds for the virtual ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.integration.cards import CardBench
from workbench.printer.network import VirtualPrinter


def test_it_runs_and_finds_all_well(card_bench: CardBench, root: Path, tmp_path: Path) -> None:
    card_bench.insert("tunion-senior")
    command = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", "-mhardware", "tests/hardware"]
    with VirtualPrinter() as printer:
        file = tmp_path / "kiosk.toml"
        file.write_text(f'profile = "demo"\n[printer]\nhost = "127.0.0.1"\nport = {printer.port}\n', "utf-8")
        environ = {**card_bench.environment, "TERMINAL_CONFIG": str(file)}
        done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
        papers = printer.take_paper()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout, done.stdout
    assert len(papers) == 4, papers
