"""The drawings in docs/images, as SVG that is readable in light and dark mode.

`python3 dev.py screenshot` writes them.
"""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

WIDTH = 1040
STYLE = """
    svg { color-scheme: light dark; font-family: Inter, "Segoe UI", "Helvetica Neue", Arial, sans-serif; font-size: 16px; }
    .paper { fill: #ffffff; stroke: #d0d7de; }
    rect { fill: #f3f5f8; stroke: #57606a; stroke-width: 1.5; }
    text { fill: #1f2328; }
    .box text, .middle { text-anchor: middle; }
    .right { text-anchor: end; }
    .name { font-size: 21px; font-weight: 600; }
    .strong { font-weight: 600; }
    .dashed rect { stroke-dasharray: 6 4; }
    .good rect { fill: #dff3e4; stroke: #1a7f37; }
    .open rect { fill: #fff1cf; stroke: #9a6700; }
    .arrow { fill: none; stroke: #57606a; stroke-width: 2; marker-end: url(#head); }
    #head path { fill: #57606a; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117; stroke: #30363d; }
      rect { fill: #1c2330; stroke: #9198a1; }
      text { fill: #f0f6fc; }
      .good rect { fill: #12351f; stroke: #3fb950; }
      .open rect { fill: #3a2b06; stroke: #d29922; }
      .arrow { stroke: #9198a1; }
      #head path { fill: #9198a1; }
    }
"""  # noqa: E501 - one rule a line


class Box(NamedTuple):
    """A box at a place; `name` comes first, `strong` last, in bold. `kind` is a class of STYLE."""

    name: str
    x: int
    y: int
    lines: tuple[str, ...] = ()
    strong: str = ""
    kind: str = ""
    width: int = 220
    height: int = 122

    def svg(self) -> str:
        """The box with its texts in the middle."""
        middle, below = self.x + self.width // 2, self.y + 35
        texts = [f'<text class="name" x="{middle}" y="{below}">{escape(self.name)}</text>']
        for line in self.lines:
            below += 31 if len(texts) == 1 else 22
            texts.append(f'<text x="{middle}" y="{below}">{escape(line)}</text>')
        if self.strong:
            y = self.y + self.height - 24
            texts.append(f'<text class="strong" x="{middle}" y="{y}">{escape(self.strong)}</text>')
        rect = (
            f'<rect x="{self.x}" y="{self.y}" width="{self.width}" height="{self.height}" rx="10"/>'
        )
        kind = f"box {self.kind}".strip()
        identity = self.name.lower().replace(" ", "-")
        return f'<g class="{kind}" id="{identity}">{rect}{"".join(texts)}</g>'


class Arrow(NamedTuple):
    """An arrow along a path of SVG, with lines of text that begin at a place."""

    path: str
    x: int
    y: int
    lines: tuple[str, ...]
    align: str = "middle"

    def svg(self) -> str:
        """The arrow and its texts."""
        texts = "".join(
            f'<text class="{self.align}" x="{self.x}" y="{self.y + 21 * row}">{escape(line)}</text>'
            for row, line in enumerate(self.lines)
        )
        return f'<path class="arrow" d="{self.path}"/>{texts}'


def drawing(
    title: str, description: str, height: int, parts: Iterable[Box | Arrow], note: str = ""
) -> str:
    """Return a drawing as SVG; `description` says in words what it shows."""
    shapes = "\n  ".join(part.svg() for part in parts)
    if note:
        shapes += f'\n  <text x="24" y="{height - 24}">{escape(note)}</text>'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" \
width="{WIDTH}" height="{height}" role="img" aria-labelledby="title description">
  <title id="title">{escape(title)}</title>
  <desc id="description">{escape(description)}</desc>
  <style>{STYLE}  </style>
  <defs>
    <marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="10" markerHeight="10" \
markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 10 5 0 10z"/></marker>
  </defs>
  <rect class="paper" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>
  {shapes}
