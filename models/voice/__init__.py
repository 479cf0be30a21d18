"""The voice: SmolLM2-135M-Instruct taught to answer a post as one reader does, in a mood and with something on their mind."""
