"""What the coach says about companies that people bring themselves. Callers fill in the braces."""

from feeler.errors import Reason

BEGIN = (
    "Let's build the company you are really going to meet. Send me what you have{name}: paste a text, "
    "forward a post, send a PDF, Word, HTML or text file (their “about us” page, a job advertisement, a "
    "report), or tell me in your own words. Several messages are fine.\n\n"
    "Then press Ready. What I make of it is for this chat alone."
)
GO_ON = "You have sent me {count} already: {names}.\n\nSend more, or press Ready."
GOT = "Got {name}{size}. That makes {count}. Send more, or press Ready."
NOTHING_IN_IT = (
    "There is nothing in {name} that I could use: no sentences in it, or not in words. Send something else."
)
FULL = "That is as much as I can take for one company ({most}). Press Ready, or take the last one back."
ALREADY_THERE = "I have that one already. Send something else, or press Ready."
NONE_YET = "You have sent me nothing about a company yet. Paste or send something first, then press Ready."
TOO_LITTLE = (
    "That is {words} words so far, too little to make a company of. Their “about us” page or an "
    "advertisement would do; or tell me three or four things you know about them."
)
READY_OR_DROP = (
    "There is nothing to skip here: /meet ready makes the company, /meet cancel drops what you sent."
)
TAKEN_BACK = "Taken back: {name}. {count} left."
CANCELLED = "Dropped: nothing that you sent for this company is kept. /meet begins anew."
NOTHING_TO_CANCEL = "There is nothing to drop just now. /meet begins a company of your own."
READING = (
    "I am reading it, sentence by sentence. That takes half a minute or so; I'll be back with what I found."
)
ASK_FIRM = "I could not see for sure what the company is called. What is its name?"
FOREIGN = (
    "Most of that is in another language than English, and so far I can read and practise in English only. "
    "If they have an English page, send me that; or tell me in English what you know."
)
NOTHING_SAID = (
    "I found no sentence in it that says something about the company itself: how they work, who they are, "
    "what they earn their money with. I invent nothing, so send me something else, or tell it in your own "
    "words."
)
FAILED = "I could not read it just now. Everything you sent is kept: /meet ready tries again."
STOPPED = "Stopped. Everything you sent is kept: /meet ready goes on, /meet cancel drops it."
MADE = (
    "{name} is ready: {facts} on {topics} of {all} topics, each a sentence of what you sent. What you sent "
    "itself is not kept, only these sentences.\n\n"
    "For instance:\n"
    "{examples}\n\n"
    "{gaps}"
)
GAPS = "Nobody knows yet: {topics}. They will say so; ask it on the day."
NO_GAPS = "Every topic has something on it."
ASK_WHO = (
    "Who will you meet there? A name, or a name and a job, such as “Marta Kern, head of operations”.\n\n"
    "/skip if you don't know."
)
ASK_ROLE = "And what is {name}'s job there?\n\n/skip goes on without."
ASK_ROLE_UNNAMED = (
    "What is their job there, as far as you know? “Head of personnel”, for instance.\n\n"
    "/skip goes on without."
)
ASK_ASKS = (
    "What would you like to be asked about? A few words, such as “leading a team, the gap in my CV”.\n\n"
    "/skip leaves it to them."
)
ASK_TEMPER = "How should {name} be?"
BAD_NAME = "That is no name I could use. At most five words, please, such as “Marta Kern”; or /skip."
TEMPER_SET = "{name} will be {temper}."
TALK = "Start when you like: {command}"
BAD_TEMPER = "I know these: {tempers}. For instance: /companies temper {slug} warm"
TOO_MANY = (
    "You have {most} companies of your own, which is as many as I keep. Delete one first: /companies lists "
    "them."
)

OWN = "Yours, for this chat alone:"
OWN_HOW = "/meet builds the company you are really going to meet, from what you have about them."
CARD = (
    "{name}\n"
    "{field}; {place}\n\n"
    "You would meet: {who}, {temper}.\n"
    "{facts} on {topics} of {all} topics.\n\n"
    "{gaps}"
)
NO_SUCH = "I know no company of yours called “{name}”. /companies lists them; /meet makes one."
FACTS = (
    "What is known about {name}, {first} to {last} of {all}. /companies fact {slug} 3 shows where number 3 "
    "stands."
)
NO_SUCH_FACT = "{name} has no fact number {given}. /companies facts {slug} lists them."
FACT = "{number}. {text}\n\nTopic: {topic}\nSource: {source}"
SOURCE = "“{source}” ({paper})"
OWN_WORDS = "your own words"
ASK_MEND = (
    "How should it read? Write the sentence as they would say it: “We are 45 people now.”\n\n"
    "Now it reads: {text}\n\n"
    "/skip leaves it."
)
MENDED = "Changed. It now reads: {text}"
BAD_FACT = (
    "I can take one or two sentences of up to {most} words, without signs such as < or {{. Try again, or "
    "/skip."
)
DROPPED = "Gone: “{text}”"
LAST_FACT = "That is the only thing known about {name}. Delete the company instead, or change the sentence."
ASK_NAME = "What should {name} be called?\n\n/skip leaves it."
RENAMED = "It is called {name} now."
ASK_DELETE = "Delete {name} with all that is known about it? Talks that you held with them stay in /history."
DELETED = "{name} is deleted."
NOT_DELETED = "{name} stays."
SHARED = (
    "{name} as two files that another Feeler takes: put them into a folder with `companies` and `personas`, "
    "and name that folder in FEELER_PERSONAS_DIR. Nothing about you is in them."
)
LEFT_AS_IT_WAS = "Left as it was."
HOW = (
    "After /companies: a name, or facts, fact, mend, drop, who, temper, rename, delete, share and a name. "
    "For instance: /companies facts {slug}"
)

FILE = (
    "I read files about a company you are going to meet: send /meet first, then the file again. Your own "
    "CV goes with /story. Your interviewer did not see it."
)
UNREADABLE: dict[Reason, str] = {
    "empty": "{name} is empty. Was it saved before you sent it?",
    "big": (
        "{name} is too large: I read files of up to 10 MB. Send the pages that matter, or paste their text."
    ),
    "kind": (
        "{name} is in a format that I don't read. I take PDF, Word (.docx), HTML and plain text; or paste it."
    ),
    "old": "{name} is in Word's old format. Save it as .docx or PDF and send it again, or paste the text.",
    "password": "{name} is locked with a password. Send it unlocked, or paste the text.",
    "scanned": (
        "{name} holds pictures of pages, as a scanner makes them, and I can't read pictures. Paste the "
        "text, or tell me what matters."
    ),
    "slow": (
        "{name} took longer to read than I can wait. Send a shorter file, or paste the pages that matter."
    ),
    "broken": "{name} is damaged: I could not open it. Save it anew and send it again, or paste the text.",
    "lost": "{name} did not come through. Please send it once more.",
}
