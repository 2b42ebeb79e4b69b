"""What the company could see in the candidate: talents by the candidate's own words, and what they would serve.

A sentence is evidence when the candidate says in the first person what they did, and the words of that deed stand in
the catalogue. Wishes ("I would love to lead"), denials ("I never sold anything") and questions are none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feeler.coach.questions import is_question
from feeler.coach.values import Evidence, Learned, Talent
from feeler.coach.words import content, count, fold, quote, sentences
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Topic

MOST = 4  # talents in a debrief
WITNESSES = 2  # quotations a talent


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One talent of the catalogue."""

    name: str  # fits "You showed ..."
    deed: str  # what one would do with it, an infinitive: for a duty
    title: str  # of a role built on it
    pattern: str  # of what a sentence says that shows it
    serves: str  # words of the needs it answers


CATALOGUE = (
    Kind(name="negotiating", deed="bring the sides to one agreement", title="negotiator and go-between",
         pattern=r"negotiat|mediat|bargain|haggl|compromise|settled (?:a|the|it|every)|agreement|to the (?:same )?table|both sides|got (?:them|both|everyone) to agree|union",
         serves="negotiate agree dispute conflict sides trust contract price supplier customer county counties office doctor yes approval wall"),
    Kind(name="calming people down", deed="talk to the people who are upset or afraid, and stay calm", title="first contact for people in distress",
         pattern=r"\bcalm|angry|furious|upset|complain|shout|scream|de-?escalat|frightened|scared|crying|cried|difficult (?:guest|customer|client|people|parent|patient)|hostile",
         serves="calm angry upset frightened complain complaint customer family patient wait grief emergency shout quarrel guest"),
    Kind(name="putting things in plain words", deed="explain each side's work to the other in plain words", title="translator between departments",
         pattern=r"explain|translat|plain (?:words|language|english)|simple words|make sense of|so that (?:they|everybody|everyone) (?:understood|could understand)|go-between|in between|liais|jargon",
         serves="explain understand communication between wall trust talk language doctor office customer jargon misunderstand listen"),
    Kind(name="teaching", deed="train the people who are new, on site", title="trainer for newcomers",
         pattern=r"\bteach|taught|\btrain(?:ed|ing)?\b(?! (?:station|ride|ticket))|mentor|coached|apprentice|pupils?|students?\b|classroom|lesson|showed (?:them|him|her|new)",
         serves="teach train learn course newcomer apprentice crew onboarding school beginner outside young customer godparent"),
    Kind(name="leading people", deed="hold a team together through a change", title="lead for a team in change",
         pattern=r"\bled\b|\blead(?:ing)? (?:a|the|my|our)|my team|managed|managing|supervis|foreman|in charge of|ran (?:a|the|my|our|an)|responsible for|headed|head of|\bboss of|hired|crew of|team of",
         serves="lead leader team manager crew people shift leave quit turnover morale staff trust"),
    Kind(name="organising", deed="plan the sequence and keep everybody to it", title="coordinator",
         pattern=r"organi[sz]|schedul|coordinat|logistic|rota\b|roster|timetable|planned|planning|events?\b|deadline|on time|arranged|dispatch|juggl|routes?\b|deliver",
         serves="plan schedule coordinate late delivery deadline wait bed appointment order time office offices delay chaos shift release"),
    Kind(name="finding the fault", deed="find out why it keeps going wrong, and put it right", title="troubleshooter",
         pattern=r"\bfix(?:ed|ing)?\b|repair|diagnos|debug|troubleshoot|broke(?:n)? down|breakdown|root cause|fault|figured out|found out (?:why|that|what)|traced|investigat|solved|maintain|maintenance",
         serves="fault break broken mistake error machine repair problem bug outage stop wrong fail failure service parts"),
    Kind(name="selling", deed="win customers over and bring back what they say", title="voice of the customer",
         pattern=r"\bsold\b|\bsell(?:ing)?\b|sales|pitch|closed (?:a|the|deals?)|clients?\b|customers? (?:came back|bought)|won (?:a|the|over|back) ?(?:client|customer|contract|account)?|market(?:ed|ing)|fundrais|donors?\b",
         serves="sell sales customer client market order price revenue lose competitor buy renew churn donation"),
    Kind(name="building trust", deed="visit the people nobody talks to, and keep the line open", title="liaison",
         pattern=r"trust|relationship|network|contacts|partners?\b|stayed in touch|knew (?:everyone|everybody|every)|by name|community|neighbou?rs|listen",
         serves="trust relationship partner county customer supplier visit talk listen outside office contact leave asked"),
    Kind(name="caring for people", deed="look after the people behind the numbers", title="companion for people in care",
         pattern=r"patients?\b|\bnurs|\bcar(?:ed|ing) for|\bwards?\b|elderly|hospice|disab|looked after|took care of|my (?:mother|father|wife|husband|grandmother)|kids|children|social work|counsel",
         serves="patient nurse care family grief ward bed home people sick frightened"),
    Kind(name="working exactly", deed="check what nobody checks, before it costs", title="quality checker",
         pattern=r"audit|inspect|quality|measur|toleranc|calibrat|accura|precis|exact|double-?check|checked|proofread|check ?list|to the (?:millimet|cent|penny)|every (?:detail|single|invoice|page)|document(?:ed|ation)",
         serves="quality check error mistake wrong exact measure standard audit test rule dose price"),
    Kind(name="working with numbers", deed="make the numbers tell where it hurts", title="analyst",
         pattern=r"budget|spreadsheet|analy[sz]|\bdata\b|forecast|accounts?\b|accounting|bookkeep|statistic|figures|invoice|calculat|costs?\b|\btax",
         serves="budget cost money number profit loss price margin euros dollars revenue percent data measure"),
    Kind(name="writing", deed="write it down so that people read it", title="writer in house",
         pattern=r"\bwrote\b|\bwrit(?:e|ing|ten)\b|articles?\b|edited|editor|drafted|speech(?:es)?|press\b|report(?:s|ed)?\b|newsletter|blog|journalis|publish",
         serves="write document note report text explain manual press public handbook typing"),
    Kind(name="starting things", deed="build the first small version and try it out", title="builder of new things",
         pattern=r"founded|set up|started (?:a|my|our|the)|launched|from (?:scratch|nothing|zero)|my own (?:business|shop|company|firm)|opened (?:a|my|our|the)|invented|pilot",
         serves="new idea try invent start role create job grow market product change app"),
    Kind(name="working with the hands", deed="see on the spot how it is really done, and help", title="practitioner on the floor",
         pattern=r"weld|carpent|joiner|\bbak(?:ed?|ing|er|ery)\b|\bcook(?:ed|ing)?\b|kitchen|\bsew|\bbuilt\b|\bbuild(?:ing)? (?:a|the|my|our|things)|machin(?:e|ist|es)|assembl|workshop|electric|plumb|farm|garden|brick|tools",
         serves="machine hall workshop bench build hand assembly bakery baker kitchen tool parts craft"),
    Kind(name="staying steady under pressure", deed="take the hard hours and keep order", title="steady hand for hard weeks",
         pattern=r"pressure|night shift|\bnights?\b|emergenc|crisis|crises|in the middle of the night|rush|hectic|stress|panic|short-?staffed|pandemic|fire(?:fighter|s)?\b|military|army|ambulance",
         serves="pressure night emergency hard winter delivery overtime crisis stress alarm outage full late weekend"),
    Kind(name="learning fast", deed="learn what is missing and pass it on", title="learner in residence",
         pattern=r"taught myself|self-?taught|learn(?:ed|t) (?:to|how|it|the|about|by|from|on|python|programming)|picked (?:it |up )|evening (?:class|course|school)|went back to school|studied|course|retrain",
         serves="learn new change know school industry paper technology computer training again"),
    Kind(name="crossing languages and cultures", deed="speak for people who are not understood", title="bridge to other languages",
         pattern=r"interpret|bilingual|(?:speak|spoke) (?:\w+ and|three|four|two|several|fluent)|languages?\b|abroad|overseas|foreign|cultures?\b|embassy|international|immigra|refugee",
         serves="language country abroad foreign export international customer understand travel market"),
    Kind(name="winning people over", deed="win over those who say no", title="advocate for change",
         pattern=r"persuad|convinc|talked (?:\w+ ){1,4}into|won (?:them|him|her|people) over|changed (?:their|his|her) minds?|campaign|lobby|advocat|got (?:them|him|her|people|everyone|everybody) to",
         serves="refuse ignore trust agree change decision doctor manager board yes approval idea laugh resist"),
    Kind(name="making work simpler", deed="take the steps out that nobody needs", title="simplifier",
         pattern=r"improv|simplif|redesign|streamlin|automat|\bcut (?:the|our|waiting|costs?|down|it)|saved|sped up|faster|reduc|efficien|instead of (?:\w+ ){1,4}(?:hours|days|weeks)|macro|script",
         serves="slow wait hours typing paper step office offices process delay cost late computer waste"),
    Kind(name="staying with it", deed="stay with the problem until it is done", title="owner of a stubborn problem",
         pattern=r"kept (?:going|at|calling|trying|asking|on)|stuck with|(?:didn't|did not|never) g[ai]ve? up|until (?:it|they|he|she|we) (?:\w+ )?(?:worked|said yes|agreed|gave|was done)|(?:years|months) (?:later|of (?:trying|work))|persist|patien(?:t|ce)\b|again and again",
         serves="fail failed problem try tried year stuck nobody never again stubborn"),
    Kind(name="knowing rules and authorities", deed="deal with the rules and the offices behind them", title="guide through rules and offices",
         pattern=r"regulat|complian|permits?\b|licen[sc]|government|ministr|minister|public (?:office|authorit|affairs|sector)|authorit|policy|policies|lawyer|legal|law\b|town hall|city hall|senator|council|customs",
         serves="regulation rule law county counties permit approval government licence state audit certificate office offices"),
    Kind(name="looking after guests", deed="be the first face people meet", title="host",
         pattern=r"guests?\b|reception|front desk|hotel|restaurant|waiter|waitress|waited tables|\bserv(?:ed|ing)\b|bar(?:tender|ista)?\b|concierge|hospitality",
         serves="guest customer family wait visitor service friendly call reception frightened"),
    Kind(name="watching over safety", deed="see the danger before it becomes an accident", title="eyes for safety",
         pattern=r"safety|safe\b|hazard|accident|\brisks?\b|evacuat|first aid|protect",
         serves="safety accident danger wrong stop dose machine mistake risk"),
)  # fmt: skip

