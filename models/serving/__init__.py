"""Servers that speak the OpenAI-compatible way: where they are, how each wants to be asked, what their answers mean.

address.py     what stands after `server:`, and whether the draft may go there
client.py      one server: a request, and every way in which it can go wrong
pool.py        several as one: who asks which, who takes over, how often it is tried
streaming.py   an answer that comes in pieces
answers.py     what comes back -> words, chances of labels
manner.py      how a server wants to be asked
probing.py     finding that out, and what it serves

Knows prompts and no draft's worth; nothing here is imported before a server is named.
"""
