"""The key: asked for on the first start, found in the keyring, replaced when it is refused."""

import asyncio

from textual import events

from tests.conftest import KEY, screen_text, wait_until
from tests.ui.entering import FakeKeyring, enter, header_of, type_key
from tests.ui.test_browsing import open_collection
from tests.ui.writing import CONTRACTS, INTERVIEWS, dialog, dialog_of, entry, shown, toasts
from xcoll_tui.api.models import KeyInfo
from xcoll_tui.cli.access import ProfileAccess
from xcoll_tui.credentials import Insecure, Profile, Secret, Unavailable
from xcoll_tui.emulator.faults import Fault
from xcoll_tui.ui.screens.edit_fields import EditFieldsScreen
from xcoll_tui.ui.screens.log_in import LogInScreen
from xcoll_tui.ui.screens.wait import WaitScreen

WRONG = "xai-token-of-somebody-else"


async def browsing(pilot):
    """Wait until the collections are there."""
    main = pilot.app.main
    await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
    await wait_until(pilot, lambda: main.session and main.session.collections.loaded_at)
    return main.session


def key_is_nowhere(pilot, *keys):
    """Assert that no key stands on the screen, in a toast, or on the clipboard."""
    told = "\n".join([screen_text(pilot), *map(str, toasts(pilot)), pilot.app.clipboard])
    assert not [key for key in (KEY, WRONG, *keys) if key in told]


async def test_a_first_start_asks_checks_keeps_and_tells_where(server, tmp_path):
    keyring = FakeKeyring()
    async with enter(server, tmp_path, keyring) as pilot:
        form = await dialog(pilot, LogInScreen)
        await shown(pilot, "xAI Console → Management Keys", server.url.partition("//")[2])
        assert "no key" in header_of(pilot)
        await pilot.press(*"secret")
        assert "secret" not in screen_text(pilot)
        await shown(pilot, "••••••")
        await type_key(pilot, WRONG)
        await shown(pilot, "The service does not accept the key")
        assert form._key_input.value == WRONG  # a failure keeps what was typed
        assert keyring.held == {}
        key_is_nowhere(pilot)
        await type_key(pilot, f"  {KEY}\n")
        await shown(pilot, "The service accepts the key.", "It is stored in Fake Keyring")
        await shown(pilot, "as xcoll:default of the user management-key", "xcoll auth logout")
        assert keyring.held == {"default": Secret(KEY)}
        await pilot.press("enter")
        await browsing(pilot)
        assert f"default · key …{KEY[-4:]} from Fake Keyring" in header_of(pilot)
        key_is_nowhere(pilot)
        assert pilot.app.access.key is not None


async def test_what_can_be_no_key_is_said_at_the_key_and_never_sent(server, tmp_path):
    async with enter(server, tmp_path, FakeKeyring()) as pilot:
        await dialog(pilot, LogInScreen)
        await pilot.press("enter")
        await shown(pilot, "Paste the key here.")
        for text, said in (
            ("two words here", "holds a space"),
            ("half\tkey", "a control character"),
            (f'"{KEY}"', "is in quotation marks"),
            ("x" * 1_001, "longer than 1,000 characters"),
            ("кључ-кључ-кључ", "HTTP headers cannot contain"),
        ):
            await type_key(pilot, text)
            await shown(pilot, said)
        assert pilot.app.main.session is None


async def test_of_several_lines_that_are_pasted_the_first_is_the_key(server, tmp_path):
    keyring = FakeKeyring()
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, LogInScreen)
        pilot.app.screen._key_input.post_message(events.Paste(f"\n{KEY}\r\nlogin: me\n\n"))
        await shown(pilot, "Only the first pasted line was taken as the key.")
        await pilot.press("enter")
        await shown(pilot, "The service accepts the key.")
        assert keyring.held == {"default": Secret(KEY)}


async def test_leaving_the_first_question_says_how_to_go_on(server, tmp_path):
    async with enter(server, tmp_path, FakeKeyring()) as pilot:
        await dialog(pilot, LogInScreen)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
        await wait_until(pilot, lambda: "K enters one." in screen_text(pilot))
        assert pilot.app.access.key is None
        for key in ("R", "a", "e", "d", "i", "slash", "G", "n", "z", "at", "enter", "p"):
            await pilot.press(key)  # nothing to act on, and nothing breaks
            await pilot.press("escape")
        await dialog(pilot, LogInScreen, "K")
        await type_key(pilot, KEY)
        await shown(pilot, "The service accepts the key.")
        await pilot.press("enter")
        await browsing(pilot)


