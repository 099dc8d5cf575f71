"""The statuses of stacks, and what may be done in which.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
"""

REVIEW = "REVIEW_IN_PROGRESS"
CREATING, CREATE_COMPLETE, CREATE_FAILED = (
    "CREATE_IN_PROGRESS",
    "CREATE_COMPLETE",
    "CREATE_FAILED",
)
ROLLBACK, ROLLBACK_COMPLETE, ROLLBACK_FAILED = (
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
)
UPDATING, UPDATE_COMPLETE, UPDATE_FAILED = (
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
)
UPDATE_CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
UPDATE_ROLLBACK_COMPLETE, UPDATE_ROLLBACK_FAILED = (
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_FAILED",
)
UPDATE_ROLLBACK_CLEANUP = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
IMPORT_COMPLETE, IMPORT_ROLLBACK_COMPLETE = "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"
DELETING, DELETE_COMPLETE, DELETE_FAILED = (
    "DELETE_IN_PROGRESS",
    "DELETE_COMPLETE",
    "DELETE_FAILED",
)
SKIPPED = "DELETE_SKIPPED"

STABLE = frozenset(
    {
        CREATE_COMPLETE,
        UPDATE_COMPLETE,
        UPDATE_ROLLBACK_COMPLETE,
        IMPORT_COMPLETE,
        IMPORT_ROLLBACK_COMPLETE,
    }
)
"""A stack that is as a template says."""

UPDATABLE = STABLE | {CREATE_FAILED, UPDATE_FAILED}
"""CREATE_FAILED and UPDATE_FAILED of a stack whose rollback was disabled."""


def busy(status: str) -> bool:
    """Whether an operation goes on. A stack that waits for its first change set is at rest."""
    return status.endswith("_IN_PROGRESS") and status != REVIEW
