"""python -m tarn.deploy: deploy the lake to the AWS of the environment."""

import sys

from tarn.deploy import deploy
from tarn.errors import TarnError

try:
    for line in deploy():
        sys.stdout.write(f"{line}\n")
except TarnError as error:
    sys.exit(f"deploy: {error}")