_PATTERNS = tuple((kind, re.compile(kind.pattern)) for kind in CATALOGUE)
_SERVES = {kind.name: content(kind.serves) for kind in CATALOGUE}
_FIRST_PERSON = re.compile(r"\b(?:i|i've|i'd|i'm|we|my|me|our)\b")
_DEED = re.compile(
    r"\b(?:i|we)(?:'ve|'d| have| had)? (?:\w+ ){0,3}?(?:\w{2,}ed|ran|led|built|taught|sold|wrote|made|kept|took|got|brought|found|met"
    r"|held|won|cut|set|dealt|spent|did|was|were|am|spoke|knew|stood|sat|went|drove|gave|learnt|began|grew|fought|became|came"
    r"|told|said|put|work|do|run|lead|manage|teach|handle|help|keep|make|speak|know|care|organi[sz]e|write|sell|fix|repair|listen)\b"
    r"|\b(?:my|our) (?:\w+ ){1,3}(?:was|were|is|are|came|said|grew)\b"
    r"|^(?:\w{3,}ed|ran|led|built|taught|sold|wrote|\w{4,}ing)\b"
)
_NO_EVIDENCE = re.compile(
    r"\b(?:i'd|i would|i could|i might|i want|i wish|i hope|i'll|i will|i can learn|would like|would love|i've never|i never"
    r"|i have never|i don't|i do not|i didn't|i did not|i can't|i cannot|i couldn't|i'm not|i am not|not (?:very )?good|no experience"
    r"|interested in|curious about|hate|hated|bored|boring|if i|looking for|tired of|i'm sorry|wonder)\b"
)


