"""What is said about live talks: the coach's texts, and the lines of somebody who has a next meeting."""

from feeler.interview.values import Difficulty

MEET = (
    "You are about to meet {name}, {role} at {company} ({field}). It is live: {minutes} minutes from now, "
    "then they have to go. I keep quiet until it is over, and /hint, /undo and /retry rest.\n\n"
    "Just write back. /live off makes it an ordinary talk, /end closes it."
)
NEXT = (
    "Your next talk is live: {minutes} minutes by the clock, no /hint, /undo or /retry, and I keep quiet. "
    "The one with {name} goes on as it is; /new begins the next. /live off takes it back."
)
GOING = "This talk is live, and {name} has to go in {left}. /live off makes it an ordinary one."
GOING_OVER = (
    "This talk is live, and its time is up. Write a line and {name} says goodbye, or close with /end."
)
CALM = "This talk has no clock any more. Take the time you need; /end closes it."
OFF = "It is an ordinary talk from here on: no clock, and /hint, /undo and /retry work again."
OFF_NEXT = "Your next talk is an ordinary one."
NOT_ON = "No live talk is going on. /live starts one of 20 minutes, /live 30 a longer one."
BAD = "“{given}” is no length I know. Use minutes from {least} to {most}, such as /live 20, or /live off."
SHUT = (
    "Not in a live talk: with {name} across the table there is no /{command} either. Write on; /live off "
    "makes it an ordinary talk."
)

# --- what the person across says ----------------------------------------------------------------------------

AT = "at {time}"
IN = "in {minutes} minutes"
LATE = {
    Difficulty.WARM: "I am a little late, forgive me. My next meeting is {when}, and until then I am yours.",
    Difficulty.NEUTRAL: "I am a little late, sorry. I have my next meeting {when}.",
    Difficulty.TOUGH: "I am a little late, and my next meeting is {when}. Let us use the time.",
}
HAS_TO_GO = {
    Difficulty.WARM: "I am sorry to stop here, but my next meeting begins.",
    Difficulty.NEUTRAL: "I have to stop us here, my next meeting begins.",
    Difficulty.TOUGH: "Time is up, they are waiting for me.",
}
HAD_TO_GO = {
    Difficulty.WARM: "I am sorry that I had to run to my next meeting before I could read this.",
    Difficulty.NEUTRAL: "I had to leave for my next meeting before this came.",
    Difficulty.TOUGH: "This came too late, I was in my next meeting.",
}
