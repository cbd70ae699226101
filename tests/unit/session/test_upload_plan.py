"""What an upload plans, a table of fields by name, and a folder beside a collection: pure."""

from pathlib import Path

import pytest

from xcoll_tui.api.models import Document, FieldDefinition, FileMetadata
from xcoll_tui.session.upload.comparison import compare_folder, worth_hashing
from xcoll_tui.session.upload.field_table import TableBroken, read_field_table
from xcoll_tui.session.upload.local_files import Gathered, LocalFile, Skipped, SkipReason
from xcoll_tui.session.upload.plan import plan_uploads


def local(name, size=10, folder="d"):
    return LocalFile(Path(folder) / name, size)


def document(name, size=10, digest="", file_id=None):
    return Document(FileMetadata(file_id or f"file_{name}", name, size, hash=digest))


def planned(*files, there=(), definitions=(), digests=None, **options):
    comparison = compare_folder(files, there, digests or {})
    return plan_uploads("c", Gathered(tuple(files)), comparison, definitions, **options)


def test_a_name_that_is_there_is_skipped_kept_beside_or_replaced():
    files, there = (
        [local("a.md"), local("b.md", 20)],
        [document("a.md"), document("a.md", 9, "", "x")],
    )
    plan = planned(*files, there=there)
    assert [one.file.name for one in plan.files] == ["b.md"]
    assert [(one.path.name, one.reason) for one in plan.skipped] == [("a.md", SkipReason.SAME_SIZE)]
    both = planned(*files, there=there, on_name="both")
    assert both.files[0].beside == ("file_a.md", "x")
    assert (both.size, both.replaced, both.types["text/markdown"]) == (30, 0, 2)
    replaced = planned(*files, there=there, on_name="replace")
    assert (replaced.files[0].replaces, replaced.replaced) == (("file_a.md", "x"), 2)


def test_what_is_there_is_told_by_what_was_compared_and_the_same_is_not_replaced():
    files = [local("same.md"), local("hash.md"), local("size.md", 11), local("bare.md")]
    there = [
        document("same.md", digest="AA"),
        document("hash.md", digest="BB"),
        document("size.md", digest="CC"),
        document("bare.md", None),
    ]
    digests = {str(Path("d/same.md")): {"Blake3": "aa"}, str(Path("d/hash.md")): {"Blake3": "b"}}
    reasons = {
        "same.md": SkipReason.SAME,
        "hash.md": SkipReason.CHANGED,
        "size.md": SkipReason.CHANGED,
        "bare.md": SkipReason.NAME_THERE,
    }
    plan = planned(*files, there=there, digests=digests)
    assert {one.path.name: one.reason for one in plan.skipped} == reasons
    plan = planned(*files, there=there, digests=digests, on_name="replace")
    assert {one.path.name: one.reason for one in plan.skipped} == {"same.md": SkipReason.SAME}
    assert [one.file.name for one in plan.files] == ["hash.md", "size.md", "bare.md"]
    plan = planned(*files, there=there, digests=digests, on_name="both")
    assert [one.file.name for one in plan.files] == ["hash.md", "size.md", "bare.md"]


@pytest.mark.parametrize("first", ["one", "two"])
def test_of_two_files_of_a_name_none_goes_in_the_place_of_what_the_other_is(first):
    files = [local("a.md", folder=first), local("a.md", folder="onetwo".replace(first, ""))]
    digests = {str(Path("one/a.md")): {"SHA-256": "aa"}, str(Path("two/a.md")): {"SHA-256": "bb"}}
    for on_name in ("skip", "replace"):
        plan = planned(
            *files, there=[document("a.md", digest="AA")], digests=digests, on_name=on_name
        )
        assert plan.files == ()
        reasons = {one.path.parent.name: one.reason for one in plan.skipped}
        assert reasons == {"one": SkipReason.SAME, "two": SkipReason.NAME_TWICE}


def test_a_name_that_is_no_text_counts_as_it_is_sent():
    files = [local("a\udcff.md", folder="one"), local("a\udcfe.md", folder="two")]
    digests = {
        str(file.path): {"SHA-256": digest}
        for file, digest in zip(files, ("aa", "bb"), strict=True)
    }
    there = [document(files[0].name, digest="aa")]
    plan = planned(*files, there=there, digests=digests, on_name="replace")
    assert [one.reason for one in plan.skipped] == [SkipReason.SAME, SkipReason.NAME_TWICE]


