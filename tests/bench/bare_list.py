"""The floor of `xcoll list`: a script of a few lines that makes the same request and prints it."""

import os
import sys

import httpx

headers = {"Authorization": f"Bearer {os.environ['XAI_MANAGEMENT_KEY']}"}
asked = {"limit": 100, "order": "ORDERING_ASCENDING", "sort_by": "COLLECTIONS_SORT_BY_NAME"}
with httpx.Client(base_url=os.environ["XCOLL_BASE_URL"], headers=headers) as client:
    for row in client.get("/v1/collections", params=asked).json()["collections"]:
        sys.stdout.write(f"{row['collection_id']}\t{row['collection_name']}\n")
