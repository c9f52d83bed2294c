"""Why a node is not announced. No request fails by it, so it has no code; the log says it."""


class MdnsFailed(Exception):
    """The node cannot be announced now; a later try may succeed. Its text is for people."""
