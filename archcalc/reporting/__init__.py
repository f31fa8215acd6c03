"""Reports people keep: tables, plots and the prose between, from templates."""
