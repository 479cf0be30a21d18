"""One file a command. Each holds `add(app)`, which puts it on the command line with one line of help and an example."""
