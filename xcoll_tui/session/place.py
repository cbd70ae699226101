"""The place that data belong to: a host and a team, whatever their spelling and the profile are.

What is kept on disk for one place must be found again under another spelling of it, and must never
be taken for another team's.
"""

from __future__ import annotations

import hashlib
import ipaddress
from urllib.parse import urlsplit

from msgspec import Struct

from xcoll_tui.api.urls import is_loopback

_LOOPBACK = "loopback"
_PORTS = {"http": 80, "https": 443}


class Place(Struct, frozen=True):
    """The host and the team that data belong to.

    `host` is normalised: in lower case, without a scheme, a user name, a slash or `/v1` at its end;
    a path before that is kept. Every name of this machine is `loopback`. The port follows unless it
    is 443, so `http://localhost` is `loopback:80`: what answers on another port is another service.
    `team` is "" while it is not known.
    """

    host: str
    team: str = ""

    @classmethod
    def of(cls, base_url: str, team: str = "") -> Place:
        """Return the place of a base URL; what is no URL stands for itself."""
        return cls(_host_of(base_url), team)

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read what `str()` wrote, or the base URL and profile of older records.

        A profile says nothing about the team.
        """
        first, _, rest = text.partition(" ")
        return cls.of(first) if "://" in first else cls(first, rest)

    def __str__(self) -> str:
        return f"{self.host} {self.team}" if self.team else self.host

    @property
    def digest(self) -> str:
        """A short name for files, which neither a host nor a team can break."""
        content = f"{self.host}\n{self.team}".encode(errors="surrogatepass")
        return hashlib.sha256(content).hexdigest()[:16]

    def owns(self, other: Place) -> bool:
        """Tell whether the other's data may be this place's: an unknown team may be any team."""
        return self.host == other.host and ("" in (self.team, other.team) or self == other)


def _host_of(base_url: str) -> str:
    address = base_url.strip()
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return address
    name = (parts.hostname or "").rstrip(".")
    if not name:
        return address
    if ":" in name:
        name = _numeric(name)
    elif is_loopback(name):
        name = _LOOPBACK
    port = port or _PORTS.get(parts.scheme, 443)
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return f"{name}{'' if port == _PORTS['https'] else f':{port}'}{path}"


def _numeric(name: str) -> str:
    """Return an IPv6 address in its one short form."""
    try:
        address = ipaddress.IPv6Address(name)
    except ValueError:
        return f"[{name}]"
    mapped = address.ipv4_mapped
    if address.is_loopback or (mapped is not None and mapped.is_loopback):
        return _LOOPBACK
    return f"[{address.compressed}]"
