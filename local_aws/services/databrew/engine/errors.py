"""What ends a run, in the words that DataBrew's Spark uses."""


class RunFailed(Exception):
    """The run cannot go on: its message becomes DescribeJobRun's ErrorMessage."""


class AnalysisException(RunFailed):
    """A plan that does not fit the data, as Spark says it."""

    def __init__(self, message: str) -> None:
        super().__init__(f"AnalysisException: {message}")


class MissingColumn(AnalysisException):
    """A step names a column that is not there (any more)."""

    def __init__(self, name: str, columns: list[str]) -> None:
        self.name = name
        self.columns = columns
        super().__init__(f"cannot resolve '`{name}`' given input columns: [{', '.join(columns)}];")


class PathDoesNotExist(AnalysisException):
    """The dataset's files are not there."""

    def __init__(self, uri: str) -> None:
        super().__init__(f"'Path does not exist: {uri};'")


class InvalidStep(RunFailed):
    """A step whose parameters say nothing that can be done."""


class UnsupportedOperation(RunFailed):
    """A recipe operation that DataBrew has and this engine has not."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"The recipe operation {operation} is not supported by local_aws")


class UnsupportedOption(RunFailed):
    """An option of a job or data set that DataBrew has and this engine has not."""

    def __init__(self, option: str) -> None:
        self.option = option
        super().__init__(f"{option} is not supported by local_aws")


class InvalidRule(RunFailed):
    """A rule whose CheckExpression cannot be read."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(f"Invalid check expression '{expression}': {reason}")


class InvalidConfiguration(RunFailed):
    """A ProfileConfiguration that asks for what there is not."""
