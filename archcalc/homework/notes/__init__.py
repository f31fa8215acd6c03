"""Notes and reports that state numbers about a spec: which claims are true, and which are not.

markdown     the elements of a note; cleaning takes the markup off
specs        the block that gives nets; scope says what names mean among them
words        quantities in English and Korean, and the words that may stand around a number
pieces       a sentence in what it names, asks and counts; lexing makes its tokens
sentences    claims in prose
tables       claims in tables
arithmetic   calculations that are written out
judgement    a number held against a net
checking     the whole note
"""

from .checking import check_notes
from .claims import Checked, Claim
from .page import notes_page

__all__ = ("Checked", "Claim", "check_notes", "notes_page")