def kind_named(name: str) -> Kind:
    """The catalogue's entry of this name."""
    return next(kind for kind in CATALOGUE if kind.name == name)


def talents(interview: Interview, learned: Sequence[Learned]) -> tuple[Talent, ...]:
    """The talents shown, the best evidenced first, each sentence standing for one of them only."""
    shown: dict[str, list[tuple[float, Line, str]]] = {}
    for line in interview.lines:
        if line.speaker is not Speaker.CANDIDATE:
            continue
        for sentence in _deeds(line.text):
            folded = fold(sentence)
            for kind, pattern in _PATTERNS:
                if hits := len(set(pattern.findall(folded))):
                    shown.setdefault(kind.name, []).append((hits + _weight(sentence), line, sentence))
    needs = _needs(learned)
    return tuple(_talent(name, rows, needs, interview) for name, rows in _without_sharing(shown)[:MOST])


def _deeds(text: str) -> list[str]:
    return [
        sentence
        for sentence in sentences(text)
        if count(sentence) >= 5 and not is_question(sentence) and tells_a_deed(sentence)
    ]


def tells_a_deed(sentence: str) -> bool:
    """Whether a sentence says in the first person what somebody did or does, rather than wishes or denies it."""
    folded = fold(sentence)
    return bool(
        (_FIRST_PERSON.search(folded) or not folded[:1].isalpha() or _DEED.match(folded))
        and _DEED.search(folded)
        and not _NO_EVIDENCE.search(folded)
    )


