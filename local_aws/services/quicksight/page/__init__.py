"""Dashboards in a browser: local_aws's own page, which QuickSight's console is on AWS.

It reads and nothing else: GET and HEAD, no form, a strict Content-Security-Policy, all of it from
this server. Who may read it is decided before a request comes here (`local_aws.console`).
"""

from local_aws.services.quicksight.page.routes import handle

__all__ = ["handle"]
