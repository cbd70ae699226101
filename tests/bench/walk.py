"""The floor of filling: all pages of a collection with the same client, kept or thrown away.

Run as `python -m tests.bench.walk discard|keep URL KEY COLLECTION_ID`; prints one JSON object. Like
the program it walks from both ends at once until it has seen every document.
"""

import asyncio
import gc
import json
import os
import sys
import time
from pathlib import Path

from xcoll_tui.api.client import Client
from xcoll_tui.api.models import Document, DocumentsSortBy, Ordering


def _resident() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def walk(url: str, key: str, collection_id: str, *, keep: bool) -> dict[str, float]:
    kept: list[Document] = []
    async with Client(key, url) as client:
        total = (await client.get_collection(collection_id)).documents_count
        before = _resident()
        seen = 0

        async def walk_from(order: Ordering) -> None:
            nonlocal seen
            token = None
            while seen < total:
                page = await client.list_documents(
                    collection_id,
                    limit=100,
                    order=order,
                    sort_by=DocumentsSortBy.NAME,
                    pagination_token=token,
                )
                seen += len(page.documents)
                if keep:
                    kept.extend(page.documents)
                token = page.pagination_token

        started = time.perf_counter()
        await asyncio.gather(walk_from(Ordering.ASCENDING), walk_from(Ordering.DESCENDING))
        seconds = time.perf_counter() - started
        gc.collect()
        return {"seconds": seconds, "bytes": _resident() - before, "documents": seen}


if __name__ == "__main__":
    how, *where = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(walk(*where, keep=how == "keep"))) + "\n")
