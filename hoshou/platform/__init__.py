"""What every plugin stands on."""
