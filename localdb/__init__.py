"""The kiosk's two databases: `localdb.catalogue` is read and replaced whole, `localdb.device` is written and kept."""
