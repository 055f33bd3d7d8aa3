"""What a pattern was probably meant to be: the nearest event, other values and keys, a pattern that AWS accepts."""
