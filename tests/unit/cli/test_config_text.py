"""config.toml: what is right takes effect, and each mistake is a sentence with its line."""

import pytest

from xcoll_tui.cli.config_text import preferences_of
from xcoll_tui.ui.actions import ACTIONS
from xcoll_tui.ui.preferences import Glyphs, Preferences, QuitConfirm, RemovalConfirm

GOOD = """
theme = "nord"
columns = ["name", "status", "fields.ticker"]
glyphs = "plain"

[keys]
"write.attach" = "A"
write.edit = ["E", "f2"]   # without quotes, too
[keys.filter]
edit = "slash,ctrl+f"

[confirm]
remove = "never"
quit = "always"
"""


def problems(text):
    return list(preferences_of(text).problems)


def test_a_file_is_read():
    assert preferences_of(GOOD) == Preferences(
        "nord",
        {"write.attach": "A", "write.edit": "E,f2", "filter.edit": "slash,ctrl+f"},
        ("name", "status", "fields.ticker"),
        RemovalConfirm.NEVER,
        QuitConfirm.ALWAYS,
        Glyphs.PLAIN,
    )


def test_an_empty_file_says_nothing():
    assert preferences_of("") == Preferences()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '\n\n[keys]\n"write.atach" = "A"',
            'config.toml line 4: key "write.atach" is not an action; did you mean write.attach?',
        ),
        ("# x\ntehme = 1", 'config.toml line 2: "tehme" is not a setting; did you mean theme?'),
        ('theme = "nrod"', 'config.toml line 1: there is no theme "nrod"; did you mean nord?'),
        (
            'glyphs = "ascii"',
            'config.toml line 1: glyphs is "ascii", and must be "rich" or "plain".',
        ),
        ("theme = 4", "config.toml line 1: theme is a number, and must be text."),
        ("\nkeys = 4", "config.toml line 2: keys is a number, and must be a table: [keys]."),
        (
            "columns = [\n 'a', 4]",
            "config.toml line 1: columns holds a number, and must be a list of names.",
        ),
        ("columns = ['size', 'size']", 'config.toml line 1: columns holds "size" twice.'),
        ("columns = ['sise']", 'config.toml line 1: there is no column "sise"; did you mean size?'),
        ("columns = ['fields.', 'fields.x']", 'config.toml line 1: there is no column "fields.".'),
        (
            "[confirm]\nremove = 'maybe'",
            'config.toml line 2: remove is "maybe", and must be "ask" or "never".',
        ),
        (
            "[confirm]\nquit = true",
            'config.toml line 2: quit is true or false, and must be "writing" or "always".',
        ),
        (
            "[confirm]\ndelete = 'never'",
            'config.toml line 2: [confirm] has no entry "delete".',
        ),
        (
            "[keys]\nquit = 'ctlr+x'",
            'config.toml line 2: quit has the key "ctlr+x", which does not exist.',
        ),
        (
            "[keys]\nhelp = ['hyper+q', '?']",
            (
                'config.toml line 2: help has the key "hyper+q", which most terminals do not send: '
                "use ctrl or alt."
            ),
        ),
        (
            "keys = { 'write.edit' = '' }",
            'config.toml line 1: write.edit has the key "", which does not exist.',
        ),
        (
            "[keys]\n'write.remove' = 'y'",
            "config.toml line 2: write.remove has the key y, which says yes in dialogs.",
        ),
        (
            "[keys]\n'quit.anywhere' = 'x'",
            (
                "config.toml line 2: quit.anywhere has the key x, which could not be typed into any"
                " line then."
            ),
        ),
        (
            "[keys]\nhelp = 'ctrl+i'",
            (
                "config.toml line 2: help has the key ctrl+i, which a terminal sends as tab: write"
                " that."
            ),
        ),
        (
            "[keys]\n'write.edit' = 4",
            "config.toml line 2: write.edit is a number, and must be a key, or a list of keys.",
        ),
        (
            "theme = 'nord'\n[keys\n",
            (
                "config.toml line 2: this is not TOML (Expected ']' at the end of a table "
                "declaration). Nothing of the file is used."
            ),
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(text, sentence):
    read = preferences_of(text)
    assert read.problems == (sentence,)
    assert not read.keys
    assert (read.confirm_removal, read.confirm_quit) == (RemovalConfirm.ASK, QuitConfirm.WRITING)


def test_what_is_right_takes_effect_beside_what_is_not():
    read = preferences_of("theme = 'nord'\ncolumns = 4\n[keys]\nhelp = 'f5'\nhelpp = 'f6'")
    assert (read.theme, read.keys, len(read.problems)) == ("nord", {"help": "f5"}, 2)


def test_two_actions_never_have_one_key():
    read = preferences_of("[keys]\n'write.attach' = 'd'")
    assert read.keys == {}
    assert read.problems == (
        (
            "config.toml line 2: write.attach has the key d, which is that of write.remove; it "
            "keeps its default, a."
        ),
    )
    swapped = preferences_of("[keys]\n'write.attach' = 'd'\n'write.remove' = 'a'")
    assert swapped.keys == {"write.attach": "d", "write.remove": "a"}
    assert not swapped.problems
    # The second has lost its key, and so the first cannot have it.
    both = preferences_of("[keys]\n'write.attach' = 'd'\n'write.remove' = 'd'")
    assert both.keys == {}
    assert [problem.split(":")[0] for problem in both.problems] == [
        "config.toml line 2",
        "config.toml line 3",
    ]


def test_whatever_is_mapped_each_key_is_of_one_action():
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    ids = [action.id for action in ACTIONS]
    for shift in (1, 2, 5, 17):
        lines = [f"'{name}' = '{keys[(n + shift) % len(keys)]}'" for n, name in enumerate(ids)]
        keymap = preferences_of("\n".join(["[keys]", *lines])).keys
        used = [
            key for action in ACTIONS for key in (keymap.get(action.id) or action.keys).split(",")
        ]
        assert len(used) == len(set(used))


def test_a_key_that_was_put_there_by_mistake_is_not_shown():
    for text in ("xai-token-{0} = 1", "theme = 'xai-token-{0}'", "[keys]\n'xai-token-{0}' = 'a'"):
        assert "abcdefgh" not in " ".join(problems(text.format("abcdefghabcdefgh")))
