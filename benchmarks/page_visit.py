"""A first visit to a page on a slow phone, measured by the browser itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, StorageState, ViewportSize

# Lighthouse's "slow 4G" of a middling phone.
CPU_SLOWDOWN = 4
DOWNLOAD_BITS_PER_SECOND, UPLOAD_BITS_PER_SECOND, LATENCY_MILLISECONDS = 1_600_000, 750_000, 150
PHONE: ViewportSize = {"width": 390, "height": 844}
# Runs before the page's own scripts: what is painted and moved is told to an observer alone.
OBSERVE = """
window.measured = {lcp: 0, element: "", shift: 0};
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    window.measured.lcp = entry.startTime;
    window.measured.element = entry.element
      ? [entry.element.localName, ...entry.element.classList].slice(0, 2).join(".") : "";
  }
}).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.measured.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True)
class Visit:
    """bytes: as transferred, by the kind of resource, headers included."""

    answer_seconds: float
    lcp_seconds: float
    lcp_element: str
    layout_shift: float
    bytes: Counter[str]
    requests: int

    def kilobytes(self, kind: str | None = None) -> float:
        return (self.bytes.total() if kind is None else self.bytes[kind]) / 1000


def visit(browser: Browser, url: str, *, person: StorageState | None) -> Visit:
    """With an empty cache; the person's cookies, where there is one."""
    with browser.new_context(
        locale="en", viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True, storage_state=person
    ) as context:
        page = context.new_page()
        page.add_init_script(OBSERVE)
        session = context.new_cdp_session(page)
        kinds: dict[str, str] = {}
        received: Counter[str] = Counter()

        def note_kind(event: dict[str, Any]) -> None:
            kinds[event["requestId"]] = event["type"]

        def note_bytes(event: dict[str, Any]) -> None:
            received[kinds[event["requestId"]]] += int(event["encodedDataLength"])

        session.on("Network.responseReceived", note_kind)
        session.on("Network.loadingFinished", note_bytes)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MILLISECONDS,
                "downloadThroughput": DOWNLOAD_BITS_PER_SECOND / 8,
                "uploadThroughput": UPLOAD_BITS_PER_SECOND / 8,
            },
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        page.goto(url, wait_until="networkidle")
        measured = page.evaluate("window.measured")
        answered = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
        return Visit(
            answer_seconds=answered / 1000,
            lcp_seconds=measured["lcp"] / 1000,
            lcp_element=measured["element"],
            layout_shift=measured["shift"],
            bytes=received,
            requests=len(kinds),
        )
