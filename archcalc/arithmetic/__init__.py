"""Numbers of every kind that a formula may be given, and how people write them."""
