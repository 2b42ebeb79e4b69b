"""Everything the coach says that is not a debrief. Change the wording here; callers fill in the braces.

Short on purpose: each text fits a phone's screen, says what works, and names a command for every choice.
"""

from feeler.interview.values import Asked, Difficulty, Speaker
from feeler.personas.values import Topic
from feeler.usecases.values import Reply

MARK = "🧭 Coach:"  # begins every message that is not the interviewer's, so that nobody mistakes the two

# --- starting ---------------------------------------------------------------------------------------------

WELCOME = (
    "Welcome. Here you practise the talk with a company that has no vacancy: they look for talents they "
    "did not know they could use, you find out what they really offer. You may ask as much as they do, "
    "and nothing is at stake."
)
ASK_WHO = (
    "First: who are you? A sentence or two about what you do or did is plenty.\n\n/skip goes on without."
)
REMEMBERED = "\n\nLast time you told me: “{background}” /skip keeps that."
ASK_CURIOUS = "And what are you curious about? A field, a kind of work, a question.\n\n/skip goes on without."
MEET = (
    "You are about to meet {name}, {role} at {company} ({field}).\n\n"
    "Just write back. /hint helps, /end closes with a summary, /companies shows who else there is."
)
STARTED_BY_ITSELF = (
    "Let's begin; I have put you with {name}, {role} at {company} ({field}). What you wrote is your first "
    "line.\n\n"
    "/hint helps, /end closes with a summary, /companies shows who else there is."
)
ALREADY_TALKING = (
    "You are in a talk with {name} of {company}, and it waits for your next line.\n\n"
    "/new starts another one, /end closes this one with a summary, /help shows the rest."
)
NOTHING_TO_SKIP = "There is nothing to skip just now. Write to {name}, or see /help."
LEFT_BEHIND = "Your talk with {name} is kept as it stands (/history). /undo takes you back to it."

# --- talking ----------------------------------------------------------------------------------------------

EMPTY = "That arrived without any words. Write a sentence and it goes to the interviewer."
WORDLESS = (
    "Interviewers here only read words, so I kept that one back. Say it in a sentence; /hint helps if you "
    "are stuck."
)
TOO_LONG = (
    "That is {length:,} characters, and up to {most:,} go through at once. Nothing is lost: the talk "
    "stands where it was. Send the most important part, as you would say it aloud."
)
OVER = (
    "This talk has ended, so {name} no longer reads along.\n\n"
    "/new starts another, /companies lets you choose with whom, /summary and /transcript give you this "
    "one again."
)
GONE = "Your interviewer is no longer on the list here. /persona shows who is, /end closes the talk."
NO_TALK = "No talk is going on yet. Just write a line, or choose with /companies."
STOPPED = (
    "Stopped. Your line stays in the talk. Write on, let {name} answer after all with /again, or take the "
    "line back with /undo."
)
NOTHING_TO_STOP = "Nothing is being written just now. To close the talk there is /end."
NOTHING_TO_REPEAT = "Nothing of yours waits for an answer. Write your next line; /hint helps."
UNDONE = "Taken back. The talk stands where it was before; the last thing said to you:"
UNDONE_MOVE = "Back in the talk with {name}. The last thing said to you:"
NOTHING_TO_UNDO = "There is nothing to take back. (I keep one step: your last message and its answer.)"
CLOSING = (
    "That was the time you had. /end gives you the summary and the transcript.\n\n"
    "If something is still on your mind, ask it first; {name} is still here."
)
GOODBYE = (
    "That sounded like a goodbye. /end gives you the summary and the transcript; or write on, {name} is "
    "still here."
)
UNAVAILABLE = (
    "The model that plays {name} cannot answer just now. Your line is kept in the talk: send /again in a "
    "minute and it is answered."
)
SET_ASIDE = (
    "Something went wrong with this message, and trying again did not help. "
    "I have set it aside; the talk goes on."
)
PROMPT_TOO_LONG = (
    "That was more than the model can read in one go. Your line stays in the transcript; say the heart of "
    "it in two or three sentences, or send /again if it was short."
)

# --- people -----------------------------------------------------------------------------------------------

