"""A small CHT API: it waits for CouchDB, sets the databases up, then logs users in and passes everything else to CouchDB."""

import base64
import json
import os
import threading
import urllib.parse

from standin import VERSION, Handler, call, couch_url, fail, log, need, serve, wait_for

USER, PASSWORD, HOST, PORT, DATABASE = couch_url()
COUCH = f"http://{HOST}:{PORT}"
LOGIN = {
    "Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
    "X-Medic-Service": "api",
    "User-Agent": "Community Health Toolkit/stand-in",
}
API_PORT = int(os.environ.get("API_PORT") or 5988)
if not urllib.parse.urlsplit(os.environ.get("BUILDS_URL", "https://example.org")).scheme.startswith("http"):
    fail("BUILDS_URL is no address")
if os.environ.get("LOG_LEVEL", "info") not in ("error", "warn", "info", "debug"):
    fail("LOG_LEVEL is unknown")
ready = threading.Event()


def couch(method, path, body=None):
    return call(method, f"{COUCH}{path}", body, LOGIN)


def set_up():
    for database in (DATABASE, f"{DATABASE}-sentinel", f"{DATABASE}-users-meta", f"{DATABASE}-logs"):
        wait_for(f"database {database}", lambda: couch("PUT", f"/{database}")[0] in (201, 412), 60)
    if VERSION >= (5, 0):
        wait_for("the full-text index", lambda: couch("POST", "/_nouveau_analyze", {"text": "patient"})[0] == 200, 300)
    couch("PUT", f"/{DATABASE}/settings", {"locale": "en"})
    release = {"version": os.environ["STAND_IN_VERSION"]}
    before = couch("GET", f"/{DATABASE}/_design%2Fmedic")
    if before[0] == 200:
        release["_rev"] = json.loads(before[2])["_rev"]
    couch("PUT", f"/{DATABASE}/_design%2Fmedic", release)
    ready.set()
    log("Info: set up")
    while True:
        # A changes feed that is always open, through HAProxy.
        call("GET", f"{COUCH}/{DATABASE}/_changes?feed=longpoll&timeout=60000", headers=LOGIN, timeout=90)


class Api(Handler):
    def route(self):
        path = self.path.split("?")[0]
        if path == "/setup/poll":
            status = 200 if ready.is_set() else 503
            return self.answer(status, {"api": {"ready": ready.is_set()}})
        if not ready.is_set():
            return self.answer(200, "<title>CHT is starting</title>")
        if path == "/":
            return self.answer(200, "<title>CHT</title>")
        if path == "/api/info":
            return self.answer(200, {"version": os.environ["STAND_IN_VERSION"]})
        if path == f"/{DATABASE}/login":
            return self.log_in() if self.command == "POST" else self.answer(200, "<title>Login</title>")
        return self.forward()

    def log_in(self):
        text = self.body().decode()
        is_json = "json" in self.headers.get("Content-Type", "")
        given = json.loads(text) if is_json else dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        name = {"name": given.get("user", ""), "password": given.get("password", "")}
        status, headers, _ = call("POST", f"{COUCH}/_session", name)
        if status != 200:
            return self.answer(401 if status == 401 else 502, {"error": "Incorrect user name or password"})
        return self.answer(302, "/", {"Location": "/", "Set-Cookie": headers["Set-Cookie"] + "; Secure; SameSite=Lax"})

    def forward(self):
        kept = ("Authorization", "Cookie", "Content-Type", "User-Agent")
        headers = {name: self.headers[name] for name in kept if self.headers.get(name)}
        status, answered, body = call(self.command, f"{COUCH}{self.path}", self.body() or None, headers)
        kind = answered.get("Content-Type") if answered else None
        self.answer(status or 502, body, kind=kind or "text/plain")


need("NODE_ENV")
# The port opens when CouchDB answers, not earlier.
wait_for(f"CouchDB at {HOST}:{PORT}", lambda: couch("GET", "/")[0] == 200, 3600, pause=1)
threading.Thread(target=set_up, daemon=True).start()
log(f"Info: Medic API listening on port {API_PORT}")
serve(API_PORT, Api).serve_forever()
