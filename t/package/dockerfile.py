"""What stands in the Dockerfile, for those who check it or do the same without Docker."""
import json
import re
import shlex

from built import ROOT


class Stage:
    """The instructions from one FROM to the next, as (word, argument) in their order."""

    def __init__(self, image):
        self.image = image
        self.instructions = []

    def all(self, word):
        """The arguments of all instructions `word`."""
        return [argument for name, argument in self.instructions if name == word]

    def the(self, word):
        """The argument of the only instruction `word`."""
        argument, = self.all(word)
        return argument

    @property
    def command(self):
        """What a container runs: CMD in its JSON form."""
        return json.loads(self.the("CMD"))

    @property
    def health_check(self):
        """The shell command of HEALTHCHECK."""
        return re.fullmatch(r"(?:--\S+ )*CMD (.+)", self.the("HEALTHCHECK"))[1]


def copied(argument):
    """What a COPY means: (stage that it copies from or None, sources, destination)."""
    words = shlex.split(argument)
    stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
    return stage, words[:-1], words[-1]


def stages(text=None):
    """The stages of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text() if text is None else text
    found = []
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        word, _, argument = line.partition(" ")
        if word == "FROM":
            found.append(Stage(argument))
        else:
            found[-1].instructions.append((word, argument.strip()))
    return found
