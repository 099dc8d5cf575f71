"""The Open Data Contract Standard, as far as Tarn reads it: a file to a contract, or its errors."""

from tarn.contracts.odcs.reader import read_contract

__all__ = ["read_contract"]
