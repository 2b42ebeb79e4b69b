#!/bin/sh
# The tests drive a real browser and a real PostgreSQL, and write PDFs in many scripts. Install what they need where
# that is possible, else say what to do.
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
fonts() { find /usr/share/fonts -name "$1" 2>/dev/null | grep -q .; }
fonts NotoSansThai-Regular.ttf || missing="$missing fonts-noto-core"
fonts NotoSansCJK-Regular.ttc || missing="$missing fonts-noto-cjk"
fonts Symbola_hint.ttf || missing="$missing fonts-symbola"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing what the tests need from Debian:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "The tests also need:$missing. On Debian or Ubuntu: sudo apt-get install$missing"
    echo "Without them the browser, PostgreSQL and font tests are skipped, and pytest says so."
fi
