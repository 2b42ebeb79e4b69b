"""How files are served: those of the page, and those that were sent in a chat."""

from importlib import resources

from aiohttp import web

from feeler.coach import emoji

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def page_file(name: str) -> web.Response:
    """A file of the page, or the font that the page and the debrief share."""
    if name == "emoji.woff":
        return web.Response(body=emoji.FILE.read_bytes(), headers=HEADERS, content_type="font/woff")
    ending = name.rpartition(".")[2]
    folder = resources.files("feeler.phone") / "page"
    if ending not in TYPES or "/" in name or not (folder / name).is_file():
        raise web.HTTPNotFound
    content = (folder / name).read_bytes()
    return web.Response(body=content, headers=HEADERS, content_type=TYPES[ending], charset="utf-8")


def file_headers(media_type: str, name: str, *, save: bool) -> dict[str, str]:
    """How a file is served: shown where that is safe, never as a page with rights of ours."""
    kind = media_type.split(";")[0].strip().lower()
    plain = name.replace('"', "").replace("\r", "").replace("\n", "").encode("ascii", "replace").decode()
    way = "attachment" if save else "inline"
    headers = {"Content-Disposition": f'{way}; filename="{plain}"'}
    if kind == "application/pdf" or kind in (
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "audio/ogg",
        "audio/webm",
        "audio/mp4",
        "audio/mpeg",
        "audio/wav",
    ):
        return headers | {"Content-Type": kind}
    if kind == "text/html":
        policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
        return headers | {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    if kind.startswith("text/") or kind == "application/json":
        return headers | {"Content-Type": "text/plain; charset=utf-8"}
    return headers | {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{plain}"',
    }
