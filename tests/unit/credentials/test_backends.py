"""Which keyring is trusted, and what is said of those that are not, and of what fails."""

import configparser
import importlib
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.credentials.rings import SECRET_SERVICE, kind_named, ring_named
from xcoll_tui.credentials import (
    MANAGEMENT,
    CredentialError,
    Insecure,
    Locked,
    NotKept,
    Secret,
    Unavailable,
)
from xcoll_tui.credentials.backends import (
    TRUSTED,
    Trusted,
    choose,
    explain,
    explain_start,
    find_trusted,
    service_name,
)

CHAINER = "keyring.backends.chainer.ChainerBackend"
FAIL = "keyring.backends.fail.Keyring"
NULL = "keyring.backends.null.Keyring"
PLAIN = "keyrings.alt.file.PlaintextKeyring"
KEY = Secret("xai-token-canary-in-the-mine-r42q")


@pytest.mark.parametrize("path", [*TRUSTED, CHAINER, FAIL, NULL])
def test_the_names_are_those_of_the_library(path):
    module, _, name = path.rpartition(".")
    kind = getattr(importlib.import_module(module), name)
    assert f"{kind.__module__}.{kind.__qualname__}" == path


@pytest.mark.parametrize("path", TRUSTED)
def test_one_that_is_trusted_is_taken_by_its_own_name(path):
    ring = ring_named(path)
    assert choose((ring,)) == Trusted(TRUSTED[path], ring)


def test_the_names_are_words_for_a_person():
    assert set(TRUSTED.values()) == {
        "Secret Service",
        "libsecret",
        "KWallet",
        "macOS Keychain",
        "Windows Credential Locker",
    }


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (NULL, "keeps nothing"),
        (PLAIN, "keeps keys as plain text"),
        ("keyrings.alt.file.EncryptedKeyring", "unknown"),
        ("keyrings.cryptfile.cryptfile.CryptFileKeyring", "unknown"),
        ("keyring.backends.SecretService.Other", "unknown"),
        ("elsewhere.keyring.backends.SecretService.Keyring", "unknown"),
    ],
)
def test_any_other_is_refused_by_its_name(path, said):
    with pytest.raises(Insecure) as problem:
        choose((ring_named(path),))
    assert problem.value.backend == path
    assert f"{path} ({said}" in str(problem.value)


def test_one_that_is_derived_from_a_trusted_one_is_unknown():
    trusted = kind_named(SECRET_SERVICE)
    with pytest.raises(Insecure):
        choose((kind_named("elsewhere.Keyring", trusted)(),))


def test_another_chain_is_not_looked_into(monkeypatch):
    rings = ring_named("elsewhere.Chainer", backends=[ring_named(SECRET_SERVICE)])
    monkeypatch.setattr("keyring.get_keyring", lambda: rings)
    with pytest.raises(Insecure, match=r"elsewhere\.Chainer"):
        find_trusted()


def test_where_there_is_none_that_is_said():
    with pytest.raises(Unavailable, match="There is no keyring") as problem:
        choose((ring_named(FAIL),))
    assert problem.value.backend == ""
    with pytest.raises(Unavailable, match="There is no keyring"):
        choose(())


def chain(*paths):
    return ring_named(CHAINER, backends=[ring_named(path) for path in paths])


def test_of_a_chain_the_first_that_is_trusted_is_taken(monkeypatch):
    rings = chain(PLAIN, SECRET_SERVICE, "keyring.backends.libsecret.Keyring")
    monkeypatch.setattr("keyring.get_keyring", lambda: rings)
    assert find_trusted() == Trusted("Secret Service", rings.backends[1])


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        ((), Unavailable),
        ((FAIL,), Unavailable),
        ((NULL, PLAIN), Insecure),
        ((FAIL, NULL), Insecure),
    ],
)
def test_of_a_chain_without_a_trusted_one_all_are_named(monkeypatch, paths, kind):
    monkeypatch.setattr("keyring.get_keyring", lambda: chain(*paths))
    with pytest.raises(kind) as problem:
        find_trusted()
    for path in set(paths) - {FAIL}:
        assert path in str(problem.value)
    assert FAIL not in str(problem.value)


def test_a_chain_that_cannot_tell_its_links_is_unavailable(monkeypatch):
    def backends(_):
        raise RuntimeError("the service went away")

    rings = ring_named(CHAINER, backends=property(backends))
    monkeypatch.setattr("keyring.get_keyring", lambda: rings)
    with pytest.raises(Unavailable, match="the service went away"):
        find_trusted()


