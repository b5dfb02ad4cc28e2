from pathlib import Path

import pytest

from lendly.bundle import Bundle, BundleBroken


def test_files_are_found_by_their_names_in_the_source(folder: Path) -> None:
    assert Bundle.load(folder).file("main.js") == "main.0123456789abcdef.js"


def test_a_file_that_webpack_did_not_make_is_an_error_that_tells_which_there_are(folder: Path) -> None:
    with pytest.raises(BundleBroken, match=r"no admin.js, only main.js, main.css"):
        Bundle.load(folder).file("admin.js")


def test_only_names_of_the_manifest_never_change(folder: Path) -> None:
    bundle = Bundle.load(folder)
    assert bundle.never_changes("main.fedcba9876543210.css")
    assert not bundle.never_changes("manifest.json")


def test_a_bundle_that_is_not_whole_is_refused_at_the_start(folder: Path) -> None:
    (folder / "main.fedcba9876543210.css").unlink()
    with pytest.raises(BundleBroken, match="which is not there"):
        Bundle.load(folder)


@pytest.mark.parametrize("manifest", [None, "{"])
def test_a_manifest_that_cannot_be_read_is_refused_at_the_start(folder: Path, manifest: str | None) -> None:
    (folder / "manifest.json").unlink()
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    with pytest.raises(BundleBroken, match="cannot be read"):
        Bundle.load(folder)
