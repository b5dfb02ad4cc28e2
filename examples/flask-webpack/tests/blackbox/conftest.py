"""Tests of a running Lendly, over HTTP only: they import nothing of it.

Others may use it at the same time, so each makes up its own names.
"""

import json
import os
import re
from dataclasses import dataclass, field
from email.message import Message
from http.cookiejar import CookieJar
from itertools import count
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener
from uuid import uuid4

import pytest


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    """Where it came from, after redirects."""
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    def find(self, pattern: str) -> str:
        """The first group of the pattern in the text."""
        found = re.search(pattern, self.text)
        assert found is not None, f"{pattern} is not in\n{self.text}"
        return found[1]


@dataclass
class Browser:
    """It follows redirects and keeps cookies."""

    url: str
    opener: Any = field(default_factory=lambda: build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar())))

    def get(self, path: str) -> Answer:
        return self._send(Request(self.url + path))

    def submit(self, path: str, **values: object) -> Answer:
        return self._send(Request(self.url + path, data=urlencode(values).encode()))

    def post(self, path: str, value: object = None) -> Answer:
        headers = {"Content-Type": "application/json"}
        return self._send(Request(self.url + path, data=json.dumps(value).encode(), headers=headers))

    def _send(self, request: Request) -> Answer:
        try:
            answer = self.opener.open(request, timeout=10)
        except HTTPError as error:
            answer = error
        with answer:
            return Answer(answer.status, answer.url, answer.headers, answer.read())


@pytest.fixture
def browser() -> Browser:
    url = os.environ.get("LENDLY_URL")
    assert url, "LENDLY_URL is not set: it is the address of the Lendly to be tested"
    return Browser(url.rstrip("/"))


@pytest.fixture
def new_name() -> Any:
    """Makes names that nothing else has; all of one test hold the same word."""
    word, numbers = uuid4().hex[:12], count(1)
    return lambda: f"{word} {next(numbers):02}"
