"""Errors that only job operations raise; the others are Glue's own (`glue.errors`)."""

from local_aws.errors import ServiceError


class ConcurrentRunsExceededException(ServiceError):
    """The job has as many runs as its MaxConcurrentRuns allows."""

    code = "ConcurrentRunsExceededException"
