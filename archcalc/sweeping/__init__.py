"""Many variants at once: the same formulas on arrays of numbers."""
