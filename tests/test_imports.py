"""Start-up: what a command loads, and that words are found without importing their files."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

import archcalc.blocks
import archcalc.layers
from archcalc import registry
from archcalc.blocks import block_type, block_words
from archcalc.blocks.base import BLOCKS
from archcalc.layers import LAYERS, layer_type, words
from archcalc.layers.base import WORDS, Elementwise

HEAVY = ("torch", "sympy", "pandas", "numpy", "matplotlib", "yaml", "fvcore", "jinja2")

FIVE, BOTTLENECK = "14x14x480 | conv 5x5x48 pad 2", "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"


def command(*arguments: str) -> str:
    """Return a program that runs archcalc's command line."""
    return f"""
import sys
from archcalc.cli import main
sys.argv = ["archcalc", *{arguments!r}]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""


# What is run, and whether it prints the comparison
PROGRAMS = {
    "import archcalc": ("import archcalc", ""),
    "archcalc compare": (command("compare", FIVE, BOTTLENECK), "21.4x fewer"),
    "read and analyze": (
        "import archcalc; print(archcalc.analyze('784 | fc 10').total('params'))",
        "7850",
    ),
    "archcalc summary": (command("summary", BOTTLENECK), "5.268M"),
    "archcalc explain": (command("explain", FIVE), "14*14*48 * 5*5*480"),
}


def loaded(program: str) -> tuple[set[str], str]:
    """Run a program in a fresh interpreter; return the heavy modules it loads, and its output."""
    asked = f"\nimport sys\nprint('loaded:', *sorted({set(HEAVY)!r} & set(sys.modules)))\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program + asked],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text, _, found = done.stdout.rpartition("loaded:")
    return set(found.split()), text


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_heavy_is_loaded(name: str) -> None:
    program, printed = PROGRAMS[name]
    found, text = loaded(program)
    assert found == set()
    assert printed in text


@pytest.mark.parametrize("program", ["import numpy", "import archcalc, sympy"])
def test_the_check_can_fail(program: str) -> None:
    found, _ = loaded(program)
    assert found == {program.split()[-1]}


def test_symbols_load_sympy_and_nothing_else() -> None:
    found, _ = loaded("import archcalc; archcalc.analyze('HxWxC | conv 3x3x8').total('macs')")
    assert found == {"sympy"}


@pytest.mark.parametrize("words", [("compare", "lenet5", "alexnet"), ("zoo", "list")])
def test_the_zoo_loads_yaml_and_nothing_else(words: tuple[str, ...]) -> None:
    found, text = loaded(command(*words))
    assert found == {"yaml"}
    assert "alexnet" in text


# The index of words is read from the files' text: it has to say what importing them says

PACKAGES = {
    "layers": (archcalc.layers, words, WORDS),
    "blocks": (archcalc.blocks, block_words, BLOCKS),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_the_index_is_what_the_files_register(name: str) -> None:
    package, indexed, registered = PACKAGES[name]
    for module in iter_modules(package.__path__):
        if not module.name.startswith("torch_"):
            import_module(f"{package.__name__}.{module.name}")
    own = {w: k for w, k in registered.items() if k.__module__.startswith(package.__name__)}
    assert indexed() == tuple(sorted(own))
    for word, module_name in registry.declared(package.__name__).items():
        assert own[word].__module__ == f"{package.__name__}.{module_name}"
        assert own[word].word == word


def test_the_registry_gives_every_word() -> None:
    assert set(LAYERS()) == set(words())
    assert {layer_type(word) for word in words()} == set(LAYERS().values())
    assert layer_type("no such layer") is None
    assert block_type("se") is BLOCKS["se"]
    assert block_type("conv") is None


def test_a_word_finds_its_file_alone() -> None:
    found, text = loaded(
        "import sys\nfrom archcalc.layers import layer_type\nlayer_type('relu')\n"
        "print([m for m in sys.modules if m.startswith('archcalc.layers.')])"
    )
    assert found == set()
    assert "archcalc.layers.activation" in text
    assert "archcalc.layers.conv" not in text


def test_a_word_belongs_to_one_class() -> None:
    kind = LAYERS()["relu"]
    with pytest.raises(TypeError, match=r"the word 'relu' is used by both .*Relu.* and .*Other"):
        type("Other", (Elementwise,), {}, word="relu")
    assert layer_type("relu") is kind


def test_a_word_belongs_to_one_file(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("families")
    for name in ("one", "two"):
        (folder / f"{name}.py").write_text('class Same(Layer, word="same"):\n    pass\n')
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(folder.parent))
    monkeypatch.setitem(sys.modules, folder.name, import_module(folder.name))
    with pytest.raises(TypeError, match="the word 'same' is declared in one and two"):
        registry.declared(folder.name)
