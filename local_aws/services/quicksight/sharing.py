"""Who may open a dashboard: the account, and whom it was shared with.

https://docs.aws.amazon.com/quicksight/latest/user/sharing-a-dashboard.html
"""

from local_aws.services.quicksight.directory import NAMESPACE
from local_aws.services.quicksight.model import DASHBOARD, Store
from local_aws.services.quicksight.readers import Reader

OPENS = "quicksight:DescribeDashboard"
"""In each of AWS's sets of actions for a dashboard, a viewer's and an owner's."""


def may_open(store: Store, reader: Reader, dashboard: str) -> bool:
    """Whether the dashboard was shared with the reader, a group of theirs or the namespace."""
    everybody = store.platform.arn("quicksight", f"namespace/{NAMESPACE}")
    principals = reader.principals | ({everybody} if reader.arn else set())
    return reader.account or any(
        permission["Principal"] in principals and OPENS in permission["Actions"]
        for permission in store.permissions(store.arn(DASHBOARD, dashboard))
    )
