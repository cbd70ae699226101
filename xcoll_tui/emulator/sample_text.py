"""Texts of sample files, made up from their names when somebody searches or reads them."""

import re
from collections.abc import Mapping

_ARTICLE = re.compile(r"([a-z-]+?)-(an?-[a-z-]+)\.md")
# What people ask of a help centre, in the articles that answer it: a name, a heading, the answer.
_ANSWERS_TEXT = """\
change-a-device.md
How to reset two-factor sign-in
You lost your phone, or have a new one, and the codes of the old one do not work any more. To
reset two-factor authentication, open Settings, choose Security, and select Reset two-factor.
Confirm with one of your recovery codes, then scan the QR code with the authenticator app of the
new device. Without a recovery code an admin of your workspace can reset two-factor for you
under People.

enable-a-device.md
Turn on two-factor sign-in
Two-factor authentication asks for a code of your authenticator app beside the password. Enable
it under Settings, Security, and keep the ten recovery codes in a safe place.

change-a-password.md
Forgotten passwords
If you forgot your password, choose Forgot password on the sign-in page. A link to set a new one
comes by e-mail and is good for one hour. Passwords have at least twelve characters.

download-an-invoice.md
Where do I find my invoices?
Invoices are listed under Billing, newest first, and can be downloaded as PDF. The address on
them is the one of the billing contact; past invoices are not changed.

cancel-a-billing-plan.md
How do I cancel my subscription?
A plan that is cancelled stays usable until the end of the period that was paid. Data are kept
for 30 days after that, and refunds are made within 14 days of a renewal.

delete-an-account.md
Erase personal data
Deleting an account erases the profile and all personal data for good after a week. Tickets and
comments stay, without a name. An owner hands the workspace over first.

export-a-report.md
Export to a spreadsheet
Reports are exported as CSV or XLSX. More than 50,000 rows are sent by e-mail as a ZIP file when
they are ready.

connect-an-integration.md
Slack and Teams
Notifications can be posted to a Slack channel or a Teams chat. The integration needs the
permission of a workspace admin on both sides.

configure-a-webhook.md
Signatures and retries
Each delivery is signed with HMAC-SHA256. A delivery that fails is repeated for 24 hours with
growing pauses; after that the webhook is paused.

restore-a-backup.md
Recover deleted content
Backups are made every night and kept for 35 days. What was deleted since can be recovered from
the trash within 30 days.
"""


_COMPANIES = {
    "AAPL": "Apple Inc.",
    "AMD": "Advanced Micro Devices",
    "AMZN": "Amazon.com",
    "AVGO": "Broadcom",
    "CRM": "Salesforce",
    "GOOGL": "Alphabet, the parent of Google",
    "IBM": "International Business Machines",
    "INTC": "Intel",
    "META": "Meta Platforms",
    "MSFT": "Microsoft",
    "NFLX": "Netflix",
    "NVDA": "NVIDIA",
    "ORCL": "Oracle",
    "QCOM": "Qualcomm",
    "TSLA": "Tesla",
}
_REPORTS = {"10-K": "annual report", "10-Q": "quarterly report", "8-K": "current report"}
_ANSWERS = {
    name: lines for name, *lines in (answer.splitlines() for answer in _ANSWERS_TEXT.split("\n\n"))
}


def text_of(name: str, fields: Mapping[str, str], about: str) -> str:
    """Make up what a sample says; `about` is the description of its collection."""
    title = " ".join(re.split(r"[-_ ]+", name.rpartition(".")[0] or name))
    lines = [f"# {title[:1].upper()}{title[1:]}", ""]
    article = _ARTICLE.fullmatch(name)
    if article is not None:
        lines += _steps_of(article[1], article[2], fields)
    elif "ticker" in fields:
        lines += [_filing_of(title, fields, about)]
    else:
        lines += [f"{title}. {about}".strip()]
    lines += [f"{key}: {value}" for key, value in fields.items()]
    answer = _ANSWERS.get(name)
    if answer is not None:
        heading, *rest = answer
        lines += ["", f"## {heading}", "", *rest]
    return "\n".join(lines) + "\n"


def _filing_of(title: str, fields: Mapping[str, str], about: str) -> str:
    ticker, form = fields["ticker"], fields.get("form", "")
    company = _COMPANIES.get(ticker, ticker)
    report = _REPORTS.get(form, "report")
    period = fields.get("period") or fields.get("year") or title
    return (
        f"{company} ({ticker}), {report} on form {form} for the period {period}: revenue, income, "
        f"cash flow, risk factors and outlook. {about}"
    )


def _steps_of(verb: str, thing: str, fields: Mapping[str, str]) -> list[str]:
    verb, thing = verb.replace("-", " "), thing.replace("-", " ")
    noun = thing.partition(" ")[2]
    product, audience = fields.get("product", "Console"), fields.get("audience", "agent")
    return [
        f"How to {verb} {thing} in {product}, for everyone with the role {audience}.",
        "",
        f"1. Open {product} and choose {noun.capitalize()}s.",
        f"2. Select the {noun}, then {verb.capitalize()}.",
        f"3. Check what is shown and confirm. To {verb} several at once, mark them first.",
        "",
        f"What you {verb} is listed in the activity log of the workspace.",
    ]
