"""What a user of the official Python client may rely on. `python -m checks` runs all of it against OPENFIELD_URL."""
