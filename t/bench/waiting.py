"""What waiting jobs cost: the store's operations with a million of them, as a share of those with a thousand."""
import subprocess

from measure import Figure, folder, program

FEW, MANY = 1_000, 1_000_000
OPERATIONS = {"accept": "accepting a job", "claim": "claiming a unit", "end": "ending it", "status": "a status",
              "list": "a list of 100", "list_of_owner": "a list of 100 of one owner"}


def run(_, rounds):
    """The figures."""
    bench = program("waiting")

    def times(count):
        with folder() as place:
            done = subprocess.run([bench, place / "store", str(count), str(1000 * rounds)], capture_output=True,
                                  text=True, check=True)
        return {name: float(time) for name, time in (line.split() for line in done.stdout.splitlines())}
    few, many = times(FEW), times(MANY)
    for name, words in OPERATIONS.items():
        yield Figure(f"{words}, {MANY:,} jobs waiting", many[name], "us", few[name], f"{FEW:,} waiting")
