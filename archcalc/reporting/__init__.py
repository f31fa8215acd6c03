"""Reports people keep: tables, plots and the prose between, from templates.

described    a net as templates see it
vocabulary   what a template can say; tables, pictures and evidence are what it says
environment  templates to text, in a sandbox
dialects     how markdown, HTML and LaTeX are written; filters: how numbers are rounded
report       what ``archcalc report`` is asked for, and its pages
writing      files: written, or held against those that are there
page         the HTML page
"""

from __future__ import annotations

from .report import Asked, Report, made, report_of
from .writing import Files, differences, save

__all__ = ["Asked", "Files", "Report", "differences", "made", "report_of", "save"]
