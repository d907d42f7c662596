"""Content coming down: trust, publishing, fetching, USB. tuf, requests and zstandard stay here."""
