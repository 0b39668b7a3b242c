"""The limits that the manual offers, in yen; a table of rates has to have exactly these (II.(2))."""

OKU = 100_000_000

BASIC_LIMITS = tuple(OKU * number for number in range(1, 11))
"""身体・財物共通, 1億円 to 10億円 (B-017)."""

KEY_RECREATION_LIMITS = (5_000_000, 10_000_000, 20_000_000)
"""Option 1 (B-024)."""

VALUABLES_LIMITS = (30_000_000, 50_000_000, OKU)
"""Option 2 (B-025)."""
