"""The proxy of the requests, chosen by the conventions of curl and of Python's own library.

Lower-case names go before upper-case ones, HTTPS_PROXY before ALL_PROXY, NO_PROXY before both.
Nothing of a proxy's URL is repeated but its host and port: the rest may be a password.
"""

import ipaddress
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from xcoll_tui.api.errors import Misconfigured
from xcoll_tui.api.keys import KEY_PREFIX
from xcoll_tui.environment import Report, Variable, report_nothing

_HOST = r"[^\W_](?:[\w-]|\.(?=[\w-])){0,252}\.?|\[[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,16})?\]"
_BARE_IPV6 = r"[0-9A-Fa-f:.]+"
_PORT = r"[0-9]{1,5}"
_ENTRY = (
    r"(?:(?P<scheme>[a-z]+)://)?"
    r"(?:\[(?P<bracketed>[0-9a-f:.]+)(?:%[\w.-]+)?\]|(?P<bare>[0-9a-f.]*:[0-9a-f:.]*:[0-9a-f:.]*)"
    r"(?:%[\w.-]+)?|(?P<name>[\w.*-]+))"
    r"(?P<range>/[0-9]{1,3})?(?::(?P<port>[0-9]{1,5}))?/?"
)
# Of the user and the password; what a host may not hold is refused anyway.
_UNEXPANDED = r"\$[{(]|\{\{|%[A-Z_][A-Z0-9_]{2,}%|(?:^|:)(?:\$[A-Za-z_]\w*|<[^<>]*>)(?=:|$)"
# What people write who want none, and what programs print that have none.
_NO_ADDRESS = {
    *("none", "no", "off", "false", "null", "nil", "undefined", "direct", "disable", "disabled"),
    *("true", "yes", "on", "unset", "auto", "default", "system"),
}
_DEFAULT_PORT = 443
# What is longer is no host's name, and matching takes time.
_LONGEST_ENTRY, _MOST_WILDCARDS = 300, 3


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable that names it; neither the user nor the password is shown."""

    variable: str
    scheme: str
    host: str
    port: int | None = None
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """Where it is, without the user and the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{'' if self.port is None else f':{self.port}'}"


def choose_proxy(
    base_url: str, environment: Mapping[str, str], report: Report = report_nothing
) -> Proxy | None:
    """Return the proxy for requests to `base_url`, None where they go there directly.

    Raises Misconfigured for one that would be used and cannot be. What plays no part may be as
    broken as it likes: http goes to this machine only, and never through a proxy, which would see
    the key.
    """
    proxy, problem = _choose(urlsplit(base_url), environment, report)
    # A traceback that shows locals would show passwords.
    del environment
    if problem:
        raise Misconfigured(problem)
    return proxy


def _choose(
    service: SplitResult, environment: Mapping[str, str], report: Report
) -> tuple[Proxy | None, str]:
    """Return the proxy, or a sentence on why the one that is named cannot be used."""
    host = service.hostname or ""
    no_proxy, https, every, http = (
        _settings_of(name, environment, report)
        for name in ("no_proxy", "https_proxy", "all_proxy", "http_proxy")
    )
    proxies = [*https, *every]
    if not [*proxies, *http, *no_proxy]:
        proxies = list(_system_settings(host))
    if service.scheme == "http":
        _ignore([*proxies, *http, *no_proxy], "the service is on this machine", report)
        return None, ""
    _ignore(http, "it is for http addresses, and the service is asked by https", report)
    for setting in no_proxy:
        if _excludes(setting, host, service.port or _DEFAULT_PORT, report):
            _ignore(proxies, f"{setting.name} excludes {host}", report)
            return None, ""
    if not proxies:
        return None, ""
    (variable, value), *ignored = proxies
    _ignore(ignored, f"{variable} takes precedence", report)
    try:
        proxy = _parse(variable, value)
    except _Unusable as problem:
        report(Variable(variable, False, str(problem)))
        return None, (
            f"Nothing was sent: {variable} names a proxy that cannot be used: {problem}. "
            f"Correct it or unset it, or list {host} in NO_PROXY."
        )
    report(Variable(variable, True, f"requests go through the proxy {proxy.address}"))
    return proxy, ""


class _Setting(NamedTuple):
    """A variable that counts, and what it says."""

    name: str
    value: str


def _settings_of(name: str, environment: Mapping[str, str], report: Report) -> list[_Setting]:
    """Return the spelling of a name that counts and its value; none where it is unset or empty.

    Set to nothing, the lower-case name switches the other one off.
    """
    spellings = [spelling for spelling in environment if spelling.lower() == name]
    spellings.sort(key=lambda spelling: (spelling != name, spelling != name.upper()))
    if not spellings:
        return []
    first, *later_spellings = spellings
    value = environment[first].strip()
    note = f"{first} takes precedence" + ("" if value else ", and is empty")
    for later in later_spellings:
        if environment[later].strip():
            report(Variable(later, False, note))
    return [_Setting(first, value)] if value else []


def _system_settings(host: str) -> Iterator[_Setting]:
    """Yield the proxy of the settings of macOS or Windows, unless they exclude the host."""
    if not sys.platform.startswith(("darwin", "win")):
        return
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow, and seldom needed

    value = getproxies().get("https", "")
    if value and not proxy_bypass(host):
        yield _Setting("the system's proxy settings", value)


