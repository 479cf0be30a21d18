"""The faces of Soundingboard: the terminal, and pages that people keep."""
