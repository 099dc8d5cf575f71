"""Taking rows away, of those that the step's conditions choose."""

from local_aws.services.databrew.engine.conditions import all_conditions
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.steps import Step


def remove(frame: Frame, step: Step, bad: str) -> Frame:
    """Without the rows for which ``bad`` is true and every condition is met."""
    conditions = all_conditions(frame, step)
    return frame.where(f"NOT ({f'{conditions} AND {bad}' if conditions else bad})")
