"""Build HTML as a tree, so that no text of the data can become markup."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

__all__ = ["element", "link", "page"]

Content = Element | str | None
_NOT_HTML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *contents: Content | Iterable[Content], **attributes: str) -> Element:
    """An element with texts and elements in it; `class_` and `for_` lose their underscore.

    >>> ElementTree.tostring(element("p", "a < b ", element("b", "c"), class_="x"), encoding="unicode")
    '<p class="x">a &lt; b <b>c</b></p>'
    """
    made = Element(tag, {name.rstrip("_").replace("_", "-"): _clean(value) for name, value in attributes.items()})
    for content in contents:
        _add(made, content)
    return made


def _add(parent: Element, content: Content | Iterable[Content]) -> None:
    if content is None:
        return
    if isinstance(content, str):
        text = _clean(content)
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text
    elif isinstance(content, Element):
        parent.append(content)
    else:
        for each in content:
            _add(parent, each)


def link(address: str, text: str) -> Element | str:
    """A link where the address is one for a browser, else the text."""
    return element("a", text, href=address) if address.startswith(("http://", "https://", "#")) else text


def page(title: str, style: str, *contents: Content | Iterable[Content]) -> str:
    """A whole document in English."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", style),
    )
    root = element("html", head, element("body", *contents), lang="en-GB")
    return "<!doctype html>\n" + ElementTree.tostring(root, encoding="unicode", method="html") + "\n"


def _clean(text: str) -> str:
    return _NOT_HTML.sub("\ufffd", text)
