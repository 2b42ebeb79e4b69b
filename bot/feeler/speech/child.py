"""The other end of `helper`, one request at a time: `python -m feeler.speech.child hears FILE SECTIONS`.

A request and its answer are a line of JSON, which says how many bytes follow it, and those bytes. It ends
with its standard input. It never writes a log: what it handles is what people say.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from feeler.errors import SpeechError

NICENESS = 5  # what other chats' answers need comes first
Answer = tuple[dict[str, Any], bytes]


def serve(requests: BinaryIO, answers: BinaryIO, answer: Callable[[dict[str, Any], bytes], Answer]) -> None:
    """Answer until the requests end."""
    while line := requests.readline():
        header = json.loads(line)
        try:
            told, content = answer(header, requests.read(header["bytes"]))
        except SpeechError as error:
            told, content = {"why": error.why, "detail": error.detail}, b""
        except Exception as error:  # the error boundary: whatever a strange file does to a decoder
            told, content = {"why": "failed", "detail": type(error).__name__}, b""
        answers.write(json.dumps(told | {"bytes": len(content)}).encode() + b"\n" + content)
        answers.flush()


def hearing(weights: Path, sections: list[tuple[str, int]]) -> Callable[[dict[str, Any], bytes], Answer]:
    from feeler.speech.hearing import Hearing

    ears = Hearing(weights, sections, _threads())

    def answer(header: dict[str, Any], sound: bytes) -> Answer:
        return asdict(ears.hear(sound, header["hint"], header["most_seconds"])), b""

    return answer


def speaking(weights: Path) -> Callable[[dict[str, Any], bytes], Answer]:
    from feeler.speech.speaking import Speaking

    mouth = Speaking(weights, 1)

    def answer(header: dict[str, Any], text: bytes) -> Answer:
        spoken = mouth.say(text.decode(), header["voice"])
        return {"seconds": spoken.seconds}, spoken.content

    return answer


def _threads() -> int:
    return max(1, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2))


def main() -> None:
    role, weights, sections = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints must not land between the answers
        os.nice(NICENESS)
        answer = hearing(weights, sections) if role == "hears" else speaking(weights)
        serve(sys.stdin.buffer, answers, answer)


if __name__ == "__main__":
    main()
