import json
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lendly.bundle import Bundle
from lendly.database import connect
from lendly.library import Library
from lendly.terms import Terms
from lendly.web.app import create_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small bundle, as webpack leaves it."""
    files = {"main.js": "main.0123456789abcdef.js", "main.css": "main.fedcba9876543210.css"}
    for name in files.values():
        (tmp_path / name).write_text(f"/* {name} */")
    (tmp_path / "manifest.json").write_text(json.dumps(files))
    return tmp_path


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    """Lendly without a database: nothing listens at the address that it has."""
    engine = connect("postgresql+psycopg://nobody@127.0.0.1:1/none")
    library = Library(engine=engine, terms=Terms(), today=lambda: date(2025, 3, 1))
    return create_app(library=library, bundle=Bundle.load(folder), secret_key="test").test_client()
