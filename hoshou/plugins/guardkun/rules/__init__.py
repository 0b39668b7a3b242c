"""Pure rules of the scheme: stages, deadlines of the way, facts that have to be complete."""
