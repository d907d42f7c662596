"""The plug board: settings, wiring, command line, health, logs, staff gate. It fills the ports of `domain.ports` with
the rooms below and decides nothing itself.
"""
