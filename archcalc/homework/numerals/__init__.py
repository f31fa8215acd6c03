"""Numbers, shapes and truth words as people write them: read exactly, or refused, never guessed.

page         any characters, LaTeX and markdown as plain text that remembers its places
tokens       numbers (literals), suffixes and units (vocabulary), signs and words
grammar      arithmetic on amounts: exact values with the half unit of their last digit
answers      one number, as a chain of equal sides
shapes       sizes
truths       true or false
"""

from .answers import Answer, Written, agree, number
from .refusal import Blank, Unreadable
from .shapes import Sizes, sizes
from .truths import truth

__all__ = (
    "Answer",
    "Blank",
    "Sizes",
    "Unreadable",
    "Written",
    "agree",
    "number",
    "sizes",
    "truth",
)
