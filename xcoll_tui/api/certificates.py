"""Trusted authorities of TLS: those of the web and the system, or those that a variable names."""

import os
import re
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from xcoll_tui.api.errors import Misconfigured
from xcoll_tui.environment import Report, Variable, report_nothing
from xcoll_tui.private_files import kind_of, open_for_appending

_FILE, _FOLDER, _KEY_LOG = "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"
# What other programs read; whoever set one of them may wait in vain for it to help here.
_OTHERS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
TLS_VARIABLES = (_FILE, _FOLDER, _KEY_LOG, *_OTHERS)
"""The variables that `create_context` knows."""
_LARGEST_FILE = 64 << 20
# OpenSSL finds a certificate in a folder by the hash of its subject.
_HASHED = r"[0-9a-f]{8}\.[0-9]+"
# OpenSSL's words for a chain that ends in nothing that is trusted.
_UNKNOWN_AUTHORITY = r"issuer|self[- ]signed|first certificate"
# Where systems keep their store; OpenSSL was told at its building, and not always for this system.
_STORES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)


def create_context(
    environment: Mapping[str, str], report: Report = report_nothing
) -> ssl.SSLContext:
    """Return what TLS is spoken with; blocks for a tenth of a second.

    SSL_CERT_FILE and SSL_CERT_DIR name the only authorities that are trusted, as in OpenSSL. Raises
    Misconfigured for a file or folder that a variable names and that cannot be used.
    """
    for name in _OTHERS:
        if environment.get(name):
            report(Variable(name, False, f"only {_FILE} and {_FOLDER} are read"))
    try:
        _check_key_log(environment.get(_KEY_LOG), report)
        file, folders = environment.get(_FILE), environment.get(_FOLDER)
        if file:
            context = _trust_file(file, report)
            if folders:
                _add_folders(context, folders, report)
        elif folders:
            context = _trust_folders(folders, report)
        else:
            context = _trust_everything()
    except _Unusable as problem:
        report(Variable(problem.name, False, problem.clause))
        sentence = str(problem)
    else:
        return context
    # A traceback that shows locals would show what else is in there.
    del environment
    raise Misconfigured(sentence)


def advise_on_untrusted(cause: str, environment: Mapping[str, str]) -> str:
    """Say, after a clause, how a certificate comes to be trusted; "" where that does not help."""
    if re.search(_UNKNOWN_AUTHORITY, cause) is None:
        return ""  # it has expired, or is for another name
    for name in (_FILE, _FOLDER):
        if environment.get(name):
            return f"; {name} names the only authorities that are trusted"
    return f"; the certificate of a private authority can be named in {_FILE}"


class _Unusable(Exception):  # noqa: N818 - a clause that says why
    """Why what a variable names cannot be used; `str()` is the whole sentence."""

    def __init__(self, name: str, path: str, clause: str, advice: str) -> None:
        self.name, self.clause = name, clause
        super().__init__(
            f"Nothing was sent: {name} names {path}, which cannot be used: {clause}. {advice}, or "
            f"unset {name}."
        )


def _trust_file(path: str, report: Report) -> ssl.SSLContext:
    advice = "Name a file of certificates as PEM text"
    clause = _problem_of_file(path)
    if clause is None:
        try:
            context = ssl.create_default_context(cafile=path)
        except ssl.SSLError:
            clause = "it holds no certificate that can be read"
        except OSError as error:
            clause = _words_of(error)
        else:
            if context.cert_store_stats()["x509"]:
                report(Variable(_FILE, True, f"the authorities in {path} are trusted"))
                return context
            clause = "it holds no certificate"
    # Raised out here, it has no context.
    raise _Unusable(_FILE, path, clause, advice)


def _problem_of_file(path: str) -> str | None:
    try:
        status = Path(path).stat()
    except OSError as error:
        return _words_of(error)
    kind = kind_of(status.st_mode)
    if kind:
        return f"it is {kind}"
    if not status.st_size:
        return "it is empty"
    return "it is too large to be read" if status.st_size > _LARGEST_FILE else None


def _trust_folders(folders: str, report: Report) -> ssl.SSLContext:
    problems = {folder: _problem_of_folder(folder) for folder in folders.split(os.pathsep)}
    usable = next((folder for folder, problem in problems.items() if not problem), None)
    if usable is None:
        path, clause = next(iter(problems.items()))
        raise _Unusable(_FOLDER, path, clause, "Name a folder that openssl rehash was run on")
    context = ssl.create_default_context(capath=usable)
    _add_folders(context, folders, report)
    return context


def _add_folders(context: ssl.SSLContext, folders: str, report: Report) -> None:
    for folder in folders.split(os.pathsep):
        problem = _problem_of_folder(folder)
        if problem:
            report(Variable(_FOLDER, False, f"{folder}: {problem}"))
        else:
            context.load_verify_locations(capath=folder)
            report(Variable(_FOLDER, True, f"the authorities in {folder} are trusted"))


def _problem_of_folder(folder: str) -> str:
    try:
        hashed = any(re.fullmatch(_HASHED, path.name) for path in Path(folder).iterdir())
    except OSError as error:
        return _words_of(error)
    if hashed:
        return ""
    return "it holds no certificate under the name that OpenSSL looks for"


def _trust_everything() -> ssl.SSLContext:
    """Trust the authorities of the web, and those that this system was told to trust.

    Once, and not as truststore does it here: at each connection, for 60 ms on the loop.
    """
    import certifi  # noqa: PLC0415 - slow, and nothing before the first request needs it

    context = ssl.create_default_context(cafile=certifi.where())
    if sys.platform == "win32":
        context.load_default_certs()
        return context
    paths = ssl.get_default_verify_paths()
    store = next(filter(Path.is_file, map(Path, (paths.openssl_cafile, *_STORES))), None)
    # A store that is broken takes nothing away from what is trusted already.
    with suppress(OSError):
        if Path(paths.openssl_capath).is_dir():
            context.load_verify_locations(capath=paths.openssl_capath)
        if store is not None:
            context.load_verify_locations(cafile=store)
    return context


def _check_key_log(path: str | None, report: Report) -> None:
    """Raise _Unusable where the keys of TLS cannot be logged, as the variable wants it.

    The ssl library opens the file by itself, would wait at a pipe, and would let others read it.
    """
    if not path or path == os.devnull:
        return
    try:
        os.close(open_for_appending(Path(path)))
    except OSError as error:
        clause = _words_of(error)
    else:
        report(Variable(_KEY_LOG, True, f"what is sent can be read by whoever has {path}"))
        return
    raise _Unusable(_KEY_LOG, path, clause, "Name a file that can be written")


def _words_of(error: OSError) -> str:
    words = error.strerror or type(error).__name__
    return f"{words[:1].lower()}{words[1:]}"