class Panic(BaseException):
    """As cryptography raises where its compiled part does not fit."""


STARTS = [
    ValueError("Empty module name"),
    ModuleNotFoundError("No module named 'nope'"),
    AttributeError("module 'keyring' has no attribute 'Nope'"),
    RuntimeError("SecretStorage required"),
    TypeError("The keyring must be an instance of KeyringBackend"),
    configparser.MissingSectionHeaderError("/home/x/keyringrc.cfg", 1, "junk\n"),
    configparser.DuplicateSectionError("backend"),
    UnicodeDecodeError("utf-8", b"junk", 0, 1, "invalid start byte"),
    PermissionError(13, "Permission denied"),
    Panic("Python API call failed"),
    SystemExit(3),
]


@pytest.mark.parametrize("error", STARTS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("chosen", [None, "", "nope.Keyring"])
def test_a_library_that_cannot_start_is_unavailable(monkeypatch, error, chosen):
    def get_keyring():
        raise error

    monkeypatch.setattr("keyring.get_keyring", get_keyring)
    if chosen is not None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", chosen)
    else:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    with pytest.raises(Unavailable) as problem:
        find_trusted()
    said = str(problem.value)
    assert type(error).__name__ in said
    assert ("PYTHON_KEYRING_BACKEND" in said) is (chosen is not None)
    assert "junk" not in said
    assert problem.value.__cause__ is problem.value.__context__ is None


def test_a_broken_file_is_named():
    said = str(explain_start(configparser.NoSectionError("backend"), chosen=False))
    assert "the file keyringrc.cfg cannot be read (NoSectionError). Correct or remove" in said


def test_without_a_home_it_is_home_that_helps():
    error = RuntimeError("Could not determine home directory.")
    said = str(explain_start(error, chosen=False))
    assert "the home folder is not known" in said
    assert "Set HOME to it." in said
    assert "keyringrc.cfg" not in said


def test_without_the_library_there_is_no_keyring(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    with pytest.raises(Unavailable, match="ModuleNotFoundError"):
        find_trusted()


def test_what_the_library_says_is_one_short_line():
    error = ValueError("two\nlines \x1b[31mand\u202e more " + "x" * 1_000)
    said = str(explain_start(error, chosen=False))
    assert "ValueError: two lines [31mand more xxx" in said
    assert said.isprintable()
    assert len(said) < 600


@given(st.text())
def test_nothing_that_it_says_reaches_the_terminal_unseen(text):
    assert str(explain_start(RuntimeError(text), chosen=True)).isprintable()


def library_errors():
    """What the library, and what is below it, was seen to raise; and what is made of it."""
    from jeepney import (  # noqa: PLC0415
        DBusAddress,
        DBusErrorResponse,
        HeaderFields,
        new_error,
        new_method_call,
    )
    from keyring import errors  # noqa: PLC0415
    from secretstorage import exceptions as storage  # noqa: PLC0415

    call = new_method_call(DBusAddress("/", "a.b", "a.b"), "Call")
    call.header.fields[HeaderFields.sender] = ":1.1"
    call.header.serial = 1
    locked = new_error(call, "org.freedesktop.Secret.Error.IsLocked", "s", ("canary",))
    other = new_error(call, "org.freedesktop.DBus.Error.AccessDenied", "s", ("canary",))
    dismissed = errors.InitError("Failed to create the collection: canary")
    dismissed.__cause__ = storage.PromptDismissedException("canary")
    gone = errors.InitError("Failed to create the collection: canary")
    gone.__cause__ = storage.SecretServiceNotAvailableException("canary")
    return [
        (errors.KeyringLocked("canary"), Locked, "is locked"),
        (storage.LockedException("canary"), Locked, "is locked"),
        (storage.PromptDismissedException("canary"), Locked, "is locked"),
        (dismissed, Locked, "is locked"),
        (DBusErrorResponse(locked), Locked, "is locked"),
        (errors.PasswordSetError("canary"), NotKept, "refused (PasswordSetError)"),
        (errors.PasswordDeleteError("canary"), NotKept, "refused (PasswordDeleteError)"),
        (storage.SecretServiceNotAvailableException("canary"), Unavailable, "any more (SecretServ"),
        (gone, Unavailable, "cannot be reached any more (InitError)"),
        (errors.InitError("canary"), Unavailable, "failed (InitError)"),
        (errors.NoKeyringError("canary"), Unavailable, "failed (NoKeyringError)"),
        (errors.KeyringError("canary"), Unavailable, "failed (KeyringError)"),
        (storage.ItemNotFoundException("canary"), Unavailable, "failed (ItemNotFound"),
        (DBusErrorResponse(other), Unavailable, "failed (org.freedesktop.DBus.Error.AccessDenied)"),
        (ConnectionResetError(104, "canary"), Unavailable, "any more (ConnectionResetError)"),
        (BrokenPipeError(32, "canary"), Unavailable, "any more (BrokenPipeError)"),
        (TimeoutError("canary"), Unavailable, "any more (TimeoutError)"),
        (OSError(9, "canary"), Unavailable, "any more (OSError)"),
        (EOFError("canary"), Unavailable, "any more (EOFError)"),
        (AssertionError("canary"), Unavailable, "failed (AssertionError)"),
        (NotImplementedError("canary"), Unavailable, "failed (NotImplementedError)"),
        (Panic("canary"), Unavailable, "failed (Panic)"),
        (SystemExit("canary"), Unavailable, "failed (SystemExit)"),
    ]


@pytest.mark.parametrize("call", ["get", "set", "delete"])
def test_what_a_call_raises_becomes_a_sentence(call):
    pytest.importorskip("secretstorage", reason="It is on Linux only.")
    done = {"get": "read", "set": "stored", "delete": "deleted"}[call]
    for error, kind, words in library_errors():
        ring = ring_named(SECRET_SERVICE)
        ring.failing[call] = error
        trusted = Trusted("Secret Service", ring)
        with pytest.raises(kind) as problem:
            {
                "get": lambda trusted=trusted: trusted.read("work"),
                "set": lambda trusted=trusted: trusted.write("work", KEY),
                "delete": lambda trusted=trusted: trusted.delete("work"),
            }[call]()
        said = str(problem.value)
        assert said.startswith(f"The key of profile “work” could not be {done}: Secret Service ")
        assert words in said
        assert "canary" not in said
        assert problem.value.backend == "Secret Service"
        assert isinstance(problem.value, CredentialError)
        assert all(remedy in said for remedy in MANAGEMENT.remedies)


def test_kwallet_says_by_a_refusal_that_nobody_unlocked_it():
    from keyring.errors import PasswordDeleteError, PasswordSetError  # noqa: PLC0415 - slow

    for error in (PasswordSetError("Cancelled by user"), PasswordDeleteError("Cancelled by user")):
        assert isinstance(explain(error, "It failed", "KWallet"), Locked)
        assert isinstance(explain(error, "It failed", "libsecret"), NotKept)


def test_errors_that_were_raised_for_each_other_end():
    first, second = ValueError(), ValueError()
    first.__context__, second.__context__ = second, first
    assert isinstance(explain(first, "It failed", "KWallet"), Unavailable)


@pytest.mark.parametrize(
    "error",
    [
        lambda key: UnicodeEncodeError("utf-8", key, 0, 1, "surrogates not allowed"),
        lambda key: ValueError(f"cannot keep {key}"),
        lambda key: RuntimeError({"secret": key}),
    ],
)
def test_no_error_carries_the_key_out_of_the_library(error):
    ring = ring_named(SECRET_SERVICE)
    ring.failing["set"] = error
    with pytest.raises(Unavailable) as problem:
        Trusted("Secret Service", ring).write("work", KEY)
    raised = problem.value
    assert raised.__cause__ is raised.__context__ is None
    told = traceback.TracebackException.from_exception(raised, capture_locals=True)
    assert "r42q" in "".join(told.format()), "the locals are not there"
    assert "canary" not in "".join(told.format())


def test_what_is_no_text_can_be_no_key():
    ring = ring_named(SECRET_SERVICE)
    ring.failing["get"] = UnicodeDecodeError("utf-8", b"canary", 0, 1, "invalid start byte")
    found = Trusted("Secret Service", ring).read("work")
    assert found is not None
    assert found.reveal() == "\ufffd"


def test_the_names_under_which_a_key_is_kept():
    ring = ring_named(SECRET_SERVICE)
    Trusted("Secret Service", ring).write("work", KEY)
    assert dict(ring.entries) == {("xcoll:work", "management-key"): [KEY.reveal()]}
    assert service_name("work") == "xcoll:work"
