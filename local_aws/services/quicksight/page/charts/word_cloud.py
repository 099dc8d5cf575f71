"""Words sized by a figure.

https://docs.aws.amazon.com/quicksight/latest/user/word-cloud.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.options import limit_of, sort_of
from local_aws.services.quicksight.page.charts.series import mark_value
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query

MAX_WORDS = 100
GAPS = {"NONE": 2, "SMALL": 6, "MEDIUM": 10, "LARGE": 18}


def word_cloud(query: Query) -> dict[str, Any]:
    """A WordCloudVisual as the page writes it: words, the biggest first."""
    visual = query.visual
    words, sizes = visual.wells["GroupBy"], visual.wells["Size"]
    options = visual.config.get("WordCloudOptions", {})
    axis = query.axis(words[0], sort_of(visual, "CategorySort"),
                      limit_of(visual, "CategoryItemsLimit", default=MAX_WORDS)
                      | {"OtherCategories": "EXCLUDE"})  # fmt: skip
    found = query.select([axis], sizes[:1])
    longest = int(options.get("MaximumStringLength") or 40)
    lower = options.get("WordCasing", "LOWER_CASE") == "LOWER_CASE"
    listed: list[dict[str, Any]] = []
    for word, *rest in found:
        size = rest[0] if rest else 1
        if word is None or not isinstance(size, int | float) or size <= 0:
            continue
        text = show(word, words[0])[:longest]
        shown = show(size, sizes[0]) if sizes else ""
        listed.append({"text": text.lower() if lower else text, "value": size, "shown": shown,
                       "mark": {words[0].id: mark_value(word)}})  # fmt: skip
    listed.sort(key=lambda word: -float(word["value"]))
    return {"words": {
        "words": [word | {"index": n} for n, word in enumerate(listed)],
        "vertical": options.get("WordOrientation") == "HORIZONTAL_AND_VERTICAL",
        "emphasize": options.get("WordScaling", "EMPHASIZE") == "EMPHASIZE",
        "gap": GAPS.get(options.get("WordPadding", ""), 8),
    }}  # fmt: skip
