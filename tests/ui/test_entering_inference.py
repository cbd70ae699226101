"""The inference key: asked for by the first thing that needs it, and where it is refused."""

from tests.conftest import KEY, screen_text, serve_samples, wait_until
from tests.ui.entering import FakeKeyring, enter, type_key
from tests.ui.test_browsing import SUPPORT, open_collection
from tests.ui.writing import back_on_main, dialog, shown, toasts
from xcoll_tui.credentials import Secret, Unavailable
from xcoll_tui.emulator.faults import parse_fault
from xcoll_tui.ui.screens.attach import AttachScreen
from xcoll_tui.ui.screens.files import FilesScreen
from xcoll_tui.ui.screens.log_in import LogInScreen
from xcoll_tui.ui.screens.search import SearchScreen
from xcoll_tui.ui.screens.team_files import TeamFilesScreen

INFERENCE = "xai-Vn5Ts8Bq2Kw6Mz9Rh7Xc3Dj4Pf0Lg1Yb51k"


async def test_it_is_asked_for_checked_kept_and_used_at_once(tmp_path):
    keyring = FakeKeyring()
    management = FakeKeyring(default=KEY)
    with serve_samples(inference_key=INFERENCE) as server:
        async with enter(server, tmp_path, management, inference=keyring, size=(80, 24)) as pilot:
            await open_collection(pilot, SUPPORT)
            # Left, nothing opens; and a form keeps what was typed into it.
            await dialog(pilot, LogInScreen, "3")
            await shown(pilot, "Enter an inference key", "xAI Console → API Keys")
            await pilot.press("escape")
            await back_on_main(pilot)
            form = await dialog(pilot, AttachScreen, "a")
            form._file_ids.text = server.file_ids[0]
            await dialog(pilot, LogInScreen, "ctrl+f")
            await pilot.press("escape")
            await dialog(pilot, AttachScreen)
            await dialog(pilot, LogInScreen, "ctrl+f")
            # One of the other kind: a sentence, and nothing is kept.
            await type_key(pilot, KEY)
            await shown(pilot, "begins with xai-token- as management keys do", "take an inference")
            assert "Inference keys are created" not in screen_text(pilot)  # told once
            assert pilot.app.screen._key_input.value == KEY
            await type_key(pilot, f" {INFERENCE}\n")
            await shown(pilot, "The service accepts the key.", "It is stored in Fake Keyring")
            await shown(pilot, "xcoll:default of the user inference-key", "auth logout --inference")
            told = "\n".join([screen_text(pilot), repr(pilot.app.screen), pilot.app.clipboard])
            assert not [key for key in (KEY, INFERENCE) if key in told]
            assert keyring.held == {"default": Secret(INFERENCE)}
            await pilot.press("enter")
            await dialog(pilot, TeamFilesScreen)
            await shown(pilot, "100+ · created ▼")
            await pilot.press("escape")
            assert form._file_ids.exact == server.file_ids[0]
            assert toasts(pilot) == []


async def test_one_that_is_refused_later_is_replaced_over_the_screen(tmp_path):
    keyring = FakeKeyring(default=INFERENCE)
    management = FakeKeyring(default=KEY)
    with serve_samples(inference_key=f"{INFERENCE}-new") as server:
        async with enter(server, tmp_path, management, inference=keyring, size=(80, 24)) as pilot:
            await open_collection(pilot, SUPPORT)
            screen = await dialog(pilot, SearchScreen, "t")
            screen._query.value = "How do I reset two-factor?"
            await pilot.press("enter")
            await dialog(pilot, LogInScreen)
            await shown(pilot, "does not accept the key")
            await pilot.press("escape")
            await dialog(pilot, SearchScreen)
            await shown(pilot, "✗", "does not accept the key")
            # Who declines is not asked again by the same screen; a key of its own asks.
            await pilot.press("enter")
            await wait_until(pilot, lambda: not screen._is_asking)
            assert pilot.app.screen is screen
            await pilot.press("escape")
            await back_on_main(pilot)
            await dialog(pilot, LogInScreen, "ctrl+k")
            keyring.problem = Unavailable("There is no keyring. To continue, set XAI_API_KEY.")
            # It may search, though it may not list files.
            server.faults[:] = [parse_fault("GET:*/files*:403")]
            await type_key(pilot, f"{INFERENCE}-new")
            await shown(pilot, "The key is used until xcoll ends.", "There is no keyring.")
            await shown(pilot, "It does not let xcoll list files.")
            server.faults[:] = []
            await pilot.press("enter")
            await back_on_main(pilot)
            await dialog(pilot, FilesScreen, "3")
            await shown(pilot, "100+ · created ▼")
            assert keyring.held == {"default": Secret(INFERENCE)}
