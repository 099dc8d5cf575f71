"""Errors of crawlers' schedules, by AWS's names."""

from local_aws.errors import ServiceError


class NoScheduleException(ServiceError):
    """There is no schedule to start."""

    code = "NoScheduleException"


class SchedulerRunningException(ServiceError):
    """The schedule runs already."""

    code = "SchedulerRunningException"


class SchedulerNotRunningException(ServiceError):
    """There is no schedule to stop."""

    code = "SchedulerNotRunningException"
