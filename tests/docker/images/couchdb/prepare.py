"""Root's part of the settings: what the environment says is written down once, and never changed afterwards."""

import base64
import os
import re
import uuid

import settings
from standin import VERSION, call, fail, need, wait_for

CLUSTER = bool(os.environ.get("COUCHDB_SYNC_ADMINS_NODE") or os.environ.get("CLUSTER_PEER_IPS"))
VM_ARGS = "/opt/couchdb/etc/vm.args"
LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency", "none")


def main():
    user, password = need("COUCHDB_USER"), need("COUCHDB_PASSWORD")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", user):
        fail("COUCHDB_USER is not a name")
    if os.environ.get("COUCHDB_LOG_LEVEL", "info") not in LEVELS:
        fail("COUCHDB_LOG_LEVEL is unknown")
    open(settings.FILE, "a", encoding="utf-8").close()
    sections = settings.read()
    node = os.environ.get("COUCHDB_SYNC_ADMINS_NODE")
    if node:
        follow(node, user, password, sections)
    else:
        sections.setdefault("admins", {}).setdefault(user, password)
        sections.setdefault("couch_httpd_auth", {}).setdefault("secret", os.environ.get("COUCHDB_SECRET") or str(uuid.uuid4()))
        sections.setdefault("couchdb", {}).setdefault("uuid", os.environ.get("COUCHDB_UUID") or str(uuid.uuid4()))
    sections.setdefault("log", {})["level"] = os.environ.get("COUCHDB_LOG_LEVEL", "info")
    if os.environ.get("NOUVEAU_URL") and VERSION >= (5, 3):
        sections.setdefault("nouveau", {})["url"] = os.environ["NOUVEAU_URL"]
    settings.write(sections)
    if CLUSTER:
        with open(VM_ARGS, "r+", encoding="utf-8") as file:
            text = file.read().replace("127.0.0.1", need("SVC_NAME"))
            file.seek(0)
            file.write(text)
            file.truncate()


def follow(node, user, password, sections):
    """Another node takes the hash, the secret and the identity from node 1, so that cookies are good for all."""
    login = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
    address = f"http://{node}:5984"
    patience = int(os.environ.get("WAIT_THRESHOLD", "20")) * int(os.environ.get("SLEEP_SECONDS", "5"))
    wait_for(f"node 1, {node}", lambda: call("GET", address, headers=login)[0] == 200, patience)

    def setting(section, key):
        status, _, body = call("GET", f"{address}/_node/couchdb@{node}/_config/{section}/{key}", headers=login)
        if status != 200:
            fail(f"node 1 does not tell {section}/{key}: {status}")
        return body.decode().strip().strip('"')

    sections.setdefault("admins", {})[user] = setting("admins", user)
    sections.setdefault("couch_httpd_auth", {}).setdefault("secret", setting("couch_httpd_auth", "secret"))
    sections.setdefault("couchdb", {}).setdefault("uuid", setting("couchdb", "uuid"))


main()
