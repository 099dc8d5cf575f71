"""Dashboards in a browser: local_aws's own page, which QuickSight's console is on AWS.

It reads and nothing else: GET and HEAD, no form, no cookie, a strict Content-Security-Policy, all
of it from this server. The server's Host check keeps other sites' pages from reading it.
"""

from local_aws.services.quicksight.page.routes import handle

__all__ = ["handle"]
