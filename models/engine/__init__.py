"""The engine, a file a page: running.py is where to begin. Knows tokens, and no draft, no audience and no file."""
