"""Times as definitions and addresses write them: UTC, without a zone."""

import datetime as dt
import re
from typing import Any

# JavaScript's own form, which QuickSight's addresses take beside ISO 8601:
# https://docs.aws.amazon.com/quicksight/latest/user/parameters-in-a-url.html
SCRIPT_FORMS = ("%a %b %d %Y %H:%M GMT%z", "%a %b %d %Y %H:%M:%S GMT%z")


def read_moment(value: Any) -> dt.datetime:
    """Seconds since 1970, or a text with a date. Raises ValueError, OverflowError.

    >>> read_moment("2018-04-04 14:51 -08:00")
    datetime.datetime(2018, 4, 4, 22, 51)
    """
    if isinstance(value, dt.datetime):
        return _plain(value)
    if isinstance(value, int | float):
        return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=value)
    text = re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", str(value).strip()[:64])
    for form in SCRIPT_FORMS:
        try:
            return _plain(dt.datetime.strptime(text, form))
        except ValueError:
            continue
    return _plain(dt.datetime.fromisoformat(text))


def _plain(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)
