"""Marks as pages: one student, a class, a key and a slip explained."""

from __future__ import annotations

from .classroom import class_page, report_page
from .keys import key_page
from .rules import rule_page, rules_page
from .sheets import sheet_page

__all__ = ["class_page", "key_page", "report_page", "rule_page", "rules_page", "sheet_page"]
