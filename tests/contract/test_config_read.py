"""config.toml on disk: whatever stands in its place, the program goes on."""

from xcoll_tui.cli.config_file import read_preferences
from xcoll_tui.ui.preferences import Preferences


def test_a_file_that_is_not_there_says_nothing(tmp_path):
    assert read_preferences(tmp_path / "config.toml") == Preferences()
    (tmp_path / "file").write_bytes(b"")
    assert read_preferences(tmp_path / "file" / "config.toml") == Preferences()


def test_what_is_no_file_to_be_read_is_told(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"theme = 'nord'\n# \xff\n")
    assert "config.toml line 2: this is not UTF-8 text." in read_preferences(path).problems[0]
    path.unlink()
    path.mkdir()
    assert "it is not a regular file" in read_preferences(path).problems[0]
