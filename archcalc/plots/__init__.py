"""Plots of nets and times, drawn by matplotlib; each is a table first. One kind per file."""
