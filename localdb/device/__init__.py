"""The device store: what must outlive a restart of this kiosk, in `device.db`. States only, never contents.

Nothing in it says what a citizen looked for, read or printed: a slip is a number, a state, a code and a length of
paper. Words stand there only when several separate visits of one day asked them in vain (`domain.unmet`).
"""
