"""The slip printer.

Slips become dots (`printer.layout`), dots become ESC/POS (`printer.raster`), `printer.spooler` prints them.
"""