@pytest.mark.parametrize("size", [None, 0])
@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_a_hash_tells_where_the_service_gives_no_size(size, prefix):
    files = [local("same.md"), local("other.md"), local("bare.md")]
    there = [
        document("same.md", size, f"{prefix}AA"),
        document("other.md", size, f"{prefix}bb"),
        document("bare.md", size),
    ]
    assert [one.name for one in worth_hashing(files, there)] == ["same.md", "other.md"]
    digests = {str(Path("d/same.md")): {"Blake3": "aa"}, str(Path("d/other.md")): {"Blake3": "b"}}
    compared = compare_folder(files, there, digests)
    assert {one.name: (one.state, one.by) for one in compared.differences} == {
        "same.md": ("unchanged", "hash"),
        "other.md": ("changed", "hash"),
        "bare.md": ("unknown", ""),
    }


def test_a_name_given_twice_goes_once_unless_both_are_kept():
    files = [local("a.md"), local("a.md", folder="e"), local("u\u0308.md"), local("\u00fc.md")]
    plan = planned(*files)
    assert [one.reason for one in plan.skipped] == [SkipReason.NAME_TWICE] * 2
    assert len(planned(*files, on_name="both").files) == 4


def test_fields_of_all_and_by_name_are_held_to_the_rules_before_anything_is_sent():
    definitions = [
        FieldDefinition("doi", required=True, unique=True),
        FieldDefinition("year"),
    ]
    files = [local("a.md"), local("b.md")]
    rows = {"a.md": {"doi": "1"}, "gone.md": {"doi": "3"}}
    plan = planned(*files, definitions=definitions, fields={"year": "2020"}, rows=rows)
    assert plan.files[0].fields == {"year": "2020", "doi": "1"}
    assert plan.problems == ("“doi” is required, and b.md has none.",)
    assert plan.notes == ("The table has a row for gone.md, which is not uploaded.",)
    plan = planned(*files, definitions=definitions, fields={"doi": "1", "colour": "red"})
    assert "“colour” is no field of the collection" in plan.problems[0]
    assert plan.problems[1] == "The values of “doi” must differ, and 2 files have “1”."


@pytest.mark.parametrize(
    "text",
    [
        "name,Year,fields\na.md,2020,\n",
        "\ufefffile;year\ndocs/a.md;2020\n",
        "year\tfilename\n2020\tC:\\docs\\a.md\n",
        '{"name": "a.md", "year": "2020", "note": null}\n',
        "path,fields.year,year\na.md,2020,1999\n",
    ],
)
def test_a_table_gives_fields_by_name(text):
    assert read_field_table(text, ["year"])["a.md"]["year"] == "2020"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no row"),
        ("year\n2020\n", "no column “name”"),
        ("name,year\n,2020\n", "Row 1 of the table names no file"),
        ("name,year\na.md,1\nx/a.md,2\n", "two rows for a.md"),
        ("name,year\na.md,1,2\n", "more cells"),
        ('name,year\n"a.md,1\n', "cannot be read"),
        ('{"name": "a.md", "year": 5}', "no text"),
        ('{"name": "a.md"}\n{', "Line 2"),
    ],
)
def test_a_table_that_is_doubtful_is_refused(text, problem):
    with pytest.raises(TableBroken, match=problem):
        read_field_table(text, ["year"])


def test_a_folder_is_compared_by_size_and_by_a_hash_that_was_seen_to_match():
    files = [local("same.md"), local("other.md"), local("longer.md", 11), local("new.md")]
    there = [
        document("same.md", digest="AA"),
        document("other.md", digest="bb"),
        document("longer.md", digest="cc"),
        document("only there.md"),
        document("empty.md"),
    ]
    assert [one.name for one in worth_hashing(files, there)] == ["same.md", "other.md"]
    digests = {
        str(Path("d/same.md")): {"SHA-256": "aa", "Blake3": "11"},
        str(Path("d/other.md")): {"SHA-256": "ab", "Blake3": "22"},
    }
    skipped = [Skipped(Path("d/empty.md"), SkipReason.EMPTY)]
    compared = compare_folder(files, there, digests, skipped)
    assert compared.hashed_by == "SHA-256"
    assert {one.name: (one.state, one.by) for one in compared.differences} == {
        "same.md": ("unchanged", "hash"),
        "other.md": ("changed", "hash"),
        "longer.md": ("changed", "size"),
        "new.md": ("new", ""),
        "only there.md": ("missing", ""),
    }
    # Where no hash ever matches, it may be of a kind that cannot be made here.
    unseen = compare_folder(files, there, {key: {"SHA-256": "ff"} for key in digests})
    assert unseen.hashed_by == ""
    assert [(one.name, one.by) for one in unseen.of("unchanged")] == [
        ("other.md", "size"),
        ("same.md", "size"),
    ]
