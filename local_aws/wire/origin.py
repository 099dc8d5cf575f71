"""Web pages of other origins: none may ask anything of this server.

A browser sends what a page tells it to, signed URLs and forms included, and tells the server
where the page came from (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site).
"""

from local_aws.wire.http import HttpRequest, HttpResponse

OURS = ("same-origin", "none")


def refusal(request: HttpRequest) -> HttpResponse | None:
    """403 for a page of another origin. Following a link to one of our pages is allowed."""
    headers = request.headers
    origin = headers.get("origin")
    host = headers.get("host", "").lower()
    ours = (f"http://{host}", f"https://{host}")
    site = headers.get("sec-fetch-site", "none")
    # A page that sends no referrer, as the console does, posts its own forms with the origin null.
    own_form = origin == "null" and site == "same-origin"
    foreign = origin is not None and origin.lower() not in ours and not own_form
    if not foreign and (site in OURS or _follows_a_link(request)):
        return None
    text = "A web page of another origin may not reach local_aws"
    return HttpResponse(
        403,
        {"content-type": "application/xml"},
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>AccessForbidden</Code><Message>{text}</Message></Error>".encode(),
    )


def _follows_a_link(request: HttpRequest) -> bool:
    mode, target = request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest")
    return (request.method, mode, target) == ("GET", "navigate", "document")
