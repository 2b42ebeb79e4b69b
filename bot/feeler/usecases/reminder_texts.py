"""What the coach says about reminders. None of it says what was said in a talk."""

NOTE = (
    "You wanted to be reminded of the thank-you note to {who}. /history finds that talk, and /summary with "
    "its number the note."
)
MONTH = (
    "About a month ago you talked with {who}, and wanted to be asked: how did it go? /after takes your "
    "notes, /new practises again."
)
SET = "Noted: {what} comes on {when}. /remind lists what is to come."
WHAT = {"note": "the reminder of your note", "month": "my question how it went"}
LISTED = {"note": "the note to {who}", "month": "how it went with {who}"}
ZONE_UNKNOWN = (
    " I don't know your time zone, so that is UTC; /settings zone Europe/Berlin sets it for the next one."
)
THERE = "You have that one already: it comes on {when}."
LIST = "What I remind you of:"
HOW = "/remind delete 1 takes the first away, /remind off all of them."
NONE = (
    "There is nothing that I am to remind you of. The buttons after a debrief set something, as do "
    "/remind note and /remind month."
)
DELETED = "Deleted: {what} does not come."
ALL_DELETED = "Deleted: nothing comes any more."
NO_SUCH = "There is no reminder number {number}. /remind lists them."
BAD = "I know /remind, /remind note, /remind month, /remind delete 1 and /remind off."
NOT_YET = "That is for after a talk. /end closes this one."
NO_TALK = "There is no talk to remind you of. It may be deleted; /history lists those that are kept."
NOT_THIS = "Of that talk I remind nobody: it stays yours alone."
FULL = (
    "You have {most} reminders, which is as many as I keep. /remind lists them, /remind delete 1 makes room."
)
NOT_HERE = "In the terminal nobody is there tomorrow to remind you. On Telegram I do."
