"""Documents on the volume, where CouchDB has them, and the proof that one CouchDB alone wrote there and ended cleanly."""

import fcntl
import hashlib
import json
import os
import threading

DATA = "/opt/couchdb/data"
SHARDS = f"{DATA}/shards/00000000-ffffffff"
#: Lines `start` and `clean`: every start but the first must follow a clean end.
JOURNAL = f"{DATA}/journal"
#: There once two CouchDBs had the folder at the same time. It never goes away: what they wrote cannot be trusted.
CORRUPT = f"{DATA}/CORRUPT"


class Corrupt(Exception):
    pass


class Conflict(Exception):
    pass


class Store:
    def __init__(self):
        self.mutex = threading.RLock()
        self._lock = open(f"{DATA}/.lock", "a", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            note(CORRUPT, "two CouchDBs on one folder")
        self.check()
        note(JOURNAL, "start")
        os.makedirs(SHARDS, exist_ok=True)
        self.databases = {name: self._load(name) for name in map(database_of, os.listdir(SHARDS))}

    @staticmethod
    def check():
        if os.path.exists(CORRUPT):
            raise Corrupt("two CouchDBs have written to this folder")

    @staticmethod
    def stopped():
        note(JOURNAL, "clean")

    def _load(self, name):
        documents = {}
        with open(path_of(name), encoding="utf-8") as file:
            for line in file:
                document = json.loads(line)
                documents[document["_id"]] = document
        return documents

    def create(self, name):
        with self.mutex:
            if name in self.databases:
                return False
            open(path_of(name), "a", encoding="utf-8").close()
            self.databases[name] = {}
            return True

    def get(self, name, key):
        document = self.databases[name].get(key)
        return None if document is None or document.get("_deleted") else document

    def put(self, name, key, document):
        with self.mutex:
            before = self.get(name, key)
            if (before or {}).get("_rev") != document.get("_rev"):
                raise Conflict
            generation = int(before["_rev"].split("-")[0]) + 1 if before else 1
            content = {**document, "_id": key}
            content["_rev"] = f"{generation}-{hashlib.md5(json.dumps(content, sort_keys=True).encode()).hexdigest()}"
            note(path_of(name), json.dumps(content))
            self.databases[name][key] = content
            return content["_rev"]

    def remember(self, name, more):
        """Adds to a list of CouchDB's own (`_nodes`, `_dbs`): a small file, written whole. Nodes hear of changes in any order."""
        with self.mutex:
            known = self.recall(name, type(more)())
            value = {**known, **more} if isinstance(more, dict) else known + [each for each in more if each not in known]
            with open(f"{DATA}/{name}.couch.part", "w", encoding="utf-8") as file:
                json.dump(value, file)
            os.replace(f"{DATA}/{name}.couch.part", f"{DATA}/{name}.couch")

    @staticmethod
    def recall(name, default):
        try:
            with open(f"{DATA}/{name}.couch", encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return default


def path_of(name):
    return f"{SHARDS}/{name}.couch"


def database_of(file):
    return file.removesuffix(".couch")


def note(path, line):
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
