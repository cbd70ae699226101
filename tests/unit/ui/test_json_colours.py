"""JSON in colours: each kind of token has its own, and what it says stays the same."""

import json
import time

from xcoll_tui.ui.presentation.json_colours import colour_json


def tones(text):
    content = colour_json(text)
    return {content.plain[span.start : span.end]: span.style for span in content.spans}


def test_keys_strings_and_values_are_told_apart():
    text = json.dumps({"key": 'a: "b" 12', "n": -1.5e3, "t": True, "none": None}, indent=2)
    assert colour_json(text).plain == text
    assert tones(text) == {
        '"key"': "$accent",
        '"a: \\"b\\" 12"': "$success",
        '"n"': "$accent",
        "-1500.0": "$warning",
        '"t"': "$accent",
        "true": "$warning",
        '"none"': "$accent",
        "null": "$warning",
    }


def test_what_is_no_json_and_hostile_text_is_only_text():
    for text in ("<html>[b]x[/b]", '{"a', '"[@click=app.quit]"', '"\x1b[2J"', "\\" * 50_000):
        assert "\x1b" not in colour_json(text).plain
    assert colour_json('{"a').plain == '{"a'


def test_a_long_text_is_quick():
    began = time.perf_counter()
    colour_json(json.dumps([{"k" * 10: "v" * 20}] * 5_000, indent=1))
    colour_json('"' + "\\" * 100_000)
    assert time.perf_counter() - began < 2
