"""Kivy: draws what a journey says. `stage` holds the page and the sheet over it, `pages` draw one kind of view each
out of the parts in `kit`; nothing here decides anything.
"""
