"""What a question is about, and which facts of the dossier answer it: by words, stems and synonyms, no model.

A fact's score is the sum over the question's stems of how telling each stem is in this dossier (inverse document
frequency), twice that for the fact's keywords, and something more where the fact's topic is the question's.
"""

# ruff: noqa: E501, SIM905  (word lists and patterns read better on one line)

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from math import log

from feeler.interview.words import content, stem, words
from feeler.personas.values import Company, Fact, Reveal, Topic

LABELS: dict[Topic, str] = {
    Topic.PATH: "How you came here",
    Topic.DAY: "A day at work",
    Topic.ENTRY: "Getting in from outside",
    Topic.SUCCESS: "How success is judged",
    Topic.TEAM: "The team and its boss",
    Topic.CULTURE: "Culture and conflict",
    Topic.GROWTH: "Growing and learning",
    Topic.CONDITIONS: "Hours and pressure",
    Topic.BUSINESS: "How business is going",
    Topic.INDUSTRY: "Where the field is going",
    Topic.PAY: "What people earn",
    Topic.ADVICE: "Advice and people to meet",
    Topic.PROBLEM: "The problem that hurts",
}
SIGNS: dict[Topic, str] = {
    Topic.PATH: r"\byour (?:own )?(?:path|background|story|journey)\b|\b(?:you|people) (?:come|came|join\w*|end up) (?:here|to|into|in)\b|\bfound(?:er|ers|ed)\b|\bhistory\b|\bbrought you\b|\bend(?:ed)? up\b|\bbefore (?:they|you|joining|coming|this)\b|\bhow (?:did )?it (?:all )?(?:begin|began|start(?:ed)?)\b|\bhow old (?:is|are)\b|\bstory behind\b|\bcome to you\b|\bhow long have you\b|\bdid you get (?:there|here|into|in)\b|\byou yourself\b|\bpeople do before\b|\byour first (?:day|week|month|year)s?\b",
    Topic.DAY: r"\b(?:typical|normal|ordinary|average|usual|regular|working|whole|real) (?:work ?|working )?(?:day|week|morning|shift)\b|\bday[- ]to[- ]day\b|\bdaily\b|\bday (?:look|be|go|start|like)|\broutine|\b(?:actually|really) do\b|\beveryday\b|\btasks?\b|\bwhat (?:would|will) i (?:actually |really )?(?:do|be doing)\b|\bweek look|\bday here\b|\bmonday\b|\bmorning\b|\bwork itself\b|\bwork like\b|\bjob (?:look|involve|consist)|\bdo all day\b|\ball day\b|\bdo every day\b|\bhow do things (?:move|work|go)\b|\bwork interesting\b|\bcomes in\b|\buntil it(?:'s| is) done\b|\bmorning\b",
    Topic.ENTRY: r"\boutsid\w+|\bwithout (?:a |an |any |the |knowing |having )?(?:\w+ )?(?:degree|experience|background|training|knowledge|certificate|diploma|qualification|coding|code)|\bbeginner|\bnewcomer|\bnew (?:people|hires?|starters?|to (?:the|this))\b|\bcareer chang|\b(?:another|different|other|wrong) (?:field|industry|trade|sector|career|profession|line of work)\b|\bget(?:ting)? (?:in|into|a foot|started)\b|\bbreak in|\bhir(?:e|ing)\b|\bswitch|\btransition|\bqualif|\bdegree|\bdiploma|\bcertificat|\bonboard|\bretrain|\b(?:someone|somebody|person|people|anyone) (?:like me|with my|from)\b|\bno (?:experience|background|degree|training)\b|\b(?:need|require\w*) to (?:know|have)\b|\bteach (?:me|people|newcomers)\b|\bnon-?technical\b|\bam i too\b|\bjoin(?:ing)? (?:you|the company|from)\b|\bfit in\b|\bway in\b|\bdoor\b|\btake (?:a chance on|people|on|in)\b|\blook for in\b|\btoo (?:old|late|young)\b|\bmy (?:background|kind)\b|\bstart(?:ing)? (?:here|with you|from (?:zero|scratch|nothing))\b|\bchance\b|\bwould you (?:even )?(?:take|consider|hire)\b|\bsuch as me\b|\bcould i\b|\ban? (?:old )?\w+ like me\b|\btry(?:ing)? (?:it|this|things|out)\b|\btrial\b|\bprobation\b|\bintern\w*\b|\b(?:no|any|without|lack of|zero) (?:\w+ )?(?:experience|background|degree|training|qualifications?)\b|\bshow me the ropes\b|\bmentors?\b|\b(?:people|person|somebody|someone|newcomers?|one) (?:start|begin|learns?|begins?|starts?|gets? in|comes? in)\b|\blearned before\b|\blearn first\b|\bodd backgrounds?\b|\bfrom the field\b|\bin small steps\b",
    Topic.SUCCESS: r"\bsuccess\w*|\bjudg\w+|\bmeasur\w+|\bdo(?:ing)? (?:well|a good job)\b|\bperform\w*|\bexpect\w*|\breviews?\b|\bfeedback\b|\bapprais\w*|\bkpis?\b|\bgoals?\b|\btargets?\b|\bfirst (?:\w+ )?(?:days|weeks|months|year)\b|\bexcel\b|\bthriv\w+|\bgood at\b|\b(?:great|good|best|star) (?:employee|worker|colleague|person|people|one|hire)\b|\bevaluat\w+|\bstand out\b|\brecogni[sz]\w+|\bvalued?\b.{0,10}\bmost\b|\b(?:somebody|someone|people|anyone|one|i|a person) (?:is|are|am|does|do) (?:really )?(?:good|well)\b|\bgood work\b|\b(?:want|like|need|hope) to see\b|\bhas worked\b|\bwhether (?:something|it) (?:works|worked|has worked)\b|\bdone well\b|\bgood enough\b",
    Topic.TEAM: r"\bteams?\b|\bmanagers?\b|\bboss\w*|\bcolleagues?\b|\breport(?:ing)? to\b|\bwork(?:ing)? with\b|\bhow many (?:people|employees|of you|staff|work)\b|\bstructure\w*|\bhierarch\w+|\blead(?:er|ers|ership|s)\b|\bsupervis\w+|\bdepartments?\b|\bcowork\w+|\bco-work\w+|\bin charge\b|\bmanag(?:e|ed|ement)\b|\bheadcount\b|\bhow (?:big|large|small)\b|\bget along\b|\b(?:keeps?|holds?) (?:people|everyone|it all|things|them|the \w+) together\b|\bwho(?:'s| is) (?:who|the \w+est|around|there|on)\b|\bcrews?\b|\bpeople (?:are|you work)\b|\bsit(?:ting)? next to\b|\bfrom the top\b|\blevels\b|\bdirectors?\b|\bceo\b",
    Topic.CULTURE: r"\bcultur\w+|\bconflicts?\b|\bdisagree\w*|\bmistakes?\b|\batmosphere\b|\bvalues\b|\bargu\w+|\bfights?\b|\bquarrel\w*|\bblam\w+|\bspeak (?:up|out|openly)\b|\bopenly\b|\bpeople (?:leave|quit|go)\b|\bleav(?:e|ing)\b|\bquit\w*|\bunwritten\b|\bfir(?:ed|ing)\b|\bpolitics\b|\bmood\b|\bwhat is it like\b|\bwork here\b|\bvibe\b|\bfeel like\b|\bcriticism\b|\bcritici[sz]e\b|\bmess(?:es)? up\b|\bget(?:s)? (?:it )?wrong\b|\bturnover of (?:people|staff)\b|\bstaff turnover\b|\b(?:who|how)(?: \w+)? (?:decides?|decided|decisions?)\b|\bdecisions (?:made|taken)\b|\bdiversity\b|\btrust\b|\bhonest mistakes?\b|\bsay no\b|\bdisagreed?\b|\bpunish\w*\b|\byell\w*\b|\bshout\w*\b|\btreat(?:ed|s)?\b|\bfun\b|\blaugh\w*\b|\bwelcom\w+\b|\bgossip\b|\brespect\w*\b|\bkind of people\b|\berrors?\b|\bfaults?\b|\bhonest with\b|\badmit\w*\b|\bdecide (?:things|what|about)\b|\bwant(?:s)? (?:the )?opposite\b|\blisten(?:s|ed)? to (?:me|people|us|each|new|the)\b|\b(?:to|with|about) each other\b|\bquestion (?:them|orders|it)\b|\bsay stop\b|\bwithout asking\b|\b(?:much|a|any) say\b|\bexplain myself\b|\bgood (?:company|place|employer) to\b|\bcome down and\b|\bleft the room\b|\bloud\b|\bnice\b|\bkind to\b|\bdifferent opinions?\b|\bspeak (?:their|your|my) mind\b|\bdisagreement\b",
    Topic.GROWTH: r"\bgrow\w*|\bpromot\w+|\bcareers?\b|\bdevelop(?:ment|ing| myself| people| your people| further)?\b|\badvanc\w+|\bmov(?:e|ing) up\b|\blearn\w*|\bprogress\w*|\bopportunit\w+|\b(?:new|own|create|invent\w*|creat\w*) (?:a |my )?(?:\w+ )?(?:role|position|job)s?\b|\bpositions? (?:be|been|get) created\b|\bcourses?\b|\bclimb\b|\bladder\b|\bin (?:two|three|five|ten) years\b.{0,12}\bi\b|\bwhere could i\b|\bfurther\b|\btrainings?\b|\bdid(?: not|n't) exist\b|\bof use\b|\bbe good for\b|\bgood at .{0,30}\bdo there\b|\bwork on\b|\bbuild (?:there|here|something|my)\b",
    Topic.CONDITIONS: r"\bhours?\b|\bremote\w*|\bhome(?:[- ]?office)?\b|\boffices?\b|\bovertime\b|\bweekends?\b|\bstress\w*|\bpressure\b|\bworkload\b|\bshifts?\b|\bholidays?\b|\bvacations?\b|\bflexib\w+|\bpart[- ]?time\b|\btravel\w*|\bbalance\b|\bburn\w*[- ]?out\b|\bnights?\b|\bcommut\w+|\blocation\b|\bschedules?\b|\bdays off\b|\btime off\b|\bevenings?\b|\bhybrid\b|\bworking time\b|\btired\b|\bexhaust\w+|\bhectic\b|\bbusy\b|\bfriday\w*|\bsaturdays?\b|\bsundays?\b|\bleave early\b|\blate\b|\bwhere (?:is|are|would) .*\b(?:work|based|located|sit)\b|\bon fire\b|\bpeak\b|\brush\b|\bcrunch\b|\bdeadlines?\b|\bquiet (?:time|week|day)s?\b|\blong days?\b|\bwhen .{0,20}\b(?:crazy|mad|worst)\b|\bon fire\b|\brush(?: hour)?\b",
    Topic.BUSINESS: r"\bprofit\w*|\brevenues?\b|\bfinanc\w+|\bstab(?:le|ility)\b|\bcustomers?\b|\bclients?\b|\bsales\b|\binvestors?\b|\bfunding\b|\bfunded\b|\bdebts?\b|\bturn ?over\b|\blay(?:ing)?[- ]?offs?\b|\blaid off\b|\bbusiness\b|\bcompany (?:doing|safe|healthy|secure|going|earn|make|making|in good)\b|\bsurviv\w+|\bbankrupt\w*|\brisk\w*|\bbudgets?\b|\bmake (?:your |its |the |any )?money\b|\bdoing (?:well )?(?:financially|economically)\b|\bhealthy\b|\bsecure\b|\bjob security\b|\bloss(?:es)?\b|\bwho owns\b|\bowners?\b|\borders?\b|\bmargins?\b|\bin trouble\b|\bshut\w* down\b|\bclos(?:e|ing) down\b|\bcontracts?\b|\bbring you down\b|\bsink\w*\b|\bafraid of\b|\bfear\b|\bthreat\w*\b|\bgo under\b|\bsold\b|\bfold\b|\bhow safe\b|\bearn(?:s|ing)? (?:its|your|their|the) money\b|\bmoney (?:actually |really )?come\b|\bsinking\b|\bwell off\b|\blive (?:from|off)\b",
    Topic.INDUSTRY: r"\bindustr\w+|\bmarkets?\b|\bfuture\b|\btrends?\b|\bcompet\w+|\bai\b|\bartificial intelligence\b|\bautomat\w+|\b(?:five|ten|5|10|twenty) years\b|\bsector\b|\bheading\b|\bheaded\b|\bgoing in the\b|\bregulat\w+|\bdisrupt\w*|\brobots?\b|\btechnolog\w+|\bwhole field\b|\byour field\b|\bchanging\b|\bdigitali[sz]\w+|\bchatgpt\b|\bobsolete\b|\bdying\b|\bcoming years\b|\b(?:china|chinese|asia\w*|cheap(?:er)?|imports?|rivals?)\b|\bplastic\b|\bsustainab\w+\b|\bnext generation\b|\b(?:your|the) (?:whole )?(?:trade|profession)\b",
    Topic.PAY: r"\bpay\w*|\bsalar\w+|\bwages?\b|\bearn\w*|\bcompensat\w+|\bbonus\w*|\bbenefits?\b|\bpackage\b|\bpaid\b|\braises?\b|\bincome\b|\bdollars\b|\beuros\b|\bperks?\b|\bstock options?\b|\bpension\b|\bremunerat\w+|\bhow much (?:money|would i|do (?:you|people)|can i|is it|does)\b|\bmoney\b|\bnegotiab\w+|\bper (?:hour|month|year)\b|\bcompany car\b",
    Topic.ADVICE: r"\badvi[cs]e\w*|\brecommend\w*|\bshould i\b|\bwho (?:else )?(?:should|could|can|would|do) i (?:have to |need to )?(?:talk|speak|meet|ask|see|write|call|contact)\b|\bwho else\b|\bwhich person\b|\bprepar\w+|\bsuggest\w*|\bintroduc\w+|\btips?\b|\bmeet\b|\btalk to\b|\bspeak (?:to|with)\b|\bcontacts?\b|\bfirst step\b|\bif you were (?:me|in my)\b|\bbooks?\b|\bin my (?:place|shoes|position)\b|\bwhat would you do\b|\bput me in touch\b|\bnext step\b|\b(?:sit|visit|watch|shadow|spend a (?:day|morning)|look around|come (?:by|and see|over))\b|\bfirst (?:thing|step)\b|\bif i wanted\b|\bin touch\b|\bsecond talk\b|\bwhom (?:i )?(?:could|should|can)\b|\bwho should (?:read|see|get|hear)\b|\bholes into\b|\bto (?:hear|see|visit|look at) (?:the|your|a) (?:building|place|hall|office|ward|workshop|team)\b|\bstay in touch\b|\bnext person\b|\b(?:anybody|anyone|somebody|someone) (?:else )?(?:whom? |that )?i (?:could|can|might|should)\b",
    Topic.PROBLEM: r"\bproblems?\b|\bchalleng\w+|\bstruggl\w*|\bhurt\w*|\bpain\w*|\bhardest\b|\bheadaches?\b|\bkeeps? (?:you|people|everyone) (?:up|awake)\b|\bawake\b|\bgo(?:es|ing)? wrong\b|\bstuck\b|\bworr(?:y|ies|ied)\b|\bsolv\w+|\bneed (?:most|right now|help)\b|\bbottlenecks?\b|\bfrustrat\w+|\bweak\w*|\bdifficult\w*|\btrouble\w*|\bnot work(?:ing)?\b|\bbroken\b|\bmissing\b|\bbiggest\b|\bsleepless\b|\bpay (?:someone|somebody) to\b|\bfix\b|\bhelp you with\b|\bunsolved\b|\bnobody (?:deals|wants|dares|touches|fixes|solves|manages)\b|\bnobody has\b|\bcosts? you (?:the )?most\b|\bspoil\w*\b|\bstick(?:ing|s)? point\b|\b(?:hate|annoy)\w*\b|\bwhere does it (?:hurt|jam|leak)\b|\bwhat is (?:broken|missing)\b|\bthe thing that\b|\btried (?:so far|already|before)\b|\bweakest\b|\bsore\b|\bgets? lost\b|\bwhat(?:'s| is) wrong\b|\bkind of help\b|\bfinds? (?:\w+ )?hard\b|\bheld up\b|\b(?:nobody|no one|none)(?: \w+){0,2} wants?\b|\bfailed\b|\beach other's way\b|\bslow(?:s|ed)? (?:you|things|everything) down\b|\bnot give to\b|\bsecret\b|\bhold(?:s|ing)? you back\b|\bbrochure\b|\b(?:don't|do not) (?:tell|advertise) (?:people|visitors|anyone|anybody)\b",
}  # fmt: skip
COMPILED = {topic: re.compile(signs, re.IGNORECASE) for topic, signs in SIGNS.items()}
GROUPS = tuple(
    frozenset(stem(word) for word in group.split())
    for group in (
        "pay salary wage earn compensation remuneration income paid money",
        "remote home homeoffice telework",
        "boss manager supervisor leader lead leadership management chief head",
        "leave quit resign left leaver turnover",
        "train training onboarding induction mentor mentoring taught teach learn course school retrain",
        "outside outsider newcomer beginner changer switch switcher transition elsewhere",
        "success successful judge measure evaluate assess rate performance appraisal",
        "review feedback appraisal criticism",
        "conflict disagree disagreement argue argument quarrel fight dispute clash",
        "mistake error fault wrong fail failure failed blunder",
        "problem challenge difficulty trouble struggle headache issue pain bottleneck",
        "hour schedule shift time-off workweek",
        "stress pressure workload burnout intense hectic exhausted overtime",
        "holiday vacation weekend",
        "grow growth career promotion advance develop development progress",
        "profit profitable margin financial finance revenue turnover",
        "risk danger threat depend dependence vulnerable",
        "competitor competition rival compete",
        "ai artificial automation automate robot machine-learning chatgpt",
        "advice advise recommend suggest tip",
        "meet talk speak contact introduce",
        "team crew group colleague coworker department",
        "size big large small",
        "customer client buyer",
        "degree qualification certificate diploma requirement",
        "culture atmosphere environment mood vibe climate",
        "bonus extra commission",
        "travel trip abroad",
        "decide decision approve",
        "love like enjoy favourite favorite best",
        "dislike hate annoy frustrate bother worst",
        "join start began begin",
        "regret ashamed mistake sorry",
        "stay keep remain",
        "hard hardest difficult tough toughest",
        "surprise unexpected",
        "change different alter",
        "founder founded origin history",
        "test check quality",
        "order book contract",
    )
)
SYNONYM = {member: f"~{place}" for place, group in reversed(list(enumerate(GROUPS))) for member in group}
# what nearly every question says, so that it tells nothing about which fact is meant
EMPTY = frozenset(
    stem(word)
    for word in """company work job people thing kind sort lot way year day question tell ask know explain describe
    example look mean happen happened happens usual usually typical typically actual actually general person long
    bit little time make today currently somebody someone work working place firm curious wonder interested hear
    hello thank understand believe guess feel honest honestly generally normal normally today everyone handle deal
    here nowadays role big best""".split()
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Match:
    """How well a fact answers a question."""

    fact: Fact
    score: float
    own: float  # the part of the score that the fact's own words earned, without its topic


def topics_of(question: str) -> tuple[Topic, ...]:
    """What a question is about, the clearest first; empty where it says nothing of the topic map."""
    hits = Counter({topic: len(signs.findall(question)) for topic, signs in COMPILED.items()})
    for topic, label in LABELS.items():
        if question.strip().strip("?.!").lower() == label.lower():
            return (topic,)
    found = [topic for topic, count in hits.items() if count]
    return tuple(sorted(found, key=lambda topic: (-hits[topic], _first_sign(topic, question))))


def _first_sign(topic: Topic, question: str) -> int:
    """Where the question first speaks of the topic: what is named first is mostly what is meant."""
    found = COMPILED[topic].search(question)
    return found.start() if found else len(question)


def _bonuses(question: str, topics: tuple[Topic, ...]) -> dict[Topic, float]:
    """What being of the question's topic is worth: most for the clearest, the same for equally clear ones."""
    hits = {topic: len(COMPILED[topic].findall(question)) for topic in topics}
    most = max(hits.values(), default=0)
    return {
        topic: 3.0 if topic is topics[0] else max(0.75, 2.5 * hits[topic] / most) if most else 1.5
        for topic in topics[:4]
    }


def picked(text: str) -> Topic | None:
    """The topic whose keyboard button was tapped, if `text` is one."""
    bare = text.strip().strip("?.! ").lower()
    return next((topic for topic, label in LABELS.items() if label.lower() == bare), None)


def gist(text: str) -> frozenset[str]:
    """The stems of `text` that tell something, synonyms brought to one of them."""
    return frozenset(SYNONYM.get(found, found) for found in content(text) if found not in EMPTY)


def matches(question: str, company: Company, topics: tuple[Topic, ...]) -> tuple[Match, ...]:
    """Every fact that may ever be told, with its score for `question`, the best first."""
    asked = gist(question)
    spoken = " ".join(words(question))
    weight = _weights(company.facts)
    bonus = _bonuses(question, topics)
    found: list[Match] = []
    for fact in company.facts:
        if fact.reveal is Reveal.NEVER:
            continue
        keys, told = _stems(fact)
        own = sum(weight[one] * (2.0 if one in keys else 1.0) for one in asked & (keys | told))
        own += sum(2.0 for phrase in fact.keywords if " " in phrase and phrase.lower() in spoken)
        found.append(Match(fact=fact, own=own, score=own + bonus.get(fact.topic, 0.0)))
    return tuple(sorted(found, key=lambda match: -match.score))


@lru_cache(maxsize=64)
def _weights(facts: tuple[Fact, ...]) -> dict[str, float]:
    seen = Counter(one for fact in facts for one in set().union(*_stems(fact)))
    weight: dict[str, float] = {}
    for one, count in seen.items():
        weight[one] = log(1 + len(facts) / count)
    return weight


@lru_cache(maxsize=2_000)
def _stems(fact: Fact) -> tuple[frozenset[str], frozenset[str]]:
    return gist(" ".join(fact.keywords)), gist(fact.text)