async def test_a_key_in_the_keyring_is_read_once_and_nothing_is_asked(server, tmp_path):
    keyring = FakeKeyring(default=KEY)
    async with enter(server, tmp_path, keyring) as pilot:
        await browsing(pilot)
        assert keyring.calls == [("read", "default")]
        assert f"key …{KEY[-4:]} from Fake Keyring" in header_of(pilot)


async def test_a_key_of_the_environment_goes_first_and_no_keyring_is_asked(server, tmp_path):
    keyring = FakeKeyring(default=WRONG)
    async with enter(server, tmp_path, keyring, given=KEY) as pilot:
        await browsing(pilot)
        assert keyring.calls == []
        assert f"key …{KEY[-4:]} from XAI_MANAGEMENT_KEY" in header_of(pilot)


async def test_a_keyring_that_waits_says_so_and_is_not_waited_for_after_esc(server, tmp_path):
    keyring = FakeKeyring(default=KEY)
    keyring.hangs.add("read")
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, WaitScreen)
        await shown(pilot, "Waiting for the keyring to be unlocked", "esc Continue without")
        await pilot.press("escape")
        await dialog(pilot, LogInScreen)
        await shown(pilot, "xcoll did not wait for the keyring.", "set XAI_MANAGEMENT_KEY")
        keyring.go_on.set()  # an answer that comes now is not heard
        await pilot.pause()
        dialog_of(pilot, LogInScreen)
        assert pilot.app.access.key is None


async def test_a_keyring_that_is_unlocked_in_time_goes_on_by_itself(server, tmp_path):
    keyring = FakeKeyring(default=KEY)
    keyring.hangs.add("read")
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, WaitScreen)
        keyring.go_on.set()
        await browsing(pilot)


async def test_without_a_keyring_the_key_serves_this_sitting_only(server, tmp_path):
    keyring = FakeKeyring()
    keyring.problem = Unavailable("There is no keyring. To continue, set XAI_MANAGEMENT_KEY.")
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, LogInScreen)
        await shown(pilot, "There is no keyring.")
        await type_key(pilot, KEY)
        await shown(pilot, "The key is used until xcoll ends.", "There is no keyring.")
        await pilot.press("enter")
        await browsing(pilot)
        assert "this session only" in header_of(pilot)
        assert keyring.held == {}


async def test_a_keyring_that_never_keeps_it_is_not_waited_for_after_esc(server, tmp_path):
    keyring = FakeKeyring()
    keyring.hangs.add("store")
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, LogInScreen)
        await type_key(pilot, KEY)
        await shown(pilot, "Waiting for the keyring to store it", "esc Continue without")
        await pilot.press("escape")
        await shown(
            pilot, "The key is used until xcoll ends.", "xcoll did not wait for the keyring;"
        )
        await pilot.press("escape")
        await browsing(pilot)
        assert keyring.held == {}


async def test_asking_the_service_can_be_broken_off(server, tmp_path):
    server.faults[:] = [Fault("GET", "*", "timeout")]
    async with enter(server, tmp_path, FakeKeyring()) as pilot:
        form = await dialog(pilot, LogInScreen)
        await type_key(pilot, KEY)
        await shown(pilot, "Asking 127.0.0.1", "esc Cancel")
        await pilot.press("escape")
        await wait_until(pilot, lambda: form.in_form)
        assert form._key_input.value == KEY
        server.faults.clear()
        await pilot.press("enter")
        await shown(pilot, "The service accepts the key.")


async def test_a_key_without_permission_is_not_kept(server, tmp_path):
    server.faults[:] = [Fault("GET", "*", 403)]
    keyring = FakeKeyring()
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, LogInScreen)
        await type_key(pilot, KEY)
        await shown(pilot, "The permission group is Collections Endpoint.")
        assert keyring.held == {}


async def test_a_host_without_validation_is_asked_for_a_collection(server, tmp_path):
    server.faults[:] = [Fault("GET", "/auth/*", 404)]
    keyring = FakeKeyring()
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, LogInScreen)
        await type_key(pilot, WRONG)
        await shown(pilot, "The service does not accept the key")
        await type_key(pilot, KEY)
        await shown(pilot, "The service accepts the key.")
        assert keyring.held == {"default": Secret(KEY)}


# Refused later


async def refuse(server, pilot):
    """Let the service refuse the key from now on, and make it be asked."""
    server.faults[:] = [Fault("*", "*", 401)]
    await pilot.press("R")
    form = await dialog(pilot, LogInScreen)
    server.faults.clear()
    return form


