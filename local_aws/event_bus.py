"""The account's default event bus: events of our services for moto's rules and their targets."""

import copy
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_aws.context import Platform

logger = logging.getLogger(__name__)


def tell(
    platform: "Platform",
    source: str,
    kind: str,
    detail: dict[str, Any],
    resources: Sequence[str] = (),
) -> None:
    """An event of one of our services. No work ends otherwise because nobody could be told."""
    message = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": kind,
        "source": source,
        "account": platform.account_id,
        "time": time.time(),  # moto words it
        "region": platform.region,
        "resources": list(resources),
        "detail": detail,
    }
    try:
        put(platform, message)
    except Exception:
        logger.warning("an event of %s could not be told: %s", source, detail, exc_info=True)


def put(platform: "Platform", message: dict[str, Any]) -> None:
    """Hand an event to the rules that fit; its ``time`` in seconds, which moto puts into words.

    Where nobody ever asked moto for anything there are no rules, and it is not even loaded.
    """
    moto = getattr(platform, "moto", None)
    if moto is not None and moto.in_use:
        moto.call(lambda backend: put_by(backend, message))


def put_by(backend: Callable[[str], Any], message: dict[str, Any]) -> None:
    """To the rules of the default bus, target by target: one that fails is not the others' end.

    moto's own way in leaves the account out and adds a time of its own.
    """
    for rule in list(backend("events").describe_event_bus("default").rules.values()):
        for target in rule.targets if rule.state == "ENABLED" else ():
            alone = copy.copy(rule)
            alone.targets = [target]
            transformed = "InputTransformer" in target
            timed = {"ingestion-time": message["time"]} if transformed else {}
            try:
                alone.send_to_targets(message | timed, transform_input=transformed)
            except Exception:
                logger.warning("%s did not take an event", target["Arn"], exc_info=True)
