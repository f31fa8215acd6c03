"""Which numbers for the unknowns of a spec reach a goal, with the proof."""
