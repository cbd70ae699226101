"""The other one: a second client that changes things behind the session's back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xcoll_tui.emulator.routes import Call

if TYPE_CHECKING:
    import random

    from tests.endurance.world import World

_DEFINITIONS = [{"key": "type"}, {"key": "n"}, {"key": "isbn", "unique": True}]


class Other:
    """Asks the service directly: nothing that it sends goes wrong."""

    def __init__(self, world: World, draw: random.Random) -> None:
        self.world = world
        self.draw = draw
        self._number = 0

    def ask(self, method: str, path: str, body: object = None) -> dict:
        content = b"" if body is None else json.dumps(body).encode()
        answer = self.world.perform(method, path.encode(), content, ours=False)
        return json.loads(answer.body)

    def upload(self) -> str:
        """Upload a file; return its ID."""
        self._number += 1
        name = f"report {self.draw.randint(0, 999):03} {self._number}.txt"
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = f"{head}{'x' * (self._number % 20)}\r\n--b--\r\n".encode()
        call = Call("POST", b"/v1/files", b"", "multipart/form-data; boundary=b", body)
        return json.loads(self.world._service._answer(call, False).body)["id"]

    def collection(self) -> str:
        self._number += 1
        made = self.ask(
            "POST",
            "/v1/collections",
            {"collection_name": f"other {self._number}", "field_definitions": _DEFINITIONS},
        )
        return made["collection_id"]

    def attach(self, shelf: str, file_id: str) -> None:
        fields = {"type": "10-K", "n": f"other {self._number}"}
        self.ask("POST", f"/v1/collections/{shelf}/documents/{file_id}", {"fields": fields})

    def furnish(self) -> None:
        """Make what there is in the beginning."""
        for many in (220, 30, 5, 0):
            shelf = self.collection()
            for _ in range(many):
                self.attach(shelf, self.upload())
        for _ in range(40):
            self.upload()

    def act(self) -> None:
        """Change something."""
        draw, shelves = self.draw, sorted(self.world.collections())
        chance = draw.random()
        if len(shelves) < 4 or (chance < 0.03 and len(shelves) < 9):
            self.collection()
        elif chance < 0.05 or len(shelves) > 12:
            self.ask("DELETE", f"/v1/collections/{draw.choice(shelves)}")
        elif chance < 0.12:
            self._number += 1
            self.ask(
                "PUT",
                f"/v1/collections/{draw.choice(shelves)}",
                {"collection_name": f"other name {self._number}"},
            )
        elif chance < 0.45:
            self.attach(draw.choice(shelves), self.upload())
        else:
            self._change_document()

    def _change_document(self) -> None:
        draw = self.draw
        places = sorted(self.world.documents())
        if not places:
            return
        shelf, file_id = draw.choice(places)
        path = f"/v1/collections/{shelf}/documents/{file_id}"
        self._number += 1
        if draw.random() < 0.4:
            self.ask("DELETE", path)
        else:
            self.ask("PATCH", path, {"fields": {"type": "8-K", "n": f"other {self._number}"}})
