"""The files that webpack made, as a browser gets them."""

import re
from typing import Any

import pytest

SCRIPT = r'<script src="([^"]+)" defer>'
STYLE = r'<link rel="stylesheet" href="([^"]+)">'


@pytest.mark.parametrize(
    ("pattern", "kind", "holds"), [(SCRIPT, "text/javascript", b"data-search"), (STYLE, "text/css", b"--accent")]
)
def test_a_page_names_a_file_that_is_served_and_kept_for_good(
    browser: Any, pattern: str, kind: str, holds: bytes
) -> None:
    path = browser.get("/").find(pattern)
    assert re.search(r"\.[0-9a-f]{16}\.(js|css)$", path)
    file = browser.get(path)
    assert file.status == 200
    assert file.headers.get_content_type() == kind
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert holds in file.content


def test_every_page_names_the_same_files(browser: Any) -> None:
    pages = [browser.get(path) for path in ("/", "/items/new", "/items/0")]
    assert len({(page.find(SCRIPT), page.find(STYLE)) for page in pages}) == 1


def test_pages_are_asked_for_each_time_and_load_nothing_from_elsewhere(browser: Any) -> None:
    page = browser.get("/")
    assert "immutable" not in page.headers.get("Cache-Control", "")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert re.findall(r'(?:src|href)="(?!/)', page.text) == []


@pytest.mark.parametrize("path", ["main.js", "../src/lendly/main.py", "%2e%2e/alembic.ini", "/etc/passwd"])
def test_nothing_but_the_bundle_is_served(browser: Any, path: str) -> None:
    assert browser.get(f"/static/{path}").status == 404
