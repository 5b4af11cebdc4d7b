"""The project names no registry, no host but its own examples, and no folder of anybody's machine."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import named, texts

OURS = re.compile(
    r"^([\w-]+|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|testserver|\{.*|[\w.-]*\.?example(\.(com|org|net|cn))?|.*\.(test|invalid))$"
)
NAMESPACES = {
    "www.w3.org",
    "ns.adobe.com",
    "purl.org",
    "www.aiim.org",
    "www.apache.org",
    "schemas.microsoft.com",
}
ADDRESS = re.compile(r"\bhttps?://([^\s/:\"'`<>)\\?#]+)")
HOSTS = re.compile(r"\b(pypi\.org|pythonhosted|npmjs|debian\.org|crates\.io|proxy\.golang|github\.com)\b")
FOLDERS = re.compile(r"(?<![\w.{])(/home/|/Users/|/root/|[A-Z]:\\\\?Users\\)[\w.-]+")


def test_no_host_and_no_machine_is_named() -> None:
    here = named(Path(__file__))
    found = [
        f"{named(path)}: {item}"
        for path in texts()
        if named(path) != here
        for item in strangers(path.read_text(encoding="utf-8", errors="replace"))
        if not (item.startswith("/home/") and named(path).startswith("tests/"))  # an invented person's
    ]
    assert found == []


def test_what_must_not_be_named_would_be_found() -> None:
    assert list(strangers("see https://files.somewhere.io/x and /home/li/project or C:\\Users\\li")) == [
        "files.somewhere.io",
        "/home/li",
        "C:\\Users\\li",
    ]
    assert list(strangers("--index-url pypi.org")) == ["pypi.org"]


def test_examples_and_loopback_may_be_named() -> None:
    assert list(strangers("http://127.0.0.1:8000 https://crm.example.com http://{host}:{port}/v1")) == []


def strangers(text: str) -> Iterator[str]:
    """Hosts and folders that belong to somebody else."""
    for host in ADDRESS.findall(text):
        if not OURS.match(host) and host not in NAMESPACES:
            yield host
    yield from (found.group() for pattern in (HOSTS, FOLDERS) for found in pattern.finditer(text))
