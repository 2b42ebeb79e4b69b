"""Which time of day it is where somebody is: as they set it, else where their language is likely spoken."""

from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from feeler.usecases.visit import Visit

# By country ("DE"), and by language ("de") where most who speak it share one zone or nearly.
LIKELY = {
    "US": "America/New_York", "CA": "America/Toronto", "GB": "Europe/London", "IE": "Europe/Dublin",
    "AU": "Australia/Sydney", "NZ": "Pacific/Auckland", "DE": "Europe/Berlin", "AT": "Europe/Vienna",
    "CH": "Europe/Zurich", "FR": "Europe/Paris", "BE": "Europe/Brussels", "NL": "Europe/Amsterdam",
    "ES": "Europe/Madrid", "IT": "Europe/Rome", "PT": "Europe/Lisbon", "PL": "Europe/Warsaw",
    "TR": "Europe/Istanbul", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "BR": "America/Sao_Paulo",
    "MX": "America/Mexico_City", "AR": "America/Argentina/Buenos_Aires", "IN": "Asia/Kolkata",
    "ZA": "Africa/Johannesburg", "NG": "Africa/Lagos", "KE": "Africa/Nairobi", "JP": "Asia/Tokyo",
    "KR": "Asia/Seoul", "SE": "Europe/Stockholm", "NO": "Europe/Oslo", "DK": "Europe/Copenhagen",
    "FI": "Europe/Helsinki", "IS": "Atlantic/Reykjavik", "CZ": "Europe/Prague", "GR": "Europe/Athens",
    "IL": "Asia/Jerusalem", "BG": "Europe/Sofia", "HR": "Europe/Zagreb", "CY": "Asia/Nicosia",
    "EE": "Europe/Tallinn", "HU": "Europe/Budapest", "LV": "Europe/Riga", "LT": "Europe/Vilnius",
    "LU": "Europe/Luxembourg", "MT": "Europe/Malta", "RO": "Europe/Bucharest", "SK": "Europe/Bratislava",
    "SI": "Europe/Ljubljana",
    "de": "Europe/Berlin", "fr": "Europe/Paris", "it": "Europe/Rome", "nl": "Europe/Amsterdam",
    "pl": "Europe/Warsaw", "tr": "Europe/Istanbul", "uk": "Europe/Kyiv", "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul", "sv": "Europe/Stockholm", "nb": "Europe/Oslo", "da": "Europe/Copenhagen",
    "fi": "Europe/Helsinki", "cs": "Europe/Prague", "el": "Europe/Athens", "he": "Asia/Jerusalem",
    "bg": "Europe/Sofia", "hr": "Europe/Zagreb", "et": "Europe/Tallinn", "hu": "Europe/Budapest",
    "lv": "Europe/Riga", "lt": "Europe/Vilnius", "ro": "Europe/Bucharest", "sk": "Europe/Bratislava",
    "sl": "Europe/Ljubljana", "hi": "Asia/Kolkata",
}  # fmt: skip


def zone_of(visit: Visit) -> tzinfo | None:
    """The user's zone: as they set it, else their country's, else their language's; None where unknown."""
    names = (visit.chat.zone, LIKELY.get(visit.chat.country, ""), LIKELY.get(visit.region, ""))
    return next((zone for name in names if name and (zone := named(name))), None)


def named(name: str) -> ZoneInfo | None:
    """The zone "Europe/Berlin", in whatever case; None where this machine knows none of that name."""
    known = _known().get(name.strip().casefold().replace(" ", "_"))
    try:
        return ZoneInfo(known) if known else None
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return None


@cache
def _known() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
