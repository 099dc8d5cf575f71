"""What in the declarations contradicts another, before a deploy: no one file shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tarn.aws import Aws
from tarn.contracts.contract import Contract, ContractError, ContractErrors, Problem
from tarn.contracts.load import load_contracts
from tarn.contracts.located import Located, read_yaml
from tarn.dashboards import sound as dashboards
from tarn.services.databrew import read_rules


def refuse_unsound(aws: Aws) -> None:
    """Raise ContractErrors with what would only fail in a job, or would stop every partition."""
    errors: list[ContractError] = []
    for name, contract in load_contracts(aws.settings).items():
        document = read_yaml(aws.settings.root / "datasets" / f"{name}.yaml")
        problems = [*_rules(contract, document), *_evolving(contract, document, aws)]
        if problems:
            errors.append(ContractError(f"datasets/{name}.yaml", problems))
    told: dict[str, list[Problem]] = {}
    for file, sentence in dashboards.problems(aws.settings.root):
        told.setdefault(file, []).append(Problem(1, sentence, "Give it back, or change the file."))
    errors += [ContractError(file, problems) for file, problems in told.items()]
    if errors:
        raise ContractErrors(errors)


def _rules(contract: Contract, document: Located) -> Iterator[Problem]:
    """Row rules must be Spark's SQL over the published columns."""
    import sqlglot
    from sqlglot import exp

    known = {column.name for column in contract.columns}
    for rule in contract.rules:
        line = _line(document["schema"][0].get("quality") or [], "name", rule.name) or document.line
        try:
            tree = sqlglot.parse_one(rule.expression, dialect="spark")
        except sqlglot.errors.SqlglotError as error:
            what = str(error).splitlines()[0].rstrip(".")
            yield Problem(line, f"Rule {rule.name} is no SQL: {what}.", "Mend its expression.")
            continue
        for name in sorted({column.name.lower() for column in tree.find_all(exp.Column)} - known):
            yield Problem(
                line,
                f"Rule {rule.name} names {name}, which is no published column.",
                f"Use {', '.join(sorted(known))}.",
            )


def _evolving(contract: Contract, document: Located, aws: Aws) -> Iterator[Problem]:
    """A ruleset that counts columns stops the very files that an evolving contract lets in."""
    if contract.drift != "evolve":
        return
    for rule in read_rules(contract.name, aws):
        expression = rule["CheckExpression"].replace(" ", "")
        if "COLUMNS_COUNT)==" in expression:
            yield Problem(
                _line(document["customProperties"], "property", "drift") or document.line,
                f"Drift evolves, but recipes/{contract.name}.rules.json has the rule "
                f"{rule['Name']!r}, which stops a file with a column more.",
                "Make it >=, or take it away.",
            )


def _line(items: Any, key: str, value: str) -> int:
    return next((item.line for item in items if item.get(key) == value), 0)
