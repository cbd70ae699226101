import pytest

from xcoll_tui.session.file_ids import read_file_ids

A = "file_781fe2eb-e9e2-4844-a685-2dcead7f4fa8"
B = "file_372745d5-e0e3-4ce2-8cbd-7e6f05c190fd"


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}",
        f"{A}, {B}",
        f"{A} {B}\n",
        f"'{A}';\"{B}\"",
        f"“{A}”\t‹{B}›".replace("‹", "<").replace("›", ">"),
        f'["{A}", "{B}"]',
        (
            f'{{"documents": [{{"file_metadata": {{"file_id": "{A}", "name": "n"}}}},'
            f' {{"file_metadata": {{"file_id": "{B}"}}}}], "pagination_token": "t"}}'
        ),
        f'[{{"id": "{A}", "filename": "x"}}, {{"id": "{B}"}}]',
        f'name,file_id\n"a, b",{A}\nc,{B}\n',
        f"file_id\n{A}\n{B}",
        f"id;name\n{A};x\n{B};y",
        f"[{A}, {B}]",
    ],
)
def test_what_people_paste(text):
    pasted = read_file_ids(text)
    assert pasted.file_ids == (A, B)
    assert pasted.repeated == ()
    assert pasted.malformed == ()


def test_repeated_ones_are_folded_and_told():
    pasted = read_file_ids(f"{A} {B} {A} {A}")
    assert pasted.file_ids == (A, B)
    assert pasted.repeated == (A,)


def test_what_does_not_look_like_an_id_is_told_and_kept():
    pasted = read_file_ids(f"{A} report.pdf file_123")
    assert pasted.file_ids == (A, "report.pdf", "file_123")
    assert pasted.malformed == ("report.pdf", "file_123")


@pytest.mark.parametrize("text", ["", "  \n,, ;", "[]", "{}", '""'])
def test_nothing_is_nothing(text):
    assert read_file_ids(text).file_ids == ()
