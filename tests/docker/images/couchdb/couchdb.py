#!/usr/lib/stand-in/python
"""
A small CouchDB: documents by identity, sessions, membership, settings. Nobody gets in without credentials. In a cluster each
node holds its share of the documents and no copy of the others', as with CHT's `n=1`.
"""

import base64
import json
import os
import signal
import socket
import socketserver
import threading
import time
import urllib.parse
import zlib

import settings
from standin import VERSION, Handler, call, fail, log, serve
from store import DATA, Conflict, Corrupt, Store

with open("/opt/couchdb/etc/vm.args", encoding="utf-8") as arguments:
    HOST = arguments.read().split("couchdb@")[1].strip()

#: Of the whole cluster.
NODES = 1 if HOST == "127.0.0.1" else int(os.environ.get("NODE_COUNT", "3"))

changed = threading.Condition()


def nouveau_url():
    """Images up to 5.2 know one address only."""
    return settings.read().get("nouveau", {}).get("url") if VERSION >= (5, 3) else "http://nouveau:5987"


class CouchDB(Handler):
    def route(self):
        path, _, query = self.path.partition("?")
        parts = [urllib.parse.unquote(part) for part in path.split("/")[1:]]
        if parts[0] == "_session" and self.command == "POST":
            return self.log_in()
        if not (self.internal() or self.user()):
            return self.answer(401, {"error": "unauthorized", "reason": "Authentication required."}, {"WWW-Authenticate": 'Basic realm="stand-in"'})
        if parts[0] == "_session":
            return self.answer(200, {"ok": True, "userCtx": {"name": self.user(), "roles": ["_admin"]}})
        special = getattr(self, f"at{parts[0]}", None) if parts[0].startswith("_") else None
        if special:
            return special(*parts[1:])
        if parts == [""]:
            uuid = settings.read()["couchdb"]["uuid"]
            return self.answer(200, {"couchdb": "Welcome", "version": "3.5.2", "uuid": uuid})
        return self.database(parts[0], parts[1:], urllib.parse.parse_qs(query))

    # Who asks

    def internal(self):
        return self.headers.get("X-Stand-In") == settings.read()["couch_httpd_auth"]["secret"]

    def user(self):
        sections = settings.read()
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            name, _, password = base64.b64decode(value).decode().partition(":")
            return name if self.may(name, password, sections) else None
        cookies = dict(part.strip().split("=", 1) for part in self.headers.get("Cookie", "").split(";") if "=" in part)
        return settings.user_of_cookie(cookies.get("AuthSession", ""), sections)

    @staticmethod
    def may(name, password, sections):
        value = sections.get("admins", {}).get(name)
        return value is not None and settings.matches(password, value)

    def log_in(self):
        text = self.body().decode()
        is_json = "json" in self.headers.get("Content-Type", "")
        given = json.loads(text) if is_json else dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        name, sections = given.get("name", ""), settings.read()
        if not self.may(name, given.get("password", ""), sections):
            return self.answer(401, {"error": "unauthorized", "reason": "Name or password is incorrect."})
        value = settings.cookie(name, sections)
        return self.answer(200, {"ok": True, "name": name}, {"Set-Cookie": f"AuthSession={value}; Version=1; Path=/; HttpOnly"})

    # CouchDB's own paths

    def at_up(self):
        self.answer(200, {"status": "ok"})

    def at_all_dbs(self):
        self.answer(200, sorted(store.recall("_dbs", {})))

    def at_membership(self):
        nodes = store.recall("_nodes", [HOST])
        alive = {HOST} | {node for node in nodes if node != HOST and connected(node)}
        self.answer(200, {"all_nodes": sorted(map(node_name, alive)), "cluster_nodes": sorted(map(node_name, nodes))})

    def at_cluster_setup(self):
        host = json.loads(self.body())["host"]
        store.remember("_nodes", [HOST, host])
        self.answer(201 if tell_all() else 500, {"ok": True})

    def at_stand_in(self):
        for name, value in json.loads(self.body()).items():
            store.remember(name, value)
        for name in store.recall("_dbs", {}):
            store.create(name)
        self.answer(200, {"ok": True})

    def at_node(self, node, _config, section, key):
        if node not in ("_local", node_name(HOST)):
            return self.answer(404, {"error": "not_found", "reason": "no such node"})
        sections = settings.read()
        value = sections.get(section, {}).get(key)
        if self.command == "PUT":
            given = json.loads(self.body())
            sections.setdefault(section, {})[key] = settings.hashed(given) if section == "admins" else given
            settings.write(sections)
        return self.answer(404, {"error": "not_found", "reason": "unknown_config_value"}) if value is None else self.answer(200, value)

    def at_nouveau_analyze(self):
        status, headers, body = call("POST", f"{nouveau_url()}/analyze", self.body())
        if status != 200:
            return self.answer(500, {"error": "nouveau", "reason": body.decode()})
        # A folder of data that has one holds the index; not of node 2 and 3 up to 5.2, which node 1's nouveau serves.
        if os.path.exists(f"{DATA}/nouveau") and not os.path.exists(f"{DATA}/nouveau/{headers['X-Index']}"):
            return self.answer(500, {"error": "nouveau", "reason": "the index is not in the folder nouveau of the data"})
        return self.answer(200, json.loads(body))

    # Databases

    def database(self, name, rest, query):
        placement = store.recall("_dbs", {})
        if self.command == "PUT" and not rest:
            if name in placement:
                return self.answer(412, {"error": "file_exists", "reason": "The database already exists."})
            # Made now, it would be on this node alone, for ever.
            if len(store.recall("_nodes", [HOST])) < NODES:
                return self.answer(503, {"error": "not_joined", "reason": "The cluster is not complete."})
            store.remember("_dbs", {name: store.recall("_nodes", [HOST])})
            store.create(name)
            return self.answer(201 if tell_all() else 202, {"ok": True})
        if name not in placement:
            return self.answer(404, {"error": "not_found", "reason": "Database does not exist."})
        if not rest:
            return self.answer(200, {"db_name": name, "doc_count": len(store.databases[name]), "cluster": {"q": 12, "n": 1}})
        if rest[0] == "_changes":
            return self.changes(query)
        key = "/".join(rest)
        nodes = placement[name]
        owner = nodes[zlib.crc32(key.encode()) % len(nodes)]
        return self.document(name, key) if owner == HOST else self.forward(owner)

    def document(self, name, key):
        if self.command != "PUT":
            found = store.get(name, key)
            return self.answer(200, found) if found else self.answer(404, {"error": "not_found", "reason": "missing"})
        try:
            revision = store.put(name, key, json.loads(self.body()))
        except Conflict:
            return self.answer(409, {"error": "conflict", "reason": "Document update conflict."})
        with changed:
            changed.notify_all()
        return self.answer(201, {"ok": True, "id": key, "rev": revision})

    def forward(self, host):
        body = self.body() if self.command == "PUT" else None
        secret = settings.read()["couch_httpd_auth"]["secret"]
        status, _, answer = call(self.command, f"http://{host}:5984{self.path}", body, {"X-Stand-In": secret})
        self.answer(status or 500, answer, kind="application/json")

    def changes(self, query):
        if query.get("feed") == ["longpoll"]:
            with changed:
                changed.wait(int(query.get("timeout", ["60000"])[0]) / 1000)
        self.answer(200, {"results": [], "last_seq": str(time.time())})


