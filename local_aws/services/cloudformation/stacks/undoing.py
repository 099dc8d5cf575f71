"""The way back of an update: every resource as it was when the stack was last whole."""

import time
from dataclasses import replace

from local_aws.services.cloudformation.resources.handler import Made
from local_aws.services.cloudformation.stacks import names
from local_aws.services.cloudformation.stacks.failures import reason
from local_aws.services.cloudformation.stacks.records import Resource
from local_aws.services.cloudformation.stacks.run import Closing, Run
from local_aws.services.cloudformation.stacks.walk import walk


class Undoing:
    """One operation's way back. What an update had made is left for the cleanup."""

    def __init__(self, run: Run) -> None:
        self.run, self.store, self.stack_id = run, run.store, run.stack_id
        self.formers = self.store.formers(self.stack_id)

    def all(self) -> list[str]:
        """The logical ids of what could not be brought back."""
        skipped = self.run.operation.options.get("skip", [])
        needs = {name: set(one.needs) if one else set() for name, one in self.formers.items()}
        failed = walk(needs, lambda name: self._undo(name, name in skipped), stop_at_failure=False)
        return sorted(failed)

    def _undo(self, logical_id: str, skipped: bool) -> None:
        if self.run.closing.is_set():
            raise Closing
        former = self.formers[logical_id]
        now = self.store.any_resource(self.stack_id, logical_id)
        if former is None:
            self._take_out(logical_id, now)
        elif now is None or now.physical_id != former.physical_id:
            self._bring_back(former, now)
        elif skipped or not _differs(now, former):
            self._restore(former, told=skipped)
        else:
            self._change_back(former, now)

    def _take_out(self, logical_id: str, now: Resource | None) -> None:
        """It was not there: an import is let go, what was made is deleted by the cleanup."""
        with self.store.transaction():
            if now is not None and (now.imported or now.pending.get("verb") == "IMPORT"):
                gone = replace(now, status="IMPORT_ROLLBACK_COMPLETE", updated=time.time())
                self.run.history.resource(gone, keep=False)
                self.store.forget_resource(self.stack_id, logical_id)
            elif now is not None:
                self.store.discard(replace(now, deletion_policy=_policy(now)))
            self.store.forget_former(self.stack_id, logical_id)

    def _bring_back(self, former: Resource, now: Resource | None) -> None:
        with self.store.transaction():
            if now is not None and now.physical_id:
                self.store.discard(now)
            self._restore(former, told=True)

    def _restore(self, former: Resource, *, told: bool) -> None:
        with self.store.transaction():
            if told:
                self._tell(former, "UPDATE_COMPLETE")
            else:
                self.store.put_resource(former)
            self.store.forget_former(self.stack_id, former.logical_id)

    def _change_back(self, former: Resource, now: Resource) -> None:
        self._tell(now, "UPDATE_IN_PROGRESS")
        try:
            made = self.run.ask(lambda: self._ask(former, now))
        except Exception as error:
            self._tell(now, "UPDATE_FAILED", reason(error, "update"))
            raise
        attributes = dict(made.attributes)
        self._restore(
            replace(former, physical_id=made.physical_id, attributes=attributes), told=True
        )

    def _ask(self, former: Resource, now: Resource) -> Made:
        before = now.pending.get("properties", now.properties)
        work = self.run.work(now, former.properties, before, token=names.unique(), tags=former.tags)
        return self.run.handler(former.type).update(work)

    def _tell(self, resource: Resource, status: str, why: str = "") -> None:
        told = replace(resource, status=status, reason=why, updated=time.time())
        self.run.history.resource(told)


def _policy(now: Resource) -> str:
    """Of what was not finished its template's policy stands with what it was being given."""
    return str(now.pending.get("deletion_policy", now.deletion_policy))


def _differs(now: Resource, former: Resource) -> bool:
    """Whether a service was asked for anything."""
    asked = now.pending.get("verb") == "UPDATE" and not now.pending.get("replaces")
    return asked or now.properties != former.properties or now.tags != former.tags
