"""Text that an XML document can contain (XML 1.0, section 2.2)."""

import re

# Compiled on first use: compiling a set of this size would slow down every import.
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def is_xml_text(text: str) -> bool:
    """Return whether XML 1.0 allows every character in `text`."""
    return not re.search(_NOT_XML, text)


def xml_text(text: str) -> str:
    """Remove the characters that XML 1.0 forbids; the SDK's builders don't."""
    return re.sub(_NOT_XML, "", text)
