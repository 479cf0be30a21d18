"""Evidence: what real outcomes say about a forecast, and how often its like has been right. Knows no Discord and no SQL."""
