"""A lake of a test's own for the commands that work on one."""

from tests.tarn.conftest import deployed, lake

__all__ = ["deployed", "lake"]
