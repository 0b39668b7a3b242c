"""All screens of the money, in the order of their menu."""

from hoshou.plugins.debits.views import agents, failures, mandates, receivables, refunds, runs

SCREENS = (
    *mandates.SCREENS,
    *runs.SCREENS,
    *failures.SCREENS,
    *receivables.SCREENS,
    *refunds.SCREENS,
    *agents.SCREENS,
)
