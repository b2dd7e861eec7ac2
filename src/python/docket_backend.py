"""Makes a Python function the program of Docket's directive docket_command.

    from docket_backend import Backend, file_return, progress

    def p(text, data):               # text: a dictionary of the job's fields; data: a list of its files
        for number, file in enumerate(data):
            progress(number, len(data), "reading " + file.filename)
            file.read()              # its bytes; file.save(path) copies it, file.path is where it is
        return {"status": "yes"}     # the job's result: what json can write, or file_return(path of a file)

    Backend(p).run()

With `docket_command /srv/program.py workers=2;` two of the program stay and take one job after the other: what it loads
at its start, such as a model, is loaded once. Without workers=N it is started for each job. What it prints is the job's
log. An exception is the job's error, with its text; the traceback is in the log.

    process, queue = Backend(p, background=True)

does the same in a process of its own: `process` (multiprocessing.Process, started) takes the jobs, and `queue`
(multiprocessing.Queue) has (job id, value or exception) of each that is done, for a program that has other things to
do meanwhile. Join the process: it ends when Docket ends the program.
"""
import json
import multiprocessing
import os
import pathlib
import shutil
import sys
import traceback

_ANSWERS = 3  # the descriptor of progress and answers
_MOST = 16 << 20  # bytes of a value that Docket takes
_job = None  # the id of the job that a program which stays has: what is said of another one is not taken for its


def _json(value, errors="strict"):
    """The bytes of a value as JSON; ValueError, TypeError or RecursionError for what JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", errors)


def _say(message):
    """Writes one line to Docket, whole. Texts that are none, as names of files may be, are told as well as can be."""
    line = _json({"job_id": _job, **message}, "replace") + b"\n"
    while line:
        line = line[os.write(_ANSWERS, line):]


def progress(processed=None, total=None, message=None):
    """Tells how far the job is; any of the three may be left out."""
    known = {"processed": processed, "total": total, "message": message}
    _say({name: value for name, value in known.items() if value is not None})


class File:
    """One of a job's files."""

    def __init__(self, facts):
        self.filename = facts["name"]  # the client's: text for people, never a path
        self.path = facts["path"]
        self.size = facts["size"]
        self.type = facts["type"]
        self.sha256 = facts["sha256"]

    def read(self):
        """All of its bytes."""
        return pathlib.Path(self.path).read_bytes()

    def open(self):
        """The file, open for reading its bytes."""
        return open(self.path, "rb")

    def save(self, path):
        """Copies it."""
        shutil.copyfile(self.path, path)

    def __repr__(self):
        return f"File({self.filename!r}, {self.size} bytes)"


class file_return:  # a function to its users, and so in small letters
    """A value of the function: the file `path` is the job's result, with the same ending."""

    def __init__(self, path):
        self.path = pathlib.Path(path)


def _print_at_once():
    """What is printed is the job's log: who watches it sees a line when it is printed."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)


class Backend:
    """Calls a function for each job that Docket gives this program."""

    def __init__(self, function, background=False):
        self._function = function
        self._done = None
        self._process = None
        if background:
            self._done = multiprocessing.Queue()
            self._process = multiprocessing.Process(target=self.run, name="docket-backend")
            self._process.start()

    def __iter__(self):
        """`process, queue = Backend(p, background=True)`"""
        if self._process is None:
            raise TypeError("only Backend(function, background=True) has a process and a queue")
        return iter((self._process, self._done))

    def run(self):
        """Does jobs until there are no more; to be called at the program's end."""
        if "DOCKET_JOB_ID" in os.environ:  # the program was started for one job
            _print_at_once()
            sys.exit(0 if self._run_one() else 1)
        # Not sys.stdin: multiprocessing closes it. What has been read of it is ours alone.
        with open(0, "rb", buffering=0, closefd=False) as jobs, os.fdopen(os.dup(jobs.fileno()), "rb") as lines:
            for line in lines:
                _print_at_once()
                self._run_job(json.loads(line))

    def _run_one(self):
        """The job that the environment tells of, for a program without workers=N. False if it failed."""
        def read(path):
            return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        outputs = pathlib.Path(os.environ["DOCKET_OUTPUT_DIR"])
        value = self._call(os.environ["DOCKET_JOB_ID"], read(os.environ["DOCKET_FIELDS"]),
                           read(os.environ["DOCKET_INPUT_DIR"] + "/files.json"))
        if isinstance(value, Exception):
            return False
        if isinstance(value, file_return):
            self._keep(value, outputs)
        else:
            (outputs / "result.json").write_bytes(_json(value))
        return True

    def _run_job(self, job):
        """A job of a program that stays."""
        global _job  # pylint: disable=global-statement  # progress() is a function, and a process has one job at a time
        _job = job["job_id"]
        value = self._call(job["job_id"], job["fields"], job["files"])
        try:
            if isinstance(value, file_return):
                self._keep(value, pathlib.Path(job["output_dir"]))
                answer = {"done": True}
            elif isinstance(value, Exception):
                answer = {"error": f"{type(value).__name__}: {value}"}
            else:
                answer = {"done": True, "result": value}
                if len(_json(value)) > _MOST:
                    raise ValueError(f"the value takes more than {_MOST} bytes as JSON: return it as a file")
        except (OSError, TypeError, ValueError, RecursionError) as error:  # no such file, or no value that JSON has
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        self._flush()
        _say(answer)

    def _call(self, job, fields, files):
        """The function's value, or the exception that it ended with."""
        try:
            value = self._function(fields, [File(facts) for facts in files])
        except Exception as error:  # pylint: disable=broad-exception-caught  # of the function, whatever it is
            traceback.print_exc()
            value = error
        self._flush()
        if self._done is not None:
            self._done.put((job, value))
        return value

    @staticmethod
    def _keep(value, outputs):
        """Puts the file that was returned among the job's outputs, as its result."""
        kept = outputs / ("result" + (value.path.suffix or ".bin"))
        if value.path.resolve() != kept.resolve():
            shutil.copyfile(value.path, kept)

    @staticmethod
    def _flush():
        """What was printed is the log of this job, not of the next."""
        sys.stdout.flush()
        sys.stderr.flush()
