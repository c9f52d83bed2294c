"""Pulls from a server that publishes what the test wants."""

from __future__ import annotations

from pathlib import Path

from litetts_edge.catalogue.entries import Catalogue
from litetts_edge.catalogue.pull import Pulled, pull
from litetts_edge.catalogue.shelf import Shelf
from tests.published import Impatience, Notes, PublishedFiles, published_catalogue


class Pulling:
    """A pull, with everything that it needs."""

    def __init__(self, server: PublishedFiles, folder: Path) -> None:
        self.catalogue: Catalogue = published_catalogue(server.base)
        self.shelf = Shelf(folder)
        self.notes = Notes()
        self.impatience = Impatience()

    def pull(self, name: str, *voices: str, mirror: str = "") -> Pulled:
        model = self.catalogue.find(name)
        return pull(
            model,
            model.chosen(voices),
            self.shelf,
            self.catalogue,
            self.notes,
            mirror,
            patience=self.impatience.patience,
        )
