"""A session that is made to die: forked for each case, writes what it is told, and is killed.

Run as a program it reads a case a line (JSON) and answers the process ID of its child; what is
slow to import is imported once.
"""

# ruff: noqa: T201 - it speaks through its output

import asyncio
import json
import os
import sys
from pathlib import Path

from xcoll_tui.api.client import Client
from xcoll_tui.session.bulk.work import Item
from xcoll_tui.session.session import Session

# The session may look for this long, however slowly the service shows what it did.
FASTER = 20.0


async def _sleep(seconds):
    await asyncio.sleep(seconds / FASTER)


async def _write(case):
    collection, file_ids = case["collection"], case["file_ids"]
    async with Client(case["key"], case["url"]) as client:
        session = Session(client, state=Path(case["state"]), place=case["url"], sleep=_sleep)
        await session.state.load()
        await session.open_collection(collection)
        await WRITES[case["write"]](session, case, collection, file_ids)
        await session.end()


async def _remove(session, _case, collection, file_ids):
    await session.document_writes.remove(file_ids[0], collection_id=collection)


async def _replace(session, case, collection, file_ids):
    await session.document_writes.edit_fields(
        file_ids[0], case["new"], base=case["old"], replace=True, collection_id=collection
    )


async def _remove_many(session, _case, collection, file_ids):
    await session.bulk.remove(collection, [Item(file_id) for file_id in file_ids]).wait()


async def _set_many(session, case, collection, file_ids):
    items = [Item(file_id, "", case["old"]) for file_id in file_ids]
    await session.bulk.set_field(collection, items, "type", "10-K", replace=True).wait()


async def _attach_many(session, case, collection, _file_ids):
    items = [Item(file_id, "", case["new"]) for file_id in case["files"]]
    await session.bulk.attach(collection, items).wait()


async def _undo_many(session, case, collection, file_ids):
    await _remove_many(session, case, collection, file_ids)
    await session.undo()


async def _restore(session, case, _collection, _file_ids):
    await session.backups.recreate(Path(case["backup"]))


WRITES = {
    "remove": _remove,
    "replace": _replace,
    "remove many": _remove_many,
    "set many": _set_many,
    "attach many": _attach_many,
    "undo many": _undo_many,
    "restore": _restore,
}


def main():
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(_write(json.loads(line)))
            finally:
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