def _weight(sentence: str) -> float:
    """How concrete a sentence is: its length up to a point, and numbers."""
    return min(count(sentence), 25) / 25 + (0.4 if any(sign.isdigit() for sign in sentence) else 0.0)


def _without_sharing(
    shown: dict[str, list[tuple[float, Line, str]]],
) -> list[tuple[str, list[tuple[float, Line, str]]]]:
    """Talents with their sentences, best first; a sentence stands for the first talent that claims it."""
    taken: set[tuple[int, str]] = set()
    kept = []
    best = {name: sorted(rows, key=lambda row: -row[0]) for name, rows in shown.items()}
    for name in sorted(best, key=lambda name: -sum(row[0] for row in best[name][:WITNESSES])):
        rows = [row for row in best[name] if (row[1].number, row[2]) not in taken][:WITNESSES]
        if rows:
            taken |= {(row[1].number, row[2]) for row in rows}
            kept.append((name, rows))
    return kept


def _needs(learned: Sequence[Learned]) -> list[Learned]:
    """What the company told, the problems first."""
    return sorted(learned, key=lambda one: one.topic is not Topic.PROBLEM)


def _talent(
    name: str, rows: list[tuple[float, Line, str]], needs: list[Learned], interview: Interview
) -> Talent:
    shown = tuple(quote(line, sentence) for _, line, sentence in rows)
    need = serving(name, needs)
    return Talent(
        name=name, shown=shown, heard=_heard(interview, rows), need=need, carries=carry_over(name, need)
    )


def serving(name: str, needs: Sequence[Learned]) -> Evidence | None:
    """What the company told that this talent serves best; a problem it told where nothing matches by its words."""
    wanted = _SERVES[name]
    scored = [(len(wanted & content(one.said.quote)) + (one.topic is Topic.PROBLEM), one) for one in needs]
    best = max(scored, key=lambda pair: pair[0], default=(0, None))
    return best[1].said if best[1] and best[0] >= 1 else None


def carry_over(name: str, need: Evidence | None) -> str:
    """One sentence on how the talent carries over, without a need: what to find out."""
    deed = kind_named(name).deed
    if need is None:
        return "They told nothing yet that this would serve: ask which problem they would pay to have solved."
    return f"What they said in line {need.line} could use somebody to {deed}."


def _heard(interview: Interview, rows: list[tuple[float, Line, str]]) -> Evidence | None:
    """Where the company's next line took the candidate's words up, not asking."""
    for _, line, sentence in rows:
        said = content(sentence)
        after = next((one for one in interview.lines[line.number :] if one.speaker is Speaker.COMPANY), None)
        if after is None or after.turn != line.turn:
            continue
        for part in sentences(after.text):
            if (
                len(said & content(part)) >= 1
                and not part.endswith("?")
                and re.search(r"\byour?\b", fold(part))
            ):
                return quote(after, part)
    return None
