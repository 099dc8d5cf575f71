"""What QuickSight tells EventBridge of data sets; of ingestions AWS documents no event.

https://docs.aws.amazon.com/quicksight/latest/user/events-integration.html
"""

from local_aws import event_bus
from local_aws.context import Platform


def data_set(platform: Platform, what: str, data_set_id: str) -> None:
    """``what`` is Created, Updated, Deleted or Permissions Updated."""
    arn = platform.arn("quicksight", f"dataset/{data_set_id}")
    detail = {"datasetId": data_set_id}
    event_bus.tell(platform, "aws.quicksight", f"QuickSight DataSet {what}", detail, [arn])
