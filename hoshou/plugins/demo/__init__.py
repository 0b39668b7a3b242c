"""Demo data: fictional policies whose certificates look like certificates, each marked 見本."""
