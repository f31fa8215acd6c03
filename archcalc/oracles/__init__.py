"""The same numbers by other means: torch modules built from a graph, to be counted by others."""
