"""Numbers with their nouns, and text that is safe to print."""

_CONSONANTS_Y = tuple(f"{letter}y" for letter in "bcdfghjklmnpqrstvwxz")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 error`, `1,000 rules`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith(_CONSONANTS_Y) else f"{number:,} {noun}s"


def printable(text: str, keep: str = "") -> str:
    r"""Write what nobody can see, and what could drive a terminal, as an escape: `\x1b`, `\u202e`.

    Args:
        text: any text, also one with lone surrogates.
        keep: characters that the caller makes safe by itself.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in keep else char.encode("unicode_escape").decode() for char in text
    )


def encodable(text: str, encoding: str) -> str:
    r"""Write what an encoding does not have as an escape: `\xfc` where the output is ASCII."""
    return text.encode(encoding, "backslashreplace").decode(encoding)
