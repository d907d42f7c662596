"""What a citizen does, step by step, as state and decisions: view states that a screen can draw; no pixels, no
devices.
"""
