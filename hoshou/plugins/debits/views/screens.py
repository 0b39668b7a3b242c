"""All screens of the money, in the order of their menu."""

from hoshou.plugins.debits.views import agents, failures, mandates, receivables, runs

SCREENS = (
    *mandates.SCREENS,
    *runs.SCREENS,
    *failures.SCREENS,
    *receivables.SCREENS,
    *agents.SCREENS,
)