async def test_a_key_that_is_refused_later_is_replaced_over_the_screen(server, tmp_path):
    keyring = FakeKeyring(default=KEY)
    async with enter(server, tmp_path, keyring) as pilot:
        documents = await open_collection(pilot, INTERVIEWS)
        session, row = pilot.app.main.session, documents.table.row
        await refuse(server, pilot)
        await shown(pilot, "The service does not accept the key")
        assert documents.table.row is row  # the rows stay as they are
        await type_key(pilot, KEY)
        await shown(pilot, "The service accepts the key.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.screen is pilot.app.main)
        await wait_until(pilot, lambda: session.documents.problem is None)
        assert pilot.app.main.session is session
        assert documents.table.row.file_id == row.file_id


async def test_who_declines_is_not_asked_again_by_what_the_program_does(server, tmp_path):
    keyring = FakeKeyring(default=KEY)
    async with enter(server, tmp_path, keyring) as pilot:
        await open_collection(pilot, INTERVIEWS)
        main = pilot.app.main
        await refuse(server, pilot)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is main)
        server.faults[:] = [Fault("*", "*", 401)]
        await main.session.documents.refresh()
        await wait_until(pilot, lambda: main.session.documents.problem is not None)
        await pilot.pause()
        assert pilot.app.screen is main
        await dialog(pilot, LogInScreen, "K")


async def test_a_form_that_was_being_saved_keeps_what_was_typed(server, tmp_path):
    async with enter(server, tmp_path, FakeKeyring(default=KEY)) as pilot:
        await open_collection(pilot, CONTRACTS)
        form = await dialog(pilot, EditFieldsScreen, "e")
        await wait_until(pilot, lambda: form.in_form)
        entry(form, "counterparty").value = "Another GmbH"
        server.faults[:] = [Fault("*", "*", 401)]
        await pilot.press("ctrl+s")
        await shown(pilot, "Save these changes?")
        await pilot.press("ctrl+s")
        await dialog(pilot, LogInScreen)
        server.faults.clear()
        await type_key(pilot, KEY)
        await shown(pilot, "The service accepts the key.")
        await pilot.press("enter")
        await dialog(pilot, EditFieldsScreen)
        await wait_until(pilot, lambda: form.in_form)
        assert entry(form, "counterparty").value == "Another GmbH"


async def test_a_key_of_another_team_leaves_nothing_of_the_old_one(server, tmp_path, monkeypatch):
    async with enter(server, tmp_path, FakeKeyring(default=KEY)) as pilot:
        await open_collection(pilot, INTERVIEWS)
        old = pilot.app.main
        session = old.session
        check = ProfileAccess.check_secret

        async def of_another_team(self, secret):
            await check(self, secret)
            self._checked = secret, KeyInfo(scope_id="another", name="Another team")
            return self._checked[1]

        monkeypatch.setattr(ProfileAccess, "check_secret", of_another_team)
        await dialog(pilot, LogInScreen, "K")
        await type_key(pilot, KEY)
        await shown(pilot, "The service accepts the key.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.main is not old)
        await browsing(pilot)
        assert pilot.app.main.session is not session
        assert not old.is_attached


# The masked line


async def test_a_key_leaves_its_line_neither_by_copying_nor_by_cutting(server, tmp_path):
    async with enter(server, tmp_path, FakeKeyring()) as pilot:
        form = await dialog(pilot, LogInScreen)
        form._key_input.value = KEY
        form._key_input.select_all()
        for key in ("ctrl+c", "super+c", "ctrl+x"):
            await pilot.press(key)
        assert pilot.app.clipboard == ""
        assert form._key_input.value == KEY
        key_is_nowhere(pilot)


async def test_a_keyring_of_plain_text_is_named_and_not_used(server, tmp_path):
    keyring = FakeKeyring()
    keyring.problem = Insecure("The keyring here is not one to trust: keyrings.alt.file.Plain.")
    async with enter(server, tmp_path, keyring, Profile(base_url=server.url)) as pilot:
        await dialog(pilot, LogInScreen)
        await shown(pilot, "keyrings.alt.file.Plain")


async def test_sample_data_has_neither_key_nor_profiles(server, browse):
    async with browse(server.url, size=(120, 30)) as pilot:
        await wait_until(pilot, lambda: pilot.app.main.session)
        for key in ("K", "P"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            assert pilot.app.screen is pilot.app.main
            assert [each for each in toasts(pilot) if "needs no key" in each]


async def test_it_can_be_left_while_the_keyring_hangs(server, tmp_path):
    keyring = FakeKeyring()
    keyring.hangs.add("read")
    async with enter(server, tmp_path, keyring) as pilot:
        await dialog(pilot, WaitScreen)
        await pilot.press("ctrl+q")
        await asyncio.wait_for(wait_until(pilot, lambda: pilot.app._exit), 5)
