"""The terminal: a file a command in commands/, one live view, one report. Knows no Discord and no SQL."""
