"""What a YAML spec says beside its net: limits that it keeps, and published figures."""

from __future__ import annotations

import re

from .entries import (
    Figure,
)
from .keys import Fields, Keys
from .tree import Node, Scalar, Sequence


class Claims(Keys):
    """Reads budgets and published figures."""

    def limits(self, merged: Fields) -> list[Figure]:
        found = []
        for key, node in self.pairs(merged.get("budget", (None, None))[1], "budget"):
            text = node.text.strip() if isinstance(node, Scalar) else ""
            limit = re.fullmatch(r"(<=|<)\s*(\S.*)", text)
            if not limit:
                fact = f'the budget of {key.text[:40]} is no limit: "{text[:40]}"'
                help = "an upper limit, <= or <, of a column: `params: <= 3.6M`"
                self.problem("E22", fact, node.span, help)
                continue
            found.append(Figure(key.text, limit[2], limit[1], span=key.span))
        return found

    def figures(self, merged: Fields) -> list[Figure]:
        if "published" not in merged:
            return []
        key, node = merged["published"]
        if not isinstance(node, Sequence):
            self.problem(
                "E22",
                "published is a list of figures",
                key.span,
                "- {params: 60M, source: abstract}",
            )
            return []
        made = (self.figure(item, self.words(merged, "source")) for item in node.items)
        return [one for one in made if one is not None]

    def figure(self, node: Node, source: str) -> Figure | None:
        about = ("source", "differs", "of", "thousand", "train")
        given: dict[str, Node] = {}
        keys: list[Scalar] = []
        for key, value in self.pairs(node, "a published figure"):
            given[key.text] = value
            if key.text not in about:
                keys.append(key)
        if len(keys) != 1 or not isinstance(given[keys[0].text], Scalar):
            fact = "a published figure has one quantity, its value and its source"
            self.problem("E22", fact, node.span, "- {params: 60M, source: abstract}")
            return None
        texts = {key: value.text for key, value in given.items() if isinstance(value, Scalar)}
        of = given.get("of")
        names = of.items if isinstance(of, Sequence) else (of,) if of else ()
        if not all(isinstance(one, Scalar) for one in names) or "source" in given.keys() - texts:
            fact = "`of` names layers or groups, `source` is a text"
            self.problem("E22", fact, node.span, "of: [conv1, conv2_x]")
            return None
        thousand, train = texts.get("thousand", "1000"), texts.get("train", "false")
        if thousand not in ("1000", "1024") or train not in ("true", "false"):
            self.problem("E22", "thousand is 1000 or 1024, train is true or false", node.span)
            return None
        return Figure(
            keys[0].text,
            texts[keys[0].text].strip(),
            of=tuple(name.text for name in names if isinstance(name, Scalar)),
            source=" ".join(texts.get("source", source).split()),
            differs=" ".join(texts.get("differs", "").split()),
            thousand=int(thousand),
            train=train == "true",
            span=keys[0].span,
        )
