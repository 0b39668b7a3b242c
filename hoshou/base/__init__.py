"""Pure Python that every other layer may use: no web, database, mail or scheduler package."""
