#!/usr/bin/python3
"""A program for docket_command workers=N, see ../commands.conf: a function that is called for each job. What stands
before Backend(…) is done once, when the program is started: here a model would be loaded."""
from docket_backend import Backend, progress


def p(text, data):
    """`text` has the job's fields, `data` its files with filename, read() and save()."""
    words = {}
    for number, file in enumerate(data, 1):
        words[file.filename] = len(file.read().split())
        progress(number, len(data))
    return {"status": "yes", "for": text.get("name"), "words": words}


Backend(p).run()
