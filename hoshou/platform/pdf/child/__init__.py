"""What runs in the limited child processes. Only ``protocol`` may be imported from outside."""
