"""What a browser may load and run on the pages (docs/decisions/0010-content-security-policy.md says why)."""

from __future__ import annotations

SELF, NONE = "'self'", "'none'"

# No inline script, no inline style, no eval. Pictures of items may be anywhere, over TLS.
SITE: dict[str, list[str]] = {
    "default-src": [SELF],
    "img-src": [SELF, "data:", "https:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
ADMIN: dict[str, list[str]] = {
    **SITE,
    # Alpine, which Unfold's pages are written for, makes functions of attributes; inline scripts stay forbidden.
    "script-src": [SELF, "'unsafe-eval'"],
    # Widths of bars and the like; style elements stay forbidden.
    "style-src-attr": ["'unsafe-inline'"],
}
# Nothing here asks for any of it, and neither shall what somebody smuggles in.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
