"""The package itself: typed, tidy, and of no need but Python."""

import ast
import subprocess
import sys
from importlib import resources
from importlib.metadata import entry_points, requires
from pathlib import Path

import pytest

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
