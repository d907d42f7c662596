"""A folder in which every sheet is kept as a picture."""

import sys
from pathlib import Path

from workbench.printer.machine import Paper


class PaperFolder:
    """Writes ``0001.png``, ``0002.png`` … and goes on behind the highest number it finds.

    A picture that cannot be written is named on stderr; the printer goes on, as the paper itself is there.
    """

    def __init__(self, path: Path) -> None:
        """Makes the folder if need be; OSError when that is impossible."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        numbers = (int(file.stem) for file in path.glob("*.png") if file.stem.isdecimal())
        self._before = max(numbers, default=0)

    def keep(self, paper: Paper) -> None:
        target = self.path / f"{self._before + paper.number:04d}.png"
        unfinished = target.with_suffix(".part")
        try:
            unfinished.write_bytes(paper.sheet.png())
            unfinished.replace(target)
        except OSError as error:
            print(f"第 {paper.number} 张没有存成图片：{error}", file=sys.stderr)
