"""What the coach says about a person's own story: /story and /prepare. Callers fill in the braces."""

BEGIN = (
    "Your side of the talk: send your CV or profile as a PDF, Word, HTML or text file, paste it, or type a "
    "few sentences about what you did. I keep its lines word for word, for this chat alone.\n\n"
    "Photograph, birth, age, nationality, family, health, disability, religion, gender, address, phone and "
    "mail are left out: nobody needs them here.\n\n"
    "/skip leaves it."
)
MORE = "Send more of your story, as a file or as sentences, or press Done. There are {count} so far."
TAKEN = "From {name} I kept {kept}, word for word. That makes {count}."
NOTHING_KEPT = "From {name} I kept nothing: I found no new line in it that says what you did."
LEFT_OUT = "{lines} left out and not kept: {kinds}. Nobody needs that here."
ONE_KIND = "{kind} ({count})"
TOO_LONG = "{lines} had more than {most} characters, so I left them out: send them as shorter sentences."
TOO_MANY = "{lines} did not fit, since I keep {most} at most: /story drop and a number makes room."
SEND_MORE = "Send more, or press Done."
SHOWN = (
    "Your story, {first} to {last} of {all}. Tap a number to change or drop that line, or send for instance "
    "/story mend {first} or /story drop {first}."
)
ONE = "{number}. {text}\n\nFrom: {source}"
TYPED = "your own words"
NONE = "There is nothing in your story yet. Send /story, then your CV or a few sentences."
NO_SUCH = "Your story has no line number {given}. /story lists them: 1 to {all}."
ASK_MEND = "How should it read? One sentence, in your words.\n\nNow it reads: {text}\n\n/skip leaves it."
MENDED = "Changed. It now reads: {text}"
BAD_LINE = (
    "I can take one sentence of at least three words and at most {most} characters, which says what you did. "
    "Try again, or /skip."
)
PROTECTED = (
    "I don't keep that: it says something about {kind}, which nobody needs here. Write it without, or /skip."
)
DROPPED = "Gone: “{text}”"
ASK_DELETE = "Delete your story, all {count}?"
DELETED = "Your story is deleted. /story begins a new one."
NOT_DELETED = "Your story stays."
DONE = (
    "Kept: {count}. Where you told nothing at /start, an interviewer asks about the one that tells most. "
    "/prepare puts your best two beside what a company needs."
)
HOW = (
    "After /story: add, or line, mend or drop with a number, or delete. For instance: /story drop 3. To add "
    "sentences, send /story add first, then the sentences by themselves."
)

# --- /prepare ---------------------------------------------------------------------------------------------

NO_COMPANY = (
    "For whom? I know no company of yours yet, and you have not talked to one here. /meet builds the one you "
    "will really meet; or name one, such as /prepare {slug}. /companies lists them."
)
UNKNOWN_COMPANY = (
    "I know no company called “{name}”.{near} /companies lists them, /meet builds the one you will meet."
)
NEAR = " Did you mean {name}?"
ON_PAPER = "The same on one page, to print or to keep."
