"""What a test says when something is not as it must be."""


class Wrong(Exception):
    """What must not be; the text says what."""


def need(right, what):
    if not right:
        raise Wrong(what)
