"""Fitting the ranker from real outcomes, once and for all; what is shipped is what it writes. Needs torch."""