PEOPLE = "People you can talk to. Tap one, or send the command beside the name."
PEOPLE_JOIN = "🚪 joins your talk at {company} and knows what was said. ✨ starts a new one elsewhere."
ALREADY_HERE = (
    "You are talking to {name} already. /persona shows who else there is, /new {slug} starts afresh."
)
NO_SUCH_PERSON = "I know nobody called “{slug}”.{near} /persona lists everybody."

# --- hints ------------------------------------------------------------------------------------------------

HINT_ANSWER = (
    "{name} asked about you. Take one real situation: what was hard, what did you do, what came of it. "
    "Three sentences do. A number or a name makes it believable."
)
HINT_ASK = "Good questions are open, about this company, and hang on to what was just said. Not touched yet:"
HINT_ALL_TOUCHED = (
    "You have touched every topic. Now go deeper: take an answer you got and ask what lies behind it."
)
HINT_LAST = (
    "Pick up their last answer first: a “how come” or “what happened then” opens more than a new topic."
)
TOPICS_KNOWN = "Topics I can hint at: {topics}."

# --- ending -----------------------------------------------------------------------------------------------

NOTHING_TO_END = "No talk is going on, so there is nothing to end. Just write a line to begin one."
NOTHING_SAID = "No talk to look at yet. Hold one first: just write a line."
TRANSCRIPT = "The talk word for word, {count} lines."
NOTES_FILE = "Your notes, {count} lines."
NOTES_DOCUMENT = "All of it, with your notes; it opens without a network."
DOCUMENT = (
    "All of it, with the transcript; it opens without a network. The buttons bring single parts here, as do "
    "/summary advice, /summary role and so on."
)
WHICH_PART = "I can show these parts of a summary: {parts}. For instance: /summary advice"
NO_PART = "There is nothing of that kind in this talk. /summary shows what there is."
PICTURE = "What came up, and who spoke how much."
CHART = "How your talks developed."
WHICH_FORMAT = "I can send the transcript as: {formats}. For instance: /transcript pdf"
AFTERWARDS = "/new starts another talk, /transcript pdf gives this one on paper, /history lists all."
HISTORY_HOW = (
    "/summary 2 or /transcript pdf 2 brings back the second of these. /compare puts two side by side."
)
COMPARE_WHICH = (
    "Compare what interviewers told on which topic? For instance: /compare pay\n\nThere is: {topics}."
)
UNREADABLE = "Kept, but unreadable: the talk of {days}. It has no number; /export has it as it is stored."
NO_SUCH_TALK = "There is no talk number {number}. /history shows which there are."

# --- the same moment again --------------------------------------------------------------------------------

WORTH_RETRYING = "Worth another try. One tap, and the talk stands there again:"
AGAIN_FROM_HERE = (
    "Line {line} again. {name} has just said what stands below, and you had answered: {said}\n\n"
    "Write it another way now. The first way stays."
)
GO_ON_HERE = "Write on and the talk goes on from here. “First way” leads back."
BACK_AGAIN = "Back in the first way, with {name}. The last thing said to you:"
BACK_UNDER = "Back from that moment; your talk with {name} stands as it was."
NO_BRANCH = (
    "You are in the first way already. /retry takes your last line again, /retry and its number another."
)
FIRST_GONE = "That talk is no longer kept, so there is nothing to go back to. /new starts another one."
WHICH_LINE = "Which line again? Yours are {lines}. For instance: /retry 5. The transcript has the numbers."
NOT_YOUR_LINE = "Line {line} is not one of yours. Yours are {lines}; the transcript has all numbers."
LEFT_ALONE = "That moment stays as it is. Any other line of yours can be tried again."
NOT_HELD_HERE = (
    "That is from your notes of a real conversation, which cannot be had again. /new practises one."
)
NOT_ANSWERED = "Line {line} got no answer yet, so there is no first way. /again has it answered."
NOBODY_THERE = "Whoever sat there then is no longer on the list here, so that moment cannot be had again."
TRIES_SPENT = (
    "Line {line} has had its three tries. Take it into another talk: /new {slug} brings the same person."
)

# --- a word in time ---------------------------------------------------------------------------------------

