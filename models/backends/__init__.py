"""One file a backend; the file's name is the scheme. See models/__init__.py for what each must hold."""
