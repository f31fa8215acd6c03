"""What the units of a net see of its input: all layers in a table, one unit in a picture."""
