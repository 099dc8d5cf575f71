"""Whether a stack's operation was interrupted, told without importing the service."""

from local_aws.context import Platform


def interrupted(platform: Platform) -> bool:
    """Whether the last process left what has to go on by itself."""
    db = platform.db("cloudformation")
    if not db.path.exists():
        return False
    there = db.one("SELECT 1 FROM sqlite_master WHERE name = 'notices'")
    return bool(there) and any(
        db.one(f"SELECT 1 FROM {table}")  # noqa: S608 - of these two
        for table in ("operations", "notices")
    )
