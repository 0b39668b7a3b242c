"""The REST API's base: personal tokens open it, JSON goes in and out."""
