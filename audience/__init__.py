"""The simulated audience: who reads, how they are asked, what came back. Standard library only."""
