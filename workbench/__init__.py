"""Virtual hardware with named faults, and made-up content for measuring.

Nothing here imports the product, so that a test which passes against the workbench says something: two programs written
apart read the same manuals. It is not part of what is installed on a street kiosk.
"""
