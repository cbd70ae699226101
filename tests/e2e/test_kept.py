"""config.toml and the state from one run to the next, in a real terminal."""

from pathlib import Path

from tests.conftest import KEY, serve_samples
from tests.e2e.terminal import xcoll

NORD_ACCENT = "b48ead"


def test_what_was_chosen_is_there_again_and_fresh_forgets_it(tmp_path):
    config, state = Path(tmp_path, "config"), Path(tmp_path, "state")
    (config / "xcoll").mkdir(parents=True)
    file = config / "xcoll" / "config.toml"
    file.write_text('theme = "xcoll"\n[keys]\n"help" = "f5"\n"write.atach" = "A"\n')
    written = file.read_bytes()
    with serve_samples(index_seconds=0) as server:
        env = {
            "XAI_MANAGEMENT_KEY": KEY,
            "XDG_CONFIG_HOME": str(config),
            "XDG_STATE_HOME": str(state),
        }

        def run(*arguments):
            return xcoll("--base-url", server.url, *arguments, env=env)

        def end(terminal):
            terminal.press("ctrl+q")
            assert terminal.wait_end() == 0
            terminal.assert_restored()

        with run() as terminal:
            # What is wrong stands over the edge of the frame first, and then who is new is greeted.
            terminal.wait_for('config.toml line 4: key "write.atach" is not an action;')
            terminal.wait_for("New here?")
            terminal.wait_for("f5 Help")
            terminal.wait_for("2 Customer feedback")
            terminal.press(":", "text:theme nord")
            terminal.wait_for("Theme nord")
            terminal.press("enter")
            terminal.wait_for(lambda _: accent(terminal) == NORD_ACCENT)
            terminal.press(":", "text:coll support")
            terminal.wait_for("Collection Support articles")
            terminal.press("enter")
            terminal.wait_for("2 Support articles")
            end(terminal)
        with run() as terminal:
            terminal.wait_for("2 Support articles")
            assert accent(terminal) == NORD_ACCENT
            assert "New here?" not in terminal.text
            end(terminal)
        kept = (state / "xcoll" / "screen.json").read_bytes()
        with run("--fresh") as terminal:
            terminal.wait_for("2 Customer feedback")
            assert accent(terminal) != NORD_ACCENT
            end(terminal)
        with xcoll("--demo", "--documents", "50", env=env) as terminal:
            terminal.wait_for("1 Collections")
            terminal.wait_for(lambda _: accent(terminal) == NORD_ACCENT)
            end(terminal)
        assert (state / "xcoll" / "screen.json").read_bytes() == kept
        assert file.read_bytes() == written
        assert KEY.encode() not in kept


def accent(terminal):
    """Return the colour of the program's name, at the left of the header."""
    return terminal.screen.buffer[0][1].fg
