"""The zoo reader: an architecture by its name, ``resnet50`` or ``alexnet:torchvision``."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path

from ..blocks import block_type
from ..errors import UsageError
from ..layers import layer_type
from ..notation.entries import Spec
from ..zoo import entries, families

_NAME = re.compile(r"[a-z][a-z0-9_.-]*(?::[a-z0-9_.-]+)?", re.IGNORECASE)
_OTHER_NAMES = {"inception": "googlenet"}
_FILE = re.compile(r"\.(ya?ml|arch|txt|json)(:|$)")


def reads(source: str) -> bool:
    """Take ``zoo:NAME``, a name that is in the zoo, and a word that can only be meant as one."""
    if source.startswith("zoo:"):
        return True
    if len(source) > 100 or not _NAME.fullmatch(source) or _FILE.search(source):
        return False
    if source.lower() in entries():
        return True
    if block_type(source) and _begin(source) and not Path(source).exists():
        return True
    word = layer_type(source) or block_type(source) or source in ("aux", "id", "res")
    return source.islower() and len(source) > 2 and not word and not Path(source).exists()


def spec(source: str, layout: str, fragment: bool) -> Spec:
    """Return an architecture's spec. Errors: :class:`UsageError` (E34) where there is none."""
    from ..notation.documents import read_document

    name = source.removeprefix("zoo:").lower()
    family = entries().get(name)
    if family is None:
        raise unknown(name)
    # its files are height x width x channels, however shapes are to be printed
    return read_document(families()[family], f"zoo/{family}.yaml", variant=name)


def _begin(name: str) -> list[str]:
    """Return the architectures whose names begin with a word, whole nets before modules."""
    other = [_OTHER_NAMES[name]] if name in _OTHER_NAMES else []
    found = [one for one in entries() if one.startswith(name)]
    return other + sorted(found, key=lambda one: not one.startswith(f"{name}_"))


def _bare(name: str) -> str:
    return re.sub(r"[-_. ]", "", name)


def unknown(name: str) -> UsageError:
    """Return the error that says which names are near."""
    known = entries()
    alike = [one for one in known if _bare(one) == _bare(name)]
    alike += [one for one in _begin(name) if one not in alike]
    alike = alike or get_close_matches(name, known, 3, 0.6)
    nearest = f"; nearest: {', '.join(alike[:4])}" if alike else ""
    help = "`archcalc zoo list`; a file has a path"
    if block_type(name):
        help = f"`archcalc zoo list`; the block needs an input: `56x56x64 | {name} ...`"
    return UsageError("E34", f'no zoo entry "{name[:40]}"{nearest}', help)
