"""What changed between two states of nets, and whether a budget broke."""
