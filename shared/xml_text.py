"""Text that an XML document can hold (XML 1.0, section 2.2)."""

import re

# Compiled on first use: a set of this size takes longer than the import of an answer may.
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def is_xml_text(text: str) -> bool:
    """Whether XML 1.0 allows each character of `text`."""
    return not re.search(_NOT_XML, text)


def xml_text(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids; the SDK's builders write them as is."""
    return re.sub(_NOT_XML, "", text)
