"""Numbers with their nouns."""

_CONSONANTS_Y = tuple(f"{letter}y" for letter in "bcdfghjklmnpqrstvwxz")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 error`, `1,000 rules`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith(_CONSONANTS_Y) else f"{number:,} {noun}s"
