"""Figures, one command each: `python -m benchmarks.NAME`. Every one prints the machine and the command beside its figures."""
