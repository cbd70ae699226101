"""The floor of `xcoll export`: the same pages from both ends, read and thrown away.

Run as `bare_export.py COLLECTION_ID DOCUMENTS`.
"""

import asyncio
import os
import sys

import httpx


async def main(collection_id, total):
    headers = {"Authorization": f"Bearer {os.environ['XAI_MANAGEMENT_KEY']}"}
    base_url, path = os.environ["XCOLL_BASE_URL"], f"/v1/collections/{collection_id}/documents"
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60) as client:
        seen = 0

        async def walk(order):
            nonlocal seen
            asked = {"limit": 100, "order": order, "sort_by": "DOCUMENTS_SORT_BY_NAME"}
            while seen < total:
                page = (await client.get(path, params=asked)).json()
                seen += len(page["documents"])
                token = page.get("pagination_token")
                if not token:
                    break
                asked["pagination_token"] = token

        await asyncio.gather(walk("ORDERING_ASCENDING"), walk("ORDERING_DESCENDING"))
    if seen < total:
        raise SystemExit(f"{seen} of {total}")


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
