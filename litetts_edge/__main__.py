"""`python -m litetts_edge` is `litetts-edge`."""

from litetts_edge.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
