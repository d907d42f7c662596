"""What kiosks send home, both ends: enrolment, keys of devices, signed requests, sealing, delivery of the outbox.

Without a database and without pages: the kiosk and the hub bring their own.
"""
