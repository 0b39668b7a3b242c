"""The scheme's documents: rows in, PDF bytes out (B-109). Each module makes one of them."""
