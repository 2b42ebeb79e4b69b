"""What the coach says about notes of a real conversation."""

BEGIN = (
    "How did it go{whom}? Write down what you remember, in as many messages as you like. Begin a line with "
    "“they:” for what they said and “me:” for what you said; without it a line is simply your note.\n\n"
    "Then press Done. Until then nothing goes to an interviewer here."
)
GO_ON = "You have {count} so far{whom}. Write on, or press Done."
GOT = "Got it: {count} so far. Write on, or press Done."
FULL = "That is as much as I can take ({lines} lines, {most:,} characters). Press Done, or drop it all."
NONE_YET = "There are no notes yet. /after takes them."
CANCELLED = "Dropped. Nothing of these notes is kept."
NOTHING_TO_CANCEL = "There are no notes to drop. /after takes some."
LONG_NAME = "That is long for a name. A few words, such as /after Marta Kern at Kern Foods."
READING = "I am reading your notes."
REST = "Then we leave the notes there. They are kept until /after done or /after cancel."
