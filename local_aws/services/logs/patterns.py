"""FilterLogEvents' filter patterns, as far as they are plain terms.

AWS knows terms, optional terms (``?``), exclusions (``-``), regular expressions (``%``), and JSON
and space-delimited selectors
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
We know terms and quoted phrases, all of which an event must hold, in the case they are written.
"""

import re

from local_aws.services.logs.errors import unsupported

_TERM = re.compile(r'\s*(?:"([^"]+)"|(\w+))(?=\s|$)')


def terms(pattern: str) -> list[str]:
    """What an event must contain. Raises InvalidParameterException on any other pattern."""
    found: list[str] = []
    position = 0
    text = pattern.rstrip()
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None:
            raise unsupported(f"The filter pattern '{pattern}'")
        found.append(match[1] or match[2])
        position = match.end()
    return found
