"""A run of the bench: how thorough it is, and the services that its measures share."""

from contextlib import ExitStack
from typing import TypeVar

from tests.bench.service import Service, serve

T = TypeVar("T")


class Run(ExitStack):
    """What the measures of one run have in common; its services end with it.

    What changes what a service holds starts one of its own: `serve` of tests.bench.service.
    """

    def __init__(self, *, quick: bool) -> None:
        super().__init__()
        self.quick = quick
        self._services: dict[tuple[int, int], Service] = {}

    def of(self, whole: T, quick: T) -> T:
        """Return what goes with this run: a number of rounds, or of rows."""
        return quick if self.quick else whole

    @property
    def many(self) -> int:
        """As many documents as a large collection has."""
        return self.of(100_000, 10_000)

    def serve(self, documents: int, *, latency: int = 0) -> Service:
        """Return a service that answers so many milliseconds late; started with its first use."""
        size = documents, latency
        if size not in self._services:
            service = serve(documents, "--latency", str(latency))
            self._services[size] = self.enter_context(service)
        return self._services[size]
