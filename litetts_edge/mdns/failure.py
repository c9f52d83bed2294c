"""Why a node is not announced. No request fails by it, so it has no code; the log says it."""


class MdnsFailed(Exception):
    """The node cannot be announced now; a later try may succeed. Its text is for people."""

    def __init__(self, text: str, least_pause_s: float = 0.0) -> None:
        """`least_pause_s`: an earlier try would do harm."""
        super().__init__(text)
        self.least_pause_s = least_pause_s