</svg>
"""


STATES = drawing(
    "The states of an idempotency key",
    "A key starts as free. A send with it makes it sending. If Twilio accepts the text or reports "
    "it, the key becomes sent for good. If Twilio refuses it, or nothing was done, the key is free "
    "again. If the answer is lost, Twilio fails, or the app is killed, the key becomes unknown. A "
    "report from Twilio makes it sent at any time. After the settle window, the next request asks "
    "Twilio's list: one match makes it sent, none makes it sending again, and anything else leaves "
    "it unknown. The same key gets a 409 while sending, a 201 when sent, and a 504 while unknown.",
    530,
    (
        Arrow("M228 66h178", 317, 54, ("a send with the key",)),
        Arrow("M410 116H232", 319, 142, ("Twilio refuses it,", "or nothing was done")),
        Arrow("M630 91h178", 721, 79, ("Twilio accepts it,",)),
        Arrow("M630 91h178", 721, 115, ("or reports it",)),
        Arrow(
            "M480 152v222",
            464,
            242,
            ("the answer is lost,", "Twilio fails (5xx),", "or the app is killed"),
            "right",
        ),
        Arrow(
            "M560 378V156",
            576,
            242,
            ("after the settle window,", "Twilio's list has no match:", "one new attempt"),
            "left",
        ),
        Arrow(
            "M630 434h284V156",
            646,
            460,
            ("a report, at any time;", "after the window, one match", "in Twilio's list"),
            "left",
        ),
        Arrow(
            "M410 404h-46v60h42",
            350,
            418,
            ("more than one match,", "or no complete list:", "it stays unknown"),
            "right",
        ),
        Box("free", 24, 30, ("the key is new",), "a request sends it", "dashed", 204),
        Box("sending", 410, 30, ("calling Twilio",), "a request gets: 409"),
        Box("sent", 812, 30, ("the SID is known",), "a request gets: 201", "good", 204),
        Box("unknown", 410, 378, ("it may have been sent",), "a request gets: 504", "open"),
    ),
)

ARCHITECTURE = drawing(
    "The parts of Switchboard and who calls whom",
    "Your code calls the functions with a function key. The functions call Twilio's REST API, and "
    "Twilio, which texts and calls phones, sends them signed webhooks. The functions read secrets "
    "from Key Vault, remember what they sent in a table of the storage account, and log to "
    "Application Insights. On your machine, emulators stand in for Twilio, the phones, Key Vault, "
    "and the storage account.",
    416,
    (
        Arrow("M204 91h102", 255, 79, ("key",)),
        Arrow("M546 76h122", 607, 64, ("REST API",)),
        Arrow("M672 106H550", 607, 132, ("signed", "webhooks")),
        Arrow("M832 76h40", 854, 64, ()),
        Arrow("M876 106h-40", 854, 132, ()),
        Arrow("M370 202v66", 358, 242, ("secrets",), "right"),
        Arrow("M486 202v66", 498, 242, ("what was sent",), "left"),
        Arrow("M546 184h304v84", 838, 242, ("log",), "right"),
        Box("Your code", 24, 30, ("a website,", "a batch job, …"), width=180),
        Box(
            "Functions",
            310,
            30,
            ("Send…, Place…, Get…", "for your code;", "Twiml…, On…", "for Twilio"),
            width=236,
            height=172,
        ),
        Box("Twilio", 672, 30, ("texts and calls",), kind="dashed", width=160),
        Box("Phones", 876, 30, kind="dashed", width=140, lines=("of people",)),
        Box("Key Vault", 230, 272, ("Twilio's auth token",), kind="dashed", height=86),
        Box("Application Insights", 710, 272, ("the log",), height=86, width=280),
        Box("Storage", 470, 272, ("the ledger",), kind="dashed", height=86),
    ),
    note="Dashed: an emulator stands in for it on your machine. The functions are the same.",
)

DRAWINGS = {"states": STATES, "architecture": ARCHITECTURE}
