"""How a request is taken as regards TLS."""

import pytest

from local_aws.access.network import Rules, SimulationRefused, network_of

HEADER = {"x-local-aws-secure-transport": "false"}


@pytest.mark.parametrize(
    ("client", "rules", "secure"),
    [
        ("127.0.0.1", Rules(), True),
        ("::1", Rules(), True),
        ("172.18.0.4", Rules(), False),
        ("172.18.0.4", Rules(closed=True), True),
        ("", Rules(), False),
        ("127.0.0.1", Rules(simulate=True), False),
        ("127.0.0.1", Rules(simulate=True, closed=True), False),
    ],
)
def test_plain_http_is_secure_where_nobody_can_listen(
    client: str, rules: Rules, secure: bool
) -> None:
    assert network_of({}, "http", client, rules).secure is secure
    assert network_of({}, "https", client, rules).secure


def test_what_a_request_says_of_itself_is_believed_in_a_simulation_only() -> None:
    assert not network_of(HEADER, "https", "127.0.0.1", Rules(simulate=True)).secure
    with pytest.raises(SimulationRefused, match="--simulate-network"):
        network_of(HEADER, "http", "127.0.0.1", Rules(closed=True))