COACH_ON = (
    "From now on I say a word after some of your messages: one short line on what I see, no grade, at most "
    "every second time. /coach off ends it."
)
COACH_OFF = "I keep quiet during the talk from now on. The debrief comes as before."
COACH_NOW = (
    "During a talk I {state}. /coach live: a short line now and then. /coach off: quiet until the end."
)
COACH_SPEAKS = "say a short line now and then"
COACH_QUIET = "keep quiet"
BAD_COACH = "I know /coach live and /coach off."

# --- goals ------------------------------------------------------------------------------------------------

GOAL_OFFER = "What do you want of this talk? Tap up to three, or none, and write. They don't know it."
GOAL_PROPOSED = "⭐ is what you practised last: “{goal}”."
GOAL_ASK = "This talk has no goal yet. Tap one, or write /goal find out why people leave."
GOAL_OWN = (
    "In a few words: “find out …” or “tell …”. For instance: find out why people leave. Or: tell the "
    "harbour story.\n\n/skip goes on without."
)
GOAL_HOW = (
    "I can check what you find out and what you tell. Begin with one of the two: find out what they pay, or "
    "tell the harbour story.\n\n/skip goes on without."
)
GOAL_LONG = "That is long for a goal. Up to {most} characters; a few words are easier to keep in mind."
GOAL_SET = (
    "Your goal: “{goal}” ({count} of {most}). The debrief says whether it was reached. {name} does not know "
    "it; write on."
)
GOAL_THERE = "You have that goal already. /goal shows yours."
GOALS_FULL = "Three goals are enough for one talk. /goal off clears them."
GOALS_NOW = "Your goals for this talk:"
GOALS_HOW = "/goal off clears them; the debrief says which were reached, and by which line."
GOALS_OFF = "This talk has no goal any more."
GOAL_SKIPPED = "No goal, then. Write to {name}."
NO_TALK_FOR_GOAL = "A goal belongs to a talk. /new starts one and offers some."

# --- before and after -------------------------------------------------------------------------------------

READY_BEFORE = "How ready do you feel for this talk, 1 to 10? One tap, for you alone; or just begin."
READY_AFTER = "And now, 1 to 10? For you alone."
READY_NOTED = "Noted, for you alone. Write to {name}."
READY_THEN = "How ready you felt, talk by talk:"
READY_HOW = "A number from 1 (not at all) to 10 (right now): for instance /ready 7."
NO_TALK_TO_FEEL = "There is no talk to say this of just now. /new starts one; /reflect shows what you wrote."
REFLECT_NOW = "Three sentences for you alone, whenever you like:"
REFLECT_ASK = {
    Asked.SURPRISED: "What surprised you? One sentence. /skip goes on without.",
    Asked.DRAWS: "Does it still draw you, and what of it? One sentence. /skip goes on without.",
    Asked.OUT: "What will you rule out from now on? One sentence. /skip goes on without.",
}
REFLECT_HOW = "Tap one, or write for instance: /reflect surprised how small the team is"
REFLECT_LATER = "That is for after the talk. /end closes this one."
REFLECT_LONG = "A sentence is enough here, up to {most} characters. Say the heart of it."
REFLECT_SKIPPED = "Left out. /reflect is there whenever you like."
REFLECTED = "Kept, for you alone. /reflect shows all you wrote."
REFLECTED_ALL = "All three kept, for you alone. /reflect shows what you wrote after your talks."
NOTHING_REFLECTED = "Nothing yet. After a talk there are three buttons; what you write is for you alone."

# --- settings ---------------------------------------------------------------------------------------------

