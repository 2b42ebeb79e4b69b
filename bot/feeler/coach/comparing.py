"""Two interviewers' answers on one topic, as text."""

from feeler.coach.progress import Comparison
from feeler.coach.telling import cited
from feeler.coach.topics import TITLES
from feeler.coach.values import Learned

MOST = 3  # interviewers shown


def comparison_text(comparison: Comparison) -> str:
    """What each interviewer told on the topic, the newest talk first, as `/compare` shows it."""
    title = TITLES[comparison.topic]
    if not comparison.answers:
        return f"Nobody has told you anything about {title} yet, and you have not asked."
    parts = [f"On {title}:"]
    for one in reversed(comparison.answers[-MOST:]):
        rows = [f"• {cited(fact.said, 200)}{_asked(fact)}" for fact in one.told]
        if not rows:
            rows = [f"• You asked {cited(one.asked[-1].asked)}; they told you no facts on it."]
        parts.append("\n".join([f"{one.who.name}, {one.company}{f' · {one.day}' * bool(one.day)}", *rows]))
    if len(comparison.answers) == 1:
        parts.append("Only one interviewer so far: ask a second one the same question.")
    return "\n\n".join(parts)


def _asked(fact: Learned) -> str:
    """The question that it answered, below it."""
    return f"\n   You had asked: {cited(fact.opened_by, 90)}" if fact.opened_by else ""
