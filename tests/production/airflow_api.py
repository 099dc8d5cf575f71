"""The token with which Airflow's user admin asks its API."""

from pathlib import Path

import httpx

from laptop.compose import password


def headers(address: str, secrets: Path) -> dict[str, str]:
    """What each request carries; the password is that of the folder of secrets."""
    told = {"username": "admin", "password": password(secrets)}
    answer = httpx.post(f"{address}/auth/token", json=told, timeout=60).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
