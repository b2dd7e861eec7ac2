#!/usr/bin/python3
"""A slow web application that knows nothing of Docket: see ../upstream.conf. `python3 app.py [PORT]` starts it."""
import sys
import time

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/reports/<name>")
def make_report(name):
    """Takes its time, and tells what it has made of the request."""
    time.sleep(float(request.args.get("seconds", 0)))
    return jsonify(report=name, lines=len(request.get_data().splitlines()), by=request.headers.get("X-User"))


@app.get("/reports/<name>")
def show_report(name):
    """Answers at once."""
    return f"<h1>{name}</h1>", 200, {"Set-Cookie": "seen=1"}


@app.get("/old")
def moved():
    """A redirect, which goes to the client as it is."""
    return "", 301, {"Location": "/reports/new"}


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 5000, threaded=True)
