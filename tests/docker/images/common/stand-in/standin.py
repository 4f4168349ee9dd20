"""What the stand-ins' servers have in common."""

import http.client
import json
import os
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = tuple(int(part) for part in os.environ["STAND_IN_VERSION"].split("-")[0].split("."))


def log(*words):
    print(*words, flush=True)


def fail(message):
    """Ends the container, as the real program does when it is given something that it cannot work with."""
    print(f"stand-in: {message}", file=sys.stderr, flush=True)
    os._exit(1)


def need(name):
    value = os.environ.get(name, "")
    if value == "":
        fail(f"{name} is not set")
    return value


def couch_url():
    """COUCH_URL as Node's URL class reads it: (user, password, host, port, database)."""
    text = need("COUCH_URL")
    url = urllib.parse.urlsplit(text)
    try:
        port = url.port
    except ValueError:
        fail("COUCH_URL has no valid port: is the password encoded?")
    database = url.path.strip("/")
    if url.scheme != "http" or not (url.username and url.password and url.hostname and port):
        fail("COUCH_URL must be http://user:password@host:port/database")
    if not database or "/" in database or url.query or url.fragment:
        fail("COUCH_URL must end with the name of one database: is the password encoded?")
    return urllib.parse.unquote(url.username), urllib.parse.unquote(url.password), url.hostname, port, database


def call(method, url, body=None, headers=None, timeout=5):
    """One HTTP request without a header of its own. Returns (status, headers, body); status 0 where nobody answers."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})} if data is not None else headers or {}
        connection.request(method, path or "/", data, sent)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    except OSError as error:
        return 0, {}, str(error).encode()
    finally:
        connection.close()


def wait_for(what, condition, seconds, pause=0.5):
    """Waits until `condition` holds; ends the container after `seconds`."""
    end = time.monotonic() + seconds
    said = False
    while not condition():
        if not said:
            log(f"waiting for {what}")
            said = True
        if time.monotonic() > end:
            fail(f"{what}: not there after {seconds} s")
        time.sleep(pause)


class Handler(BaseHTTPRequestHandler):
    """A request handler that answers JSON and text, keeps connections open, and does not log."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status, content, headers=None, kind=None):
        is_json = not isinstance(content, (str, bytes))
        data = json.dumps(content).encode() + b"\n" if is_json else content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", kind or ("application/json" if is_json else "text/html; charset=utf-8"))
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def route(self):
        raise NotImplementedError

    def do_GET(self):
        try:
            self.route()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # Who asked has gone: a health check that gave up, a connection that HAProxy closed.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def serve(port, handler):
    return Server(("0.0.0.0", port), handler)
