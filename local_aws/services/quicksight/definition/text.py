"""The words of titles, labels and text boxes."""

from typing import Any


def label_text(label: dict[str, Any]) -> str:
    """A title or subtitle as plain text; nothing where it is hidden."""
    if label.get("Visibility") == "HIDDEN":
        return ""
    form = label.get("FormatText", {})
    return str(form.get("PlainText") or plain(form.get("RichText", "")))


def plain(rich: str) -> str:
    """The words of QuickSight's rich text, which is XML of its own."""
    words, depth = [], 0
    for char in rich:
        depth += (char == "<") - (char == ">")
        words.append(char if depth == 0 and char != ">" else " " if char == ">" else "")
    return " ".join("".join(words).split())
