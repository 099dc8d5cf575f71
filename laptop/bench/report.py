"""What every bench takes, and what it ends with: the machine, and a file for other programs."""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where a bench works, and where its figures go."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything that was measured")
    parser.add_argument("--scratch", type=Path, help="a folder on the disk to measure on")


def close(
    console: Console, facts: Mapping[str, str], measured: Mapping[str, Any], file: Path | None
) -> None:
    """Print what was measured on, and write everything where a file is named."""
    facts = {**facts, "load after": " ".join(f"{one:.2f}" for one in os.getloadavg())}
    for name, value in facts.items():
        console.print(f"{name:14} {value}", markup=False)
    if file:
        file.write_text(json.dumps({"machine": facts, **measured}, indent=2) + "\n")
