"""The topic map as the debrief shows it, and questions that open each of its fields."""

import re
from collections.abc import Mapping, Sequence

from feeler.coach.values import Coverage, Evidence, Hidden, Learned, Question
from feeler.coach.words import content, fold, quote, sentences, weigh
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Company, Fact, Reveal, Topic

TITLES: dict[Topic, str] = {
    Topic.PATH: "their own path",
    Topic.DAY: "day-to-day work",
    Topic.ENTRY: "entry from outside",
    Topic.SUCCESS: "success and how it is judged",
    Topic.TEAM: "team and manager",
    Topic.CULTURE: "culture and conflict",
    Topic.GROWTH: "growth",
    Topic.CONDITIONS: "hours, place and pressure",
    Topic.BUSINESS: "business health",
    Topic.INDUSTRY: "where the industry goes",
    Topic.PAY: "pay norms",
    Topic.ADVICE: "advice and people to meet",
    Topic.PROBLEM: "the problem worth paying for",
}

# The first question opens the field, the others fit facts that need a closer look or a follow-up.
OPENERS: dict[Topic, tuple[str, ...]] = {
    Topic.PATH: (
        "What did you and the people around you do before you came here?",
        "How did this company begin, and who started it?",
        "What nearly made you leave, and what made you stay?",
    ),
    Topic.DAY: (
        "What does an ordinary day look like from the morning on?",
        "What happens between the first idea and the finished product or project?",
        "What goes wrong on a bad day, and who puts it right?",
    ),
    Topic.ENTRY: (
        "How does somebody from another field start here, and who teaches them?",
        "Who came from outside and did not stay, and what was hard for them?",
        "What qualification or experience do you really need, and what can be learned?",
    ),
    Topic.SUCCESS: (
        "How would you know after a year that somebody did well here?",
        "How do reviews and feedback work, and what are people judged or measured by?",
        "What does somebody do who fails here, though they work hard?",
    ),
    Topic.TEAM: (
        "Who would I work with every day, and how is the team put together?",
        "How do the managers lead, and who decides what?",
        "Between which teams is there friction, and where does it come from?",
    ),
    Topic.CULTURE: (
        "How do people here deal with mistakes and disagreement?",
        "What is the atmosphere like when nobody from outside is watching?",
        "Why did the last people who left go, and what would they complain about?",
    ),
    Topic.GROWTH: (
        "How do people learn and grow here, and what courses or training do you pay for?",
        "When did you last create a role for somebody, and how did it come about?",
        "Where do people get stuck here, and who was not promoted?",
    ),
    Topic.CONDITIONS: (
        "How are the hours and the place of work arranged in a normal week?",
        "When is the pressure at its worst, and what does overtime look like then?",
        "What is too much here: the travel, the nights, the load?",
    ),
    Topic.BUSINESS: (
        "How is the business doing, and where does the money come from?",
        "What is the biggest risk to the business, and what keeps you awake?",
        "Which customers or income do you depend on, and what if you lose one?",
    ),
    Topic.INDUSTRY: (
        "Where is this industry going in the next few years?",
        "What will machines, computers or competitors change for you?",
        "Which change in your market worries you most?",
    ),
    Topic.PAY: (
        "How is pay worked out here, and what is the usual range for this kind of work?",
        "How does your pay compare with others nearby, and who earns more?",
        "What is in the package beyond the salary, such as bonus or raises?",
    ),
    Topic.ADVICE: (
        "Who else should I meet, and what would you advise somebody like me?",
        "What should I read, visit or try before I decide?",
        "What would you do first in my place?",
    ),
    Topic.PROBLEM: (
        "Which problem would you pay to have solved tomorrow?",
        "What have you already tried against that problem, and why did it not work?",
        "What does that problem cost you, and who suffers most from it?",
    ),
}

NEAR = 0.25  # share of a fact's telling words after which asking on would have fitted