SETTINGS = (
    "Interviewers are {difficulty}: {meaning}. A talk is {budget} messages of yours.\n\n"
    "Change it with /settings warm, /settings neutral, /settings tough, or a length from {least} to "
    "{most}, such as /settings 20.\n\n"
    "{country} Change it with /settings country and a code such as DE.\n\n"
    "{zone} Change it with /settings zone and a name such as Europe/Berlin."
)
ZONE_SET = "Your time zone is {zone}."
ZONE_GUESSED = "Your time zone is likely {zone}, by your country or your app's language."
ZONE_UNKNOWN = "I don't know your time zone, so I count in UTC."
ZONE_HOW = "Set it with a name such as /settings zone Europe/Berlin; /settings zone off takes it back."
ZONE_UNSET = "Your time zone is no longer kept."
SET_ZONE = "Your time zone is {zone}; it is {time} there now."
BAD_ZONE = (
    "I know no time zone called “{given}”. They are called Europe/Berlin or America/Chicago, for instance."
)
COUNTRY_SET = "Your country, for emergency numbers and helplines, is {country}."
COUNTRY_GUESSED = (
    "Your country, for emergency numbers and helplines, is {country}, as your app's language says."
)
COUNTRY_UNKNOWN = "I don't know your country, so I can name no emergency number or helpline there."
COUNTRY_HOW = "Set it with a code such as /settings country DE; /settings country off takes it back."
COUNTRY_UNSET = "Your country is no longer kept."
SET_COUNTRY = "Your country is {country}: emergency number {emergency}; people who listen: {listening}."
BAD_COUNTRY = (
    "I have no numbers for “{given}”. Use two letters such as DE, GB or BR. If yours is not among those I "
    "know, {everywhere} lists helplines in most countries."
)
SET_DIFFICULTY = "Interviewers are {difficulty} from now on: {meaning}."
SET_BUDGET = "Your next talk is {budget} messages long. The one going on keeps its length."
BAD_SETTING = (
    "“{given}” is not a setting I know. Use warm, neutral or tough, a number from {least} to {most}, "
    "country and a code such as DE, or zone and a name such as Europe/Berlin."
)
MEANING = {
    Difficulty.WARM: "they help you along",
    Difficulty.NEUTRAL: "they are friendly and to the point",
    Difficulty.TOUGH: "they are short of time and push once on what is vague, and stay fair",
}

# --- voice ------------------------------------------------------------------------------------------------

UNDERSTOOD = "I heard:\n\n“{text}”"
UNSURE = "I am not sure that I heard you right, so it does not count yet. Was it this?\n\n“{text}”"
NUMBERS = "\n\nPlease look at the numbers: they are where I mishear."
WHAT_I_SAID = "Yes, that's it"
NOT_WHAT_I_SAID = "That's not what I said"
UNSAID = "Taken back; it does not count. Say it again, or write it."
UNSAID_LATE = "The talk has gone on since, so I left it. /undo takes back your last message."
STOPPED_NOTE = "Stopped. What I heard does not count yet: /heard lets it count, /unsaid takes it back."
NO_EARS = (
    "I can't listen to recordings here, so nobody heard it. Please write it; short is fine.\n\n"
    'Whoever runs this bot can give me ears: pip install "feeler[voice]", then feeler models pull --voice.'
)
NO_MOUTH = (
    "I have no voice here, so the interviewer goes on in writing.\n\n"
    'Whoever runs this bot can give me one: pip install "feeler[voice]", then feeler models pull --voice.'
)
UNHEARD = {
    "missing": NO_EARS,
    "long": "That is longer than five minutes, and I listen to five at most. Tell the heart of it.",
    "large": "That file is larger than 20 MB, which is all I can fetch. Record it here, or in parts.",
    "gone": "Telegram no longer gives me that recording. Please record it once more, or write it.",
    "broken": "I found no sound in that file that I can play. Record it here, or write it.",
    "empty": "I heard nobody speak. Hold the phone a little closer and say it again, or write it.",
    "unclear": "I heard sound but made out no words. Say it again where it is quieter, or write it.",
    "language": "That sounded like {language}. Interviewers here speak English: say it in English.",
    "failed": "Something went wrong while I listened, and trying again did not help. Please write it.",
}
LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
VOICE_NOW = {
    "": "You hear the interviewer where you speak, and read where you write.",
    "auto": "You hear the interviewer where you speak, and read where you write.",
    "on": "You hear the interviewer. The words are under each voice note, covered until you touch them.",
    "off": "You read the interviewer. Voice notes of yours are heard all the same.",
    "both": "You hear the interviewer, and the words are under each voice note.",
}
VOICE_HOW = "Change it with /voice on, /voice both, /voice off or /voice auto. The coach always writes."
BAD_VOICE = "“{given}” is not something I know. Use /voice on, both, off or auto."

# --- privacy ----------------------------------------------------------------------------------------------

