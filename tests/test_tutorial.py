"""The tutorial notebook runs in a fresh kernel and gives what is stored in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

TUTORIAL = Path(__file__).parents[1] / "reports/tutorial.ipynb"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the notebook, run anew in an empty folder."""
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    notebook = nbformat.read(TUTORIAL, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    client = nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        coalesce_streams=True,  # a slow machine prints in pieces
        resources={"metadata": {"path": f"{folder}"}},
    )
    client.execute()
    assert not list(folder.iterdir())
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def shown(notebook: Any) -> list[list[dict[str, str]]]:
    """Return what each code cell shows, in each of its forms."""
    return [
        [output.get("data") or {"text": output.get("text", "")} for output in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_it_gives_what_it_shows(fresh: Any, update_golden: bool) -> None:
    if update_golden:
        nbformat.write(fresh, TUTORIAL)
    stored = nbformat.read(TUTORIAL, as_version=4)
    nbformat.validate(stored)
    assert shown(stored) == shown(fresh)
    assert sum(map(bool, shown(stored))) > 20


def test_its_prose_and_its_numbers_agree(fresh: Any) -> None:
    """What the text says is in what the cell behind it prints."""
    told = "\n".join(cell.source for cell in fresh.cells if cell.cell_type == "markdown")
    printed = str(shown(fresh))
    for number in ("4.134G", "3.8G"):
        assert number in told
        assert number in printed
    for number in ("112896000", "5268480", "H*W*C*(C + K^2*N)/r", "r > 1 + C/(K^2*N)"):
        assert number in printed
    assert "Traceback" not in printed
    assert not re.search(r"/(?:root|home|work|tmp)/", printed)
