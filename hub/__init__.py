"""The city's content hub: people, items with their versions and review, releases, audit; `office` opens it."""
