"""The Glue jobs' scripts and modules of glue_jobs/, and where the ops zone keeps them."""

from __future__ import annotations

import hashlib

from tarn.settings import Settings

FOLDER = "glue/"
DIGITS = 16  # of a digest, in the name of a folder


def declared(settings: Settings) -> list[str]:
    """The files of glue_jobs/, by name."""
    files = (settings.root / "glue_jobs").glob("*.py")
    return sorted(path.stem for path in files if path.stem != "__init__")


def read(name: str, settings: Settings) -> bytes:
    return (settings.root / "glue_jobs" / f"{name}.py").read_bytes()


def key(name: str, settings: Settings) -> str:
    """`glue/<digest>/flights.py`: a module keeps its own name, by which it is imported."""
    digest = hashlib.sha256(read(name, settings)).hexdigest()
    return f"{FOLDER}{digest[:DIGITS]}/{name}.py"
