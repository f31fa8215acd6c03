"""Closed forms: totals of nets with symbols as a textbook writes them, and what follows."""
