"""Text of unknown origin, made safe to print."""


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
