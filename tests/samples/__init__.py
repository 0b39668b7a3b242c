"""Makers of sample files. Each returns bytes and reads nothing but installed packages."""
