"""Virtual cards on a virtual reader, through real pcscd.

`python -m workbench.cards` runs a pcscd of its own on a private socket, in a private network namespace, and lays named
cards on its readers. A process finds it by `PCSCLITE_CSOCK_NAME`; nothing else about it is different from a street
kiosk.
"""
