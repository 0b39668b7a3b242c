"""The ledger: every event booked once, in balanced entries."""
