"""The contracts of datasets/, by name."""

from __future__ import annotations

from tarn.contracts.contract import Contract, ContractError, ContractErrors
from tarn.contracts.odcs import read_contract
from tarn.errors import Terminal
from tarn.settings import Settings


def load_contract(name: str, settings: Settings | None = None) -> Contract:
    """The contract of a dataset; what is wrong in it is said with file, line and remedy."""
    settings = settings or Settings.from_environment()
    path = settings.root / "datasets" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(dataset_names(settings)) or "none"
        raise Terminal(f"There is no dataset {name!r}: {path} is missing. Declared: {known}.")
    return read_contract(path)


def load_contracts(settings: Settings | None = None) -> dict[str, Contract]:
    """All contracts of datasets/, by name; raises ContractErrors with what is wrong in any."""
    settings = settings or Settings.from_environment()
    contracts, errors = {}, []
    for name in dataset_names(settings):
        try:
            contracts[name] = load_contract(name, settings)
        except ContractError as error:
            errors.append(error)
    if errors:
        raise ContractErrors(errors)
    return contracts


def dataset_names(settings: Settings | None = None) -> list[str]:
    """The declared datasets, without reading their contracts."""
    settings = settings or Settings.from_environment()
    return sorted(path.stem for path in (settings.root / "datasets").glob("*.yaml"))