def node_name(host):
    return f"couchdb@{host}"


def connected(host):
    try:
        with socket.create_connection((host, 9100), 1) as connection:
            return connection.recv(200).decode() == node_name(host)
    except OSError:
        return False


def tell_all():
    """Tells the other nodes who is in the cluster and which databases there are."""
    known = {"_nodes": store.recall("_nodes", [HOST]), "_dbs": store.recall("_dbs", {})}
    headers = {"X-Stand-In": settings.read()["couch_httpd_auth"]["secret"]}
    others = [node for node in known["_nodes"] if node != HOST]
    return all([call("POST", f"http://{node}:5984/_stand_in", known, headers)[0] == 200 for node in others])


class Erlang(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(node_name(HOST).encode())


def stop(*_):
    """A clean end: what is in memory is written, which takes its time."""
    time.sleep(1)
    store.stopped()
    log("stopped cleanly")
    os._exit(0)


def watch():
    while True:
        time.sleep(1)
        try:
            store.check()
        except Corrupt as error:
            fail(str(error))


with open("/proc/self/comm", "w", encoding="utf-8") as comm:
    comm.write("beam.smp")
try:
    store = Store()
except Corrupt as error:
    fail(str(error))
except OSError as error:
    fail(f"the data cannot be used: {error}")
settings.hash_admins()
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop).start())
if HOST != "127.0.0.1":
    erlang = socketserver.ThreadingTCPServer(("0.0.0.0", 9100), Erlang)
    threading.Thread(target=erlang.serve_forever, daemon=True).start()
threading.Thread(target=watch, daemon=True).start()
log(f"CouchDB {node_name(HOST)} listens")
serve(5984, CouchDB).serve_forever()
