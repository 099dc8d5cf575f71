"""Crawlers, and what each crawl found."""

import json
from typing import Any

from local_aws.console.answers import Answer, page
from local_aws.console.lake import Ask, Lake, every


def crawlers(lake: Lake, _ask: Ask) -> Answer:
    """All crawlers with their last crawl."""
    return page("crawlers.html", crawlers=list(every(lake.glue.get_crawlers, "Crawlers")))


def crawler(lake: Lake, ask: Ask) -> Answer:
    """One crawler: what it crawls, its crawls."""
    name = ask.get("name")
    found = lake.glue.get_crawler({"Name": name})["Crawler"]
    request = {"CrawlerName": name, "MaxResults": 50}
    if ask.get("after"):
        request["NextToken"] = ask.get("after")
    answer = lake.glue.list_crawls(request)
    return page(
        "crawler.html",
        crawler=found,
        crawls=[(crawl, _changes(crawl)) for crawl in answer["Crawls"]],
        following=answer.get("NextToken"),
        after=ask.get("after"),
        busy=found["State"] != "READY",
    )


def _changes(crawl: dict[str, Any]) -> str:
    """ListCrawls' summary, which is JSON in JSON, in words."""
    if not crawl.get("Summary"):
        return "–"
    counts = {kind: json.loads(text) for kind, text in json.loads(crawl["Summary"]).items()}
    said = [
        f"{number} {kind.lower()}{'' if number == 1 else 's'} {verb}"
        for kind, numbers in counts.items()
        for verb, number in zip(("added", "changed", "removed"), numbers.values(), strict=True)
        if number
    ]
    return ", ".join(said) or "nothing new"
