"""Samples: the small collections with the same names, fields and IDs every time."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from xcoll_tui.emulator.wire import Json

TEXT = "text/plain"
MARKDOWN = "text/markdown"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv"
SCAN = "image/tiff"

FORMS = ("10-K", "10-Q", "8-K", "DEF 14A")
_QUARTERS = [
    date(year, month, day)
    for year in range(2018, 2026)
    for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
]


def words(text: str) -> list[str]:
    """Split a list that is written as one text."""
    return text.split()


@dataclass(frozen=True)
class Document:
    """A document to be; failing ones end FAILED, pending ones are indexed for hours."""

    name: str
    size_bytes: int
    content_type: str
    fields: dict[str, str] = field(default_factory=dict)
    failing: bool = False
    pending: bool = False


@dataclass(frozen=True)
class Sample:
    """A collection to be; documents yields what it holds, age is in days."""

    name: str
    description: str
    age: float
    documents: Callable[[random.Random], Iterator[Document]]
    definitions: list[Json] = field(default_factory=list)
    chunking: Json = field(default_factory=dict)


def _field(key: str, description: str = "", **rules: bool) -> Json:
    return {"key": key, "description": description, **rules}


def _filings(dice: random.Random) -> Iterator[Document]:
    tickers = words("aapl amd amzn avgo crm googl ibm intc meta msft nflx nvda orcl qcom tsla")
    for ticker, day in product(tickers, _QUARTERS):
        form = "10-K" if day.month == 12 else "10-Q"
        kind, suffix = (TEXT, "txt") if dice.random() < 0.85 else (PDF, "pdf")
        yield Document(
            f"{ticker}-{day:%Y%m%d}.{suffix}",
            dice.randint(60_000, 900_000) if form == "10-K" else dice.randint(20_000, 240_000),
            kind,
            {"ticker": ticker.upper(), "form": form, "period": f"{day:%Y-%m-%d}"},
            failing=dice.random() < 0.012,
            pending=day == _QUARTERS[-1] and ticker in ("msft", "nvda", "tsla"),
        )


def _articles(dice: random.Random) -> Iterator[Document]:
    verbs = words(
        "activate add archive assign audit back-up cancel change clone configure connect delete"
        " disable download duplicate edit enable export find import invite link merge move"
        " pause rename restore share"
    )
    things = words(
        "an-account an-alert an-api-key an-approval a-backup a-badge a-billing-plan a-board"
        " a-calendar a-card a-channel a-chart a-comment a-contact a-dashboard a-dataset a-device"
        " a-domain a-draft a-filter a-folder a-form a-group an-integration an-invoice a-label"
        " a-license a-list a-message a-notification a-password a-payment a-policy a-project"
        " a-report a-role a-schedule a-seat a-team a-template a-ticket a-webhook a-workspace"
    )
    for verb, thing in product(verbs, things):
        yield Document(
            f"{verb}-{thing}.md",
            dice.randint(900, 14_000),
            MARKDOWN,
            {
                "product": dice.choice(("Desk", "Console", "Mobile")),
                "audience": dice.choice(("admin", "agent", "customer")),
            },
        )


def _manuals(dice: random.Random) -> Iterator[Document]:
    models = ("AX-200", "AX-450", "BR-7", "Corvus 3", "Corvus 5", "Delta Mini", "Halo", "Halo Pro")
    guides = ("Installation Guide", "Quick Start", "Safety Notes", "Service Manual", "User Guide")
    for model, guide, language in product(models, guides, ("en", "de")):
        yield Document(
            f"{model} {guide} ({language}).pdf",
            dice.randint(180_000, 9_500_000),
            PDF,
            {"product": model, "language": language, "revision": f"{dice.randint(1, 6)}.0"},
            failing=dice.random() < 0.03,
        )


def _papers(dice: random.Random) -> Iterator[Document]:
    subjects = ("Retrieval", "Attention", "Summaries", "Embeddings", "Chunking", "Ranking")
    places = ("over long documents", "at the edge", "with little data", "under noise")
    views = ("A survey", "Limits", "A benchmark", "Lessons learned", "New bounds")
    for number, (subject, place, view) in enumerate(product(subjects, places, views)):
        year = dice.randint(2017, 2025)
        yield Document(
            f"{subject} {place} - {view}.pdf",
            dice.randint(240_000, 4_200_000),
            PDF,
            {"doi": f"10.5555/{year}.{31_000 + number}", "year": str(year)},
            pending=number % 53 == 7,
        )


def _contracts(dice: random.Random) -> Iterator[Document]:
    partners = words("Acme Borealis Cedar Dunmore Everly Fjord Granite Hollis")
    kinds = ("MSA", "NDA", "DPA", "Order form", "Amendment 1", "SOW 1", "SOW 2", "Renewal")
    for partner, kind in product(partners, kinds):
        day = date(2023, 1, 9) + timedelta(dice.randint(0, 900))
        yield Document(
            f"{partner} - {kind} (signed).docx",
            dice.randint(28_000, 310_000),
            WORD,
            {"counterparty": f"{partner} Ltd", "effective": f"{day:%Y-%m-%d}"},
        )


def _notes(dice: random.Random) -> Iterator[Document]:
    for week, topic in product(range(53), ("Weekly sync", "Design review", "1-1", "Retro")):
        day = date(2024, 10, 7) + timedelta(weeks=week, days=dice.randint(0, 4))
        yield Document(f"{day:%Y-%m-%d} {topic}.md", dice.randint(400, 9_000), MARKDOWN)


def _knowledge(dice: random.Random) -> Iterator[Document]:
    names = words(
        "新入社員ガイド.md 休暇申請の手順.md 経費精算マニュアル.pdf 議事録_第3四半期.txt"
        " 製品仕様書.docx よくある質問.md Руководство_пользователя.pdf Отчёт_2025.txt"
        " Politique_de_congés.md Übersicht_Förderung.txt دليل_المستخدم.pdf מדריך_למשתמש.txt"
        " คู่มือ.md 사용자_안내서.pdf 使用说明.md Οδηγίες.txt 🚀_launch_plan.md"
        " 👩‍💻_onboarding.md 🗺️_roadmap_2026.md café_menü.txt naïve_résumé.docx"
        " Þjónusta.txt हिन्दी_नोट्स.txt Ελληνικά.md"
    )
    kinds = {"md": MARKDOWN, "txt": TEXT, "pdf": PDF, "docx": WORD}
    for name in names:
        kind = kinds[name.rsplit(".", 1)[1]]
        yield Document(name, dice.randint(800, 600_000), kind, {"言語": dice.choice("日英露仏独")})


def _scans(dice: random.Random) -> Iterator[Document]:
    for number in range(1, 39):
        readable = number % 3 != 0
        yield Document(
            f"scan_{number:04}.{'pdf' if readable else 'tiff'}",
            dice.randint(400_000, 6_000_000),
            PDF if readable else SCAN,
            {"box": f"B{1 + number // 12}"},
            failing=not readable,
            pending=readable and number % 4 == 1,
        )


def _interviews(dice: random.Random) -> Iterator[Document]:
    for number in range(1, 58):
        role = dice.choice(("analyst", "admin", "developer", "lawyer", "nurse", "teacher"))
        yield Document(
            f"interview-{number:03}-{role}.txt", dice.randint(9_000, 88_000), TEXT, {"role": role}
        )


def _releases(dice: random.Random) -> Iterator[Document]:
    for major, minor, patch in product(range(1, 5), range(8), range(3)):
        version = f"{major}.{minor}.{patch}"
        yield Document(
            f"release-{version}.md", dice.randint(300, 6_000), MARKDOWN, {"version": version}
        )


def _feedback(dice: random.Random) -> Iterator[Document]:
    for week, region in product(range(1, 53), ("amer", "apac", "emea")):
        yield Document(
            f"feedback-2025-w{week:02}-{region}.csv",
            dice.randint(1_200, 190_000),
            CSV,
            {"region": region.upper(), "week": f"2025-W{week:02}"},
        )


def _nothing(_dice: random.Random) -> Iterator[Document]:
    return iter(())


SAMPLES = (
    Sample(
        "SEC Filings",
        "Quarterly and annual reports of fifteen companies.",
        702.4,
        _filings,
        [
            _field("ticker", "Stock symbol", required=True, inject_into_chunk=True),
            _field("form", "SEC form type", required=True),
            _field("period", "End of the reporting period, YYYY-MM-DD"),
        ],
        {"tokens_configuration": {"max_chunk_size_tokens": 1024, "chunk_overlap_tokens": 128}},
    ),
    Sample(
        "Support articles",
        "The public help centre.",
        655.1,
        _articles,
        [_field("product", inject_into_chunk=True), _field("audience")],
        {
            "markdown_tokens_configuration": {
                "max_chunk_size_tokens": 512,
                "chunk_overlap_tokens": 64,
            }
        },
    ),
    Sample(
        "Product manuals",
        "Printed manuals, in English and German.",
        571.9,
        _manuals,
        [_field("product", required=True), _field("language"), _field("revision")],
    ),
    Sample(
        "Research papers",
        "One entry per DOI.",
        498.3,
        _papers,
        [
            _field("doi", "Digital object identifier", required=True, unique=True),
            _field("year", "Year of publication", inject_into_chunk=True),
        ],
    ),
    Sample(
        "Legal contracts",
        "Signed contracts only.",
        431.7,
        _contracts,
        [_field("counterparty", required=True), _field("effective", "First day, YYYY-MM-DD")],
    ),
    Sample("Meeting notes", "", 389.0, _notes),
    Sample("Drafts", "Nothing here yet.", 12.5, _nothing),
    Sample("社内ナレッジ 📚", "多言語の社内文書", 260.6, _knowledge, [_field("言語")]),
    Sample(
        "Incoming scans",
        "What the scanner sends; not all of it is readable.",
        41.2,
        _scans,
        [_field("box", "Archive box")],
    ),
    Sample("Interview transcripts", "User research.", 187.4, _interviews, [_field("role")]),
    Sample(
        "Release notes",
        "",
        333.3,
        _releases,
        [_field("version", "Semantic version", required=True, unique=True)],
    ),
    Sample(
        "Customer feedback 2025",
        "Weekly exports by region.",
        300.8,
        _feedback,
        [_field("region"), _field("week", "ISO week")],
    ),
)

# Files that are attached nowhere: name, content type, content. The last one cannot be read.
UNATTACHED: tuple[tuple[str, str, bytes], ...] = (
    ("nvda-20260331.txt", TEXT, b"NVIDIA Corporation\nForm 10-Q for the quarter.\n" * 240),
    ("tsla-20260331.txt", TEXT, b"Tesla, Inc.\nForm 10-Q for the quarter.\n" * 310),
    ("aapl-20260331.pdf", PDF, b"%PDF-1.7\n% Apple Inc., Form 10-Q\n" * 900),
    ("reset-two-factor.md", MARKDOWN, b"# Reset two-factor sign-in\n\n1. Open Settings.\n" * 18),
    ("Halo Pro Service Manual (fr).pdf", PDF, b"%PDF-1.7\n% Halo Pro, manuel\n" * 4100),
    ("Scaling laws for retrieval.pdf", PDF, b"%PDF-1.7\n% Scaling laws for retrieval\n" * 2600),
    ("Fjord - SOW 3 (signed).docx", WORD, b"PK\x03\x04 word/document.xml\n" * 1700),
    ("2026-01-12 Weekly sync.md", MARKDOWN, b"# Weekly sync\n\n- Decided: ship it.\n" * 22),
    ("feedback-2026-w02-emea.csv", CSV, b"date,score,comment\n2026-01-07,9,Quick!\n" * 130),
    ("whiteboard.tiff", SCAN, b"II*\x00\x08\x00\x00\x00\xff\xfe\xfd\xfc" * 9000),
)
