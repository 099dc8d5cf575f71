"""Tags of Glue's resources, by ARN."""

from typing import TYPE_CHECKING, Any

from local_aws.services.glue.errors import (
    EntityNotFoundException,
    InvalidInputException,
    unsupported,
)

if TYPE_CHECKING:
    from local_aws.context import Platform, Request, Response

SCHEMA = """
CREATE TABLE IF NOT EXISTS tags (
    arn TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (arn, key)
) WITHOUT ROWID;
"""


class Tags:
    """What every part of Glue tags its resources with."""

    def __init__(self, platform: "Platform") -> None:
        self.db = platform.db("glue")
        self.db.script(SCHEMA)

    def get(self, arn: str) -> dict[str, str]:
        rows = self.db.all("SELECT key, value FROM tags WHERE arn = ?", (arn,))
        return {row["key"]: row["value"] for row in rows}

    def add(self, arn: str, tags: dict[str, str]) -> None:
        """Set these tags; others stay. AWS's own begin with aws: and are nobody's to set."""
        reserved = [key for key in tags if key.lower().startswith("aws:")]
        if reserved:
            raise InvalidInputException(f"Tag keys starting with aws: are reserved: {reserved[0]}")
        with self.db.transaction():
            for key, value in tags.items():
                self.db.execute("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", (arn, key, value))

    def remove(self, arn: str, keys: list[str]) -> None:
        with self.db.transaction():
            for key in keys:
                self.db.execute("DELETE FROM tags WHERE arn = ? AND key = ?", (arn, key))

    def forget(self, arn: str) -> None:
        """The resource is gone."""
        self.db.execute("DELETE FROM tags WHERE arn = ?", (arn,))


HIDE = {"connection": {"HidePassword": True}}


class TagsApi:
    """GetTags, TagResource and UntagResource for whatever the other parts can find by name."""

    def __init__(self, platform: "Platform") -> None:
        self.tags = Tags(platform)

    def get_tags(self, request: "Request") -> "Response":
        return {"Tags": self.tags.get(self._existing(request))}

    def tag_resource(self, request: "Request") -> "Response":
        self.tags.add(self._existing(request), request["TagsToAdd"])
        return {}

    def untag_resource(self, request: "Request") -> "Response":
        self.tags.remove(self._existing(request), request["TagsToRemove"])
        return {}

    def _existing(self, request: "Request") -> str:
        arn: str = request["ResourceArn"]
        kind, _, name = arn.split(":", 5)[-1].partition("/")
        finders: dict[str, tuple[str, str]] = {
            "connection": ("get_connection", "Name"),
            "database": ("get_database", "Name"),
            "crawler": ("get_crawler", "Name"),
            "job": ("get_job", "JobName"),
        }
        if kind not in finders:
            raise unsupported(f"Tagging {arn}")
        method, member = finders[kind]
        find: Any = getattr(self, method)
        try:
            find({member: name} | HIDE.get(kind, {}))
        except EntityNotFoundException as error:
            raise EntityNotFoundException(f"{arn} not found: {error.message}") from error
        return arn
