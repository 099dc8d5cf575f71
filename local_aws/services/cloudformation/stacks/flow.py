"""The phases of an operation. Each ends in one transaction, which also says what comes next.

FORWARD: make everything. HELD: a nested stack waits for what its parent comes to. CLEANUP: delete
what the new template has no more. ROLLBACK: bring back what was (of an update), or delete what was
made (of a creation). ROLLBACK_CLEANUP: delete what the failed update had made. DELETE: delete
everything. After a kill the phase begins again; what it had done already is in the store.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local_aws.errors import ServiceError
from local_aws.services.cloudformation.resources.handler import ResourceFailed
from local_aws.services.cloudformation.stacks import statuses
from local_aws.services.cloudformation.stacks.blueprint import Blueprint, blueprint
from local_aws.services.cloudformation.stacks.deleting import Deleting, sweep
from local_aws.services.cloudformation.stacks.failures import reason
from local_aws.services.cloudformation.stacks.lookups import Known
from local_aws.services.cloudformation.stacks.making import Making
from local_aws.services.cloudformation.stacks.preflight import Preflight
from local_aws.services.cloudformation.stacks.records import Resource, Revision
from local_aws.services.cloudformation.stacks.run import Cancelled, Closing, Run
from local_aws.services.cloudformation.stacks.undoing import Undoing
from local_aws.services.cloudformation.stacks.walk import walk

logger = logging.getLogger(__name__)

FORWARD, HELD, CLEANUP = "FORWARD", "HELD", "CLEANUP"
ROLLBACK, ROLLBACK_CLEANUP, DELETE = "ROLLBACK", "ROLLBACK_CLEANUP", "DELETE"
HOLD_SECONDS = 0.1
BY_USER = "User Initiated"


class Flow:
    """Takes one operation to its end."""

    def __init__(self, run: Run) -> None:
        self.run, self.store, self.history = run, run.store, run.history
        self.stack_id = run.stack_id
        self.phases: dict[str, Callable[[], None]] = {
            FORWARD: self._forward,
            HELD: self._hold,
            CLEANUP: self._cleanup,
            ROLLBACK: self._roll_back,
            ROLLBACK_CLEANUP: self._clean_after_rollback,
            DELETE: self._delete,
        }

    def go(self) -> None:
        """Phase after phase, until the operation has ended."""
        while (operation := self.store.operation(self.stack_id)) is not None:
            self.phases[operation.phase]()

    @property
    def _kind(self) -> str:
        return self.run.operation.kind

    # Forward.
    def _forward(self) -> None:
        target = self.run.operation.target
        if target is None:
            raise ValueError("an operation without a target")
        try:
            plan = self._plan(target)
            failed = self._make(plan)
            if not failed and not self.run.operation.cancelled:
                if self._waits_for_parent():
                    self._begin_to_hold(plan)
                else:
                    self._finish(plan, target)
                return
            why = self._told(failed)
        except ServiceError as error:
            why = error.message
        self._failed(why)

    # A nested stack.
    def _waits_for_parent(self) -> bool:
        """What an update takes out of a nested stack is there until no parent can go back."""
        return self._kind == "UPDATE" and self._decision() is None

    def _decision(self) -> str | None:
        """What the nearest parent came to: CLEANUP, ROLLBACK; None while it has not."""
        parent = self.run.stack.parent
        operation = self.store.operation(parent) if parent else None
        if operation is None:
            return CLEANUP
        if operation.phase in (ROLLBACK, ROLLBACK_CLEANUP):
            return ROLLBACK
        return None if operation.phase in (FORWARD, HELD) else CLEANUP

    def _begin_to_hold(self, plan: Blueprint) -> None:
        with self.store.transaction():
            self.store.move_operation(self.stack_id, phase=HELD)
            self.store.change_stack(self.stack_id, outputs=plan.outputs())

    def _hold(self) -> None:
        """Raises Closing where the server stops meanwhile."""
        while (decided := self._decision()) is None:
            if self.run.closing.wait(HOLD_SECONDS):
                raise Closing
        target = self.run.operation.target
        if decided == ROLLBACK or target is None:
            self._begin_rollback("Parent stack is rolled back")
            return
        plan = self._plan(target)
        for name in plan.resources:
            plan.shown(name)  # what it imports
        self._finish(plan, target)

    def _plan(self, target: Revision) -> Blueprint:
        known = Known(self.store, self.run.exports, self.stack_id, self.run.client)
        known.holds = True
        return blueprint(self.run.platform, self.run.stack, target, known)

    def _make(self, plan: Blueprint) -> dict[str, Exception]:
        refused = Preflight(self.run, plan).refusals()
        if refused:
            return refused
        return walk(plan.needs, Making(self.run, plan).make)

    def _told(self, failed: dict[str, Exception]) -> str:
        """What the stack's event says of the resources that failed."""
        if self.run.operation.cancelled:
            return BY_USER
        if self.run.late:
            return "Stack creation time exceeded the specified timeout"
        names = sorted(name for name, why in failed.items() if not isinstance(why, Cancelled))
        verb = {"CREATE": "create", "IMPORT": "import"}.get(self._kind, "update")
        return f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "

    def _finish(self, plan: Blueprint, target: Revision) -> None:
        """Everything is made. Raises ServiceError where outputs or exports are not sound."""
        outputs = plan.outputs()
        exports = {one["ExportName"]: one["OutputValue"] for one in outputs if "ExportName" in one}
        changes: dict[str, Any] = {
            "revision": target,
            "outputs": outputs,
            "updated": self._updated(),
        }
        with self.store.transaction():
            if self.run.operation.cancelled:  # while the last resource was made
                raise ResourceFailed(BY_USER)
            self.run.exports.set(self.stack_id, exports, plan.known.used)
            self._discard_what_went(plan)
            self.store.forget_former(self.stack_id)
            if self._kind != "UPDATE":
                self._end(f"{self._kind}_COMPLETE", **changes)
                return
            self.store.move_operation(self.stack_id, phase=CLEANUP)
            self.history.stack(self.stack_id, statuses.UPDATE_CLEANUP, **changes)

    def _discard_what_went(self, plan: Blueprint) -> None:
        resources = self.store.resources(self.stack_id)
        for name, former in self.store.formers(self.stack_id).items():
            now = resources.get(name)
            if former is not None and now is not None and now.physical_id != former.physical_id:
                self.store.discard(replace(former, deletion_policy=now.replace_policy))
        for name in resources.keys() - plan.resources.keys():
            self.store.discard(resources[name])

    def _updated(self) -> float | None:
        return self.run.stack.updated if self._kind == "CREATE" else time.time()

    def _cleanup(self) -> None:
        sweep(self.run)
        self._end(statuses.UPDATE_COMPLETE)

    # Failure.
    def _failed(self, why: str) -> None:
        """What happens now, as the caller wished."""
        wish = self.run.operation.options.get("on_failure", "ROLLBACK")
        if wish == "DO_NOTHING":
            self._end(f"{self._kind}_FAILED", why)
        elif wish == "DELETE" and self._kind == "CREATE":
            with self.store.transaction():
                self.store.move_operation(self.stack_id, phase=DELETE)
                self.history.stack(self.stack_id, statuses.CREATE_FAILED, why)
                self.history.stack(self.stack_id, statuses.DELETING)
        else:
            end = "" if why == BY_USER else "Rollback requested by user."
            self._begin_rollback((why + end).strip())

    def _begin_rollback(self, why: str) -> None:
        with self.store.transaction():
            self.store.move_operation(self.stack_id, phase=ROLLBACK, cancelled=False)
            self.history.stack(self.stack_id, f"{self._back}_IN_PROGRESS", why)

    @property
    def _back(self) -> str:
        """How the statuses of this way back begin."""
        if self._kind == "ROLLBACK":
            creating = self.run.stack.status.startswith("ROLLBACK")
            return "ROLLBACK" if creating else "UPDATE_ROLLBACK"
        return {"CREATE": "ROLLBACK", "IMPORT": "IMPORT_ROLLBACK"}.get(
            self._kind, "UPDATE_ROLLBACK"
        )

    def _roll_back(self) -> None:
        self.run.failing.clear()
        if self._back == "ROLLBACK":
            self._undo_creation()
            return
        failed = Undoing(self.run).all()
        if failed:
            self._end(
                f"{self._back}_FAILED",
                f"The following resource(s) failed to update: [{', '.join(failed)}]. ",
            )
            return
        self._restore_exports()
        if self._back == "IMPORT_ROLLBACK":
            self._end(statuses.IMPORT_ROLLBACK_COMPLETE)
            return
        with self.store.transaction():
            self.store.move_operation(self.stack_id, phase=ROLLBACK_CLEANUP)
            self.history.stack(self.stack_id, statuses.UPDATE_ROLLBACK_CLEANUP)

    def _restore_exports(self) -> None:
        """Imports that the failed update had begun to use are let go."""
        stack = self.run.stack
        plan = self._plan(stack.revision)
        outputs = {
            one["ExportName"]: one["OutputValue"] for one in stack.outputs if "ExportName" in one
        }
        for name in plan.resources:
            plan.shown(name)
        self.run.exports.set(self.stack_id, outputs, plan.known.used)

    def _undo_creation(self) -> None:
        imported = {
            name: one
            for name, one in self.store.resources(self.stack_id).items()
            if one.imported or one.pending.get("verb") == "IMPORT"
        }
        for name in imported:
            self.store.forget_resource(self.stack_id, name)
        if failed := self._delete_all(creating=True):
            self._end(statuses.ROLLBACK_FAILED, _undeleted(failed))
            return
        with self.store.transaction():
            self.run.exports.set(self.stack_id, {}, set())
            self.store.forget_former(self.stack_id)
            self._end(statuses.ROLLBACK_COMPLETE)

    def _clean_after_rollback(self) -> None:
        sweep(self.run, creating=True)
        self.store.forget_former(self.stack_id)
        self._end(statuses.UPDATE_ROLLBACK_COMPLETE)

    # Deletion.
    def _delete(self) -> None:
        if failed := self._delete_all(creating=False):
            self._end(statuses.DELETE_FAILED, _undeleted(failed))
            return
        with self.store.transaction():
            self.run.exports.set(self.stack_id, {}, set())
            self.store.forget_former(self.stack_id)
            self.store.forget_documents("change set", self.stack_id)
            self._end(statuses.DELETE_COMPLETE, deleted=time.time(), outputs=[])

    def _delete_all(self, *, creating: bool) -> list[str]:
        retained = self.run.operation.options.get("retain", [])
        sweep(self.run, creating=creating)
        resources = self.store.resources(self.stack_id)
        deleting = Deleting(self.run, creating=creating)
        return deleting.all(_whole(resources), retained)

    def _end(self, status: str, why: str = "", **changes: Any) -> None:
        with self.store.transaction():
            self.history.stack(self.stack_id, status, why, **changes)
            self.store.end_operation(self.stack_id)

    def broken(self, error: Exception) -> None:
        """A defect of ours ended the phase: the stack says so, and can be deleted."""
        logger.error("stack %s", self.stack_id, exc_info=error)
        kind = {"DELETE": "DELETE", "CREATE": "CREATE"}.get(self._kind, "UPDATE_ROLLBACK")
        self._end(f"{kind}_FAILED", reason(error, "operation"))


def _whole(resources: dict[str, Resource]) -> dict[str, Resource]:
    """What an update was giving them when it failed counts for what is deleted."""
    return {
        name: replace(
            one,
            deletion_policy=one.pending.get("deletion_policy", one.deletion_policy),
            needs=one.pending.get("needs", one.needs),
        )
        for name, one in resources.items()
    }


def _undeleted(failed: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