PRIVACY = (
    "What is kept: your lines, the answers, what you told me about yourself, your goals, tries and "
    "notes on your talks and on real ones, the companies you brought with /meet, the lines of your /story, "
    "what I am to remind you of, and your settings, in the database of whoever runs this bot. Files you send "
    "are read and thrown away; the sentences about the company and the lines that /story shows you stay. The "
    "interviewer is a language model ({engine}); your words go to it and to nobody else from here. Voice "
    "notes become text on the same machine; "
    "the sound is not kept, only the words and how fast they came. All of it does pass through Telegram, as "
    "all messages do. {country}\n\n"
    "Talks are deleted after {days}. Texts never go into logs.\n\n"
    "/export sends you all of it as a file. /forget deletes all of it."
)
PRIVACY_COUNTRY = "Your country is kept as {country}; /settings country off takes it back."
PRIVACY_NO_COUNTRY = "Your country is not kept."
KEPT_FOR = "{days} days"
KEPT_FOR_EVER = "your /forget, not before"
ASK_FORGET = (
    "This deletes everything stored about you: all talks, summaries, settings, companies of your own and "
    "your story. It cannot be taken back.\n\n"
    "Really? Send /forget yes, or /forget no to keep it all."
)
OLD_FORGET = "That button is from before, so nothing was deleted. Send /forget again, and I ask once more."
FORGOTTEN = "Done. Everything stored about you is deleted. Should you come back, /start begins anew."
KEPT = "Nothing was deleted; all is as it was."
EXPORT = "Everything stored about you."

# --- what does not work -----------------------------------------------------------------------------------

UNKNOWN_COMMAND = "I don't know /{command}.{near} /help shows what I do know. Your talk is untouched."
OLD_BUTTON = "That button belongs to something that is over. /help shows what works now."
STICKER = "Nice one, but interviewers here can't see stickers. Say it in words and it gets through."
PHOTO = "I can't look at pictures or videos, so the interviewer did not see it. Tell in words what it shows."
OTHER_MEDIA = "I only understand written messages. Say it in words and it gets through; /help shows the rest."
EDITED = (
    "An edit doesn't reach the interviewer, who answered what you wrote first. /undo takes that back; "
    "then write it anew."
)
PHOTO_UNSEEN = "Your words got through; what you sent with them I cannot see or hear."
FORWARDED = (
    "That was forwarded, so I kept it back: in this talk only your own words count. Say it in your own."
)
FORWARDED_WORDLESS = "That came without any words. Forward what is written, or send the file itself."
GROUP = "Practice is a talk for two. Write to me in a private chat and I am all yours."
CHANNEL = "I can't practise in a channel. Write to me in a private chat and we begin."

HELP_TOP = (
    "Write, and the interviewer answers. You may ask them anything at any time; half of the talk is yours."
)
HELP_END = "Buttons are a shortcut only: every choice also has a command."

# --- how to ask about a topic: a way in, never a ready question -------------------------------------------

HOW_TO_ASK = {
    Topic.PATH: "what brought them here and what nearly made them leave says more than their title.",
    Topic.DAY: "have them walk you through one real day, last Tuesday for instance, not the job description.",
    Topic.ENTRY: "find somebody who came from outside, and what was hard for them in the first months.",
    Topic.SUCCESS: "after what time does somebody here notice that you are good, and by what?",
    Topic.TEAM: "who would you sit with, who decides, and when did the two last disagree?",
    Topic.CULTURE: "values on a wall are cheap; ask for the last conflict and how it was settled.",
    Topic.GROWTH: "look for one person who grew here, and what it took, rather than for a programme.",
    Topic.CONDITIONS: "hours and pressure are fair to ask about; ask for the worst week, not the average.",
    Topic.BUSINESS: "how do they earn their money, and what would have to go wrong to hurt?",
    Topic.INDUSTRY: "what changes in their field, and what do they bet on that others don't?",
    Topic.PAY: "ask how pay is set rather than how much, and ask late; then it is a question among equals.",
    Topic.ADVICE: "somebody honest with you knows others: who else to meet, what to read, what to try.",
    Topic.PROBLEM: "the problem they would pay to have solved is where a position for you could come from.",
}


def marked(reply: Reply) -> str:
    """The text as it is shown: the coach's with the coach's mark, the interviewer's as it is."""
    text = reply.text.strip()
    return f"{MARK} {text}" if text and reply.speaker is Speaker.COACH else text