_CUES: dict[Topic, re.Pattern[str]] = {
    topic: re.compile(rf"\b(?:{pattern})")
    for topic, pattern in {
        Topic.PATH: r"your (?:own )?(?:path|story|background|way|career)|brought you|did you (?:come|get|start|end up|do before)"
        r"|you (?:personally )?join|before you came|how long have you|made you (?:stay|choose|join)|founded|founder"
        r"|compan(?:y|ies) (?:begin|start)|history",
        Topic.DAY: r"(?:typical|normal|usual|average|ordinary|every|working|regular|bad|good) (?:day|week|morning)"
        r"|day[- ]to[- ]day|daily|(?:day|week|morning) (?:look|go|like)|routine|what (?:do|does|would) \w+ (?:actually )?do\b"
        r"|what (?:is|'s) the work like|actually do",
        Topic.ENTRY: r"(?:from|of) (?:outside|another|other|a different)|outsider|newcomer|beginner|career chang|chang\w* careers?"
        r"|switch\w* (?:career|field|from)|no experience|without (?:a |any )?(?:degree|experience|background|qualif|certif)"
        r"|(?:need|want|have|require)\w* (?:a |any )?(?:degree|qualif|certif|licen)|degree|qualification|certificat|onboard"
        r"|somebody (?:like me|with my)|someone (?:like me|with my)|first (?:weeks|months|days)|get(?:ting)? (?:in|into) (?:the|this|your)",
        Topic.SUCCESS: r"success|judge|measur|evaluat|apprais|review|perform|expect\w* (?:of|from)|do(?:ing)? well|good at (?:this|the|it)"
        r"|goals?\b|targets?\b|feedback|recogni[sz]|rating|kpi",
        Topic.TEAM: r"teams?\b|manager|boss|supervis|colleague|co-?worker|work (?:closely )?with\b|report to|hierarch|who (?:leads|decides)"
        r"|people (?:work|are there|do you have)|leadership|structure|how many people",
        Topic.CULTURE: r"cultur|conflict|disagree|mistake|atmosphere|values\b|mood|argu(?:e|ment)|quarrel|tension|turnover"
        r"|(?:do|did) (?:people|they) (?:leave|quit|stay)|people (?:leave|quit|stay)|who left|like working (?:here|there)|environment|honest|blame|treat",
        Topic.GROWTH: r"grow|promot|develop (?:my|your|people|one|new)|learn|training|courses?\b|career path|advance|opportunit|next step (?:for|up)"
        r"|create (?:a )?(?:role|position|job)|new role|stuck",
        Topic.CONDITIONS: r"hours|remote|home ?office|from home|overtime|weekend|shift|part[- ]time|flexib|pressure|stress|workload|burn"
        r"|holiday|vacation|travel|commut|balance|nights?\b|office (?:days|like)|days off|on call|relocat",
        Topic.BUSINESS: r"business|profit|revenue|earn (?:your )?money|make (?:your )?money|financ|stable|stability|customers?\b|clients?\b|sales\b"
        r"|compan(?:y|ies) doing|orders?\b|risk|keeps? you (?:up|awake)|competit|investor|margin|fund(?:s|ed|ing)\b|secure|owner|lay ?offs?",
        Topic.INDUSTRY: r"industr|market|trend|future of|in (?:ten|five|\d+) years|next (?:few|five|ten|\d+) years|where .{1,30} (?:going|heading)"
        r"|\bai\b|artificial|automat|technolog|sector|field (?:going|change)|regulat|digital",
        Topic.PAY: r"\bpay\b|paid\b|salar|wage|compensation|bonus|\bearn\b|benefits|perks|package|raise|money (?:do|would|can|for)|what (?:do|would) i get",
        Topic.ADVICE: r"advi[cs]e|recommend|should i (?:meet|talk|read|do|learn|try|know|prepare)|who else|anyone else|anybody else|somebody else|someone else"
        r"|in my (?:place|shoes|position)|introduce|suggest|next steps?\b|prepare|do differently",
        Topic.PROBLEM: r"problem|challeng|struggl|hurt|bottleneck|pain|difficult|hardest|biggest (?:issue|headache|worry)|headache|solve|fix\b"
        r"|goes wrong|go wrong|missing here|stuck with|cost you|frustrat|keep\w* failing|wish you had",
    }.items()
}  # fmt: skip


def topics_of(question: str, company: Company) -> tuple[Topic, ...]:
    """The fields of the map that a question is about, at most two, the clearest first."""
    folded = fold(question)
    scores = {topic: 2.0 * len(cue.findall(folded)) for topic, cue in _CUES.items()}
    asked = content(question)
    for fact in company.facts:
        scores[fact.topic] += 0.5 * len(asked & content(" ".join(fact.keywords))) ** 0.5
    ranked = sorted(
        ((score, topic) for topic, score in scores.items() if score >= 1.0), key=lambda pair: -pair[0]
    )
    return tuple(topic for score, topic in ranked[:2] if score >= 0.6 * ranked[0][0])


def coverage(questions: Sequence[Question], learned: Sequence[Learned]) -> tuple[Coverage, ...]:
    """The whole map, every field with the lines that asked and told about it."""
    return tuple(
        Coverage(
            topic=topic,
            asked=tuple(dict.fromkeys(one.asked.line for one in questions if topic in one.topics)),
            told=tuple(dict.fromkeys(one.said.line for one in learned if one.topic is topic)),
        )
        for topic in Topic
    )


def hidden(
    interview: Interview, company: Company, questions: Sequence[Question], learned: Sequence[Learned]
) -> tuple[Hidden, ...]:
    """The facts that stayed hidden, those that a question of the candidate's came near to first.

    Each has a question that would have opened it, beside the own question that came near it, or the company's
    words after which it would have fitted. Facts that nobody may tell are left out.
    """
    known = {one.fact for one in learned}
    weights = weigh(company.facts)
    found = []
    for fact in company.facts:
        if fact.id in known or fact.reveal is Reveal.NEVER:
            continue
        near = next((one.asked for one in reversed(questions) if fact.topic in one.topics), None)
        found.append(
            Hidden(
                fact=fact.id,
                topic=fact.topic,
                reveal=fact.reveal,
                question=opening_question(fact),
                near=near,
                after=None if near else _fits_after(interview, fact, weights),
            )
        )
    order = {Reveal.PROBED: 0, Reveal.ASKED: 1, Reveal.VOLUNTEERED: 2}
    return tuple(sorted(found, key=lambda one: (one.near is None, one.after is None, order[one.reveal])))


def opening_question(fact: Fact) -> str:
    """The question of the fact's field that says most of its keywords; the first one where none does."""
    wanted = content(" ".join((*fact.keywords, fact.text)))
    choices = OPENERS[fact.topic]
    if fact.reveal is Reveal.PROBED:
        choices = choices[1:] + choices[:1]
    return max(choices, key=lambda question: len(wanted & content(question)))


def _fits_after(interview: Interview, fact: Fact, weights: Mapping[str, float]) -> Evidence | None:
    """The company's own words that came closest to the fact, as the place to ask on; None where none came near."""
    wanted = content(fact.text)
    near = NEAR * sum(weights[word] for word in wanted)
    best: tuple[float, Evidence] | None = None
    for line in interview.lines:
        if line.speaker is not Speaker.COMPANY or line.turn == 0:
            continue
        for sentence in sentences(line.text):
            shared = sum(weights[word] for word in wanted & content(sentence))
            if not sentence.endswith("?") and shared >= near and (best is None or shared > best[0]):
                best = (shared, quote(line, sentence))
    return best[1] if best else None
