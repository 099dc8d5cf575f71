"""``python -m laptop``, which is what ``./lake`` runs."""

import sys

from laptop.cli import main

sys.exit(main(sys.argv[1:]))
