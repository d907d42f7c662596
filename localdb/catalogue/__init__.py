"""The read model: `build` makes a catalogue file from records, `CatalogueFile` answers from it, `CatalogueShelf` swaps
it.

A file is derived from published records and disposable; it is never migrated and never changed once it is in place.
Nothing is imported here, so that a screen that only reads does not load what a build needs.
"""