def _ignore(settings: list[_Setting], note: str, report: Report) -> None:
    for setting in settings:
        report(Variable(setting.name, False, note))


def refusal_of(proxy: Proxy, base_url: str, words: str) -> tuple[str, bool]:
    """Say in a clause why a proxy let nothing through, and whether it will be so the next time.

    Of its own words only the status counts: they may repeat what it was given.
    """
    status, proxy_name = words[:3], f"the proxy of {proxy.variable}"
    if status == "407":
        return (
            f"{proxy_name} asks for a user name and password, and was given none that it takes",
            True,
        )
    reason = f"HTTP {status}" if status.isdecimal() else "its answer is not HTTP"
    return f"{proxy_name} does not let through to {base_url} ({reason})", False


# NO_PROXY


def _excludes(setting: _Setting, host: str, port: int, report: Report) -> bool:
    """Tell whether a list of hosts names this one; what cannot be read in it names none."""
    entries = [entry.strip("\"'") for entry in re.split(r"[\s,;]+", setting.value.lower())]
    answers = [_names(entry, host, port) for entry in entries if entry]
    broken = answers.count(None)
    excluded = True in answers
    note = f"it excludes {host}" if excluded else f"it does not name {host}"
    if broken:
        note += f"; {broken} of its {len(answers)} entries cannot be read"
    report(Variable(setting.name, excluded, note))
    return excluded


def _names(entry: str, host: str, port: int) -> bool | None:
    """Tell whether an entry names a host or one above it; None where it cannot be read."""
    match = re.fullmatch(_ENTRY, entry) if len(entry) <= _LONGEST_ENTRY else None
    if match is None:
        return None
    if match["scheme"] not in {None, "all", "https"} or int(match["port"] or port) != port:
        return False
    text = match["bracketed"] or match["bare"] or match["name"]
    address = _address(host)
    try:
        network = ipaddress.ip_network(text + (match["range"] or ""), strict=False)
    except ValueError:
        if match["name"] is None or match["range"]:
            return None
        return _is_below(host.rstrip("."), text, is_name=address is None)
    return address is not None and address in network


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    return None


def _is_below(host: str, name: str, *, is_name: bool) -> bool:
    if name == "*":
        return True
    name = name.lstrip("*").strip(".")
    if not name or name.count("*") > _MOST_WILDCARDS:
        return False
    pattern = ".*".join(map(re.escape, name.split("*")))
    return re.fullmatch(rf"(?:.*\.)?{pattern}" if is_name else pattern, host) is not None


# A proxy's URL


class _Unusable(Exception):  # noqa: N818 - a clause that says why
    """Why a proxy's URL cannot be used."""


def _parse(variable: str, value: str) -> Proxy:
    """Read a proxy's URL; raises _Unusable.

    The user and the password end at the last @, so that a # or / in them does no harm.
    """
    if not value.isprintable():
        raise _Unusable("it holds a character that URLs cannot contain")
    if KEY_PREFIX in value:
        raise _Unusable("it holds a management key")
    if value[0] in "\"'`“‘" or value[-1] in "\"'`”’":
        raise _Unusable("it is in quotation marks, which became part of it")
    scheme, separator, rest = value.partition("://")
    scheme, rest = (scheme.lower(), rest) if separator else ("http", value)
    if scheme.startswith("socks"):
        raise _Unusable("it is a SOCKS proxy, and xcoll speaks to HTTP proxies only")
    if scheme not in {"http", "https"}:
        raise _Unusable("it begins with neither http:// nor https://")
    credentials, has_credentials, authority = rest.rpartition("@")
    if not has_credentials and authority.rstrip("/").lower() in _NO_ADDRESS:
        raise _Unusable("it is a word, not an address")
    host, port = _place_in(re.split(r"[/?#]", authority, maxsplit=1)[0])
    if re.search(_UNEXPANDED, credentials):
        raise _Unusable("it holds a placeholder, and nothing was put in its place")
    user, _, password = credentials.partition(":")
    return Proxy(
        variable,
        scheme,
        host,
        port,
        unquote(user) if has_credentials else None,
        unquote(password),
    )


def _place_in(authority: str) -> tuple[str, int | None]:
    if authority.count(":") > 1 and re.fullmatch(_BARE_IPV6, authority):
        raise _Unusable("an IPv6 address stands in brackets, as in http://[::1]:3128")
    host, colon, port = authority, "", ""
    if not authority.endswith("]"):
        host, colon, port = authority.partition(":")
        if authority.startswith("["):
            host, colon, port = authority.rpartition(":")
    if not host:
        raise _Unusable("it names no host")
    labels = host.rstrip(".").split(".")
    if re.fullmatch(_HOST, host) is None or any(len(label) > 63 for label in labels):
        raise _Unusable("its host cannot be used")
    if port and (re.fullmatch(_PORT, port) is None or not 0 < int(port) < 65_536):
        raise _Unusable("its port is not a number from 1 to 65535")
    # In a URL the % before a zone, as in fe80::1%25eth0, is written as %25.
    return host.strip("[]").replace("%25", "%"), int(port) if colon and port else None
