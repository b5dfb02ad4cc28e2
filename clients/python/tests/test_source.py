"""The package itself: typed, tidy, and of no need but Python."""

import ast
import subprocess
import sys
from hashlib import sha256
from importlib import resources
from importlib.metadata import entry_points, requires
from pathlib import Path
from zipfile import ZipFile

import pytest

EXAMPLE = Path(__file__).resolve().parents[3] / "examples/fastapi-poetry"
HOME = Path(__file__).resolve().parents[1]
SOURCES = sorted((HOME / "src").rglob("*.py"))


@pytest.mark.parametrize("command", ["mypy", "ruff check", "ruff format --check"])
def test_the_source_is_typed_and_tidy(command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=HOME, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_it_needs_the_standard_library_alone() -> None:
    imported = {
        name.partition(".")[0]
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text()))
        for name in _names(node)
        if not (source.name == "pytest_plugin.py" and name == "pytest")
    }
    assert imported - {"seatrial_space"} <= sys.stdlib_module_names
    assert not [need for need in requires("seatrial-space") or [] if "extra ==" not in need]


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_pytest_and_type_checkers_find_it() -> None:
    assert {entry.value for entry in entry_points(group="pytest11", name="seatrial-space")} == {
        "seatrial_space.pytest_plugin"
    }
    assert resources.files("seatrial_space").joinpath("py.typed").is_file()


def test_the_wheel_in_the_example_is_this_package() -> None:
    (wheel,) = (EXAMPLE / "wheels").iterdir()
    with ZipFile(wheel) as opened:
        held = {name: opened.read(name) for name in opened.namelist() if ".dist-info/" not in name}
    files = [path for path in (HOME / "src").rglob("*") if path.suffix == ".py" or path.name == "py.typed"]
    next_step = "node scripts/write-python-wheel.mjs"
    assert held == {str(path.relative_to(HOME / "src")): path.read_bytes() for path in files}, next_step
    assert sha256(wheel.read_bytes()).hexdigest() in (EXAMPLE / "poetry.lock").read_text(), next_step
