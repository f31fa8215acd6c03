"""The notation: text to a tree of entries and back. It knows no shapes and no costs."""
