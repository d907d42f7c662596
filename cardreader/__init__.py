"""Cards over PC/SC: APDUs, families of cards, the service process. pyscard stays here."""
