"""Tests of a running Roomly: nothing of its code is imported here."""

import os
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest


@pytest.fixture(scope="session")
def api() -> Iterator[httpx2.Client]:
    address = os.environ.get("ROOMLY_URL")
    if not address:
        pytest.fail("ROOMLY_URL is not set: these tests need the address of a running Roomly", pytrace=False)
    with httpx2.Client(base_url=address, timeout=10) as client:
        yield client


@pytest.fixture
def room(api: httpx2.Client) -> str:
    """A room of the test's own, with 6 seats: others may use the same Roomly."""
    name = f"test-{uuid4().hex[:12]}"
    api.post("/rooms", json={"name": name, "seats": 6}).raise_for_status()
    return name
