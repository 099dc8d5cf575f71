"""The thread that starts scheduled refreshes.

What a server that was down has missed is not made up for, as with every schedule here.
"""

import datetime as dt
import json
import logging
import uuid

from local_aws.schedules.scheduler import Scheduler
from local_aws.services.quicksight.ingestions.queue import Ingestions
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.refreshes.timetable import next_firing

logger = logging.getLogger(__name__)


class RefreshClock:
    """Fires the schedules of every data set."""

    def __init__(self, store: Store, ingestions: Ingestions) -> None:
        self.store, self.ingestions = store, ingestions
        self.scheduler = Scheduler(self._schedules, self._fire, _next)

    def _schedules(self) -> dict[str, str]:
        return {
            json.dumps([row["data_set"], row["id"]]): json.dumps([row["document"], row["created"]])
            for row in self.store.schedules()
        }

    def _fire(self, name: str) -> None:
        data_set, schedule = json.loads(name)
        try:
            document = self.store.schedule(data_set, schedule)["document"]
            if self.store.find(DATA_SET, data_set):
                self.ingestions.start(
                    data_set, str(uuid.uuid4()), document["RefreshType"], "SCHEDULED"
                )
        except Exception:
            logger.warning("the schedule %s of %s did not start", schedule, data_set, exc_info=True)


def _next(expression: str, now: dt.datetime) -> dt.datetime:
    document, created = json.loads(expression)
    return next_firing(document, dt.datetime.fromtimestamp(created, dt.UTC), now)
