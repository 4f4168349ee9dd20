#!/usr/bin/env python3
"""Tells HAProxy whether every CouchDB node is in the cluster: `up` or `down` to whoever connects."""

import base64
import json
import socketserver
import urllib.parse

from standin import call, log, need

servers = need("COUCHDB_SERVERS").split(",")
need("COUCHDB_USER"), need("COUCHDB_PASSWORD")


def healthy():
    # As the real one: in a URL, in which `/` is not encoded.
    user, password = need("COUCHDB_USER"), urllib.parse.quote(need("COUCHDB_PASSWORD"))
    url = urllib.parse.urlsplit(f"http://{user}:{password}@{servers[0]}:5984/_membership")
    try:
        name, secret = urllib.parse.unquote(url.username), urllib.parse.unquote(url.password)
        login = {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}
        status, _, body = call("GET", f"http://{url.hostname}:{url.port}{url.path}", headers=login, timeout=1)
        found = json.loads(body)
        return status == 200 and len(found["all_nodes"]) == len(servers) and found["all_nodes"] == found["cluster_nodes"]
    except (ValueError, KeyError, TypeError) as error:
        log("Exception when checking health:", error)
        return False


class Check(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"up\n" if healthy() else b"down\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


log("Serving on 0.0.0.0:5555")
Server(("0.0.0.0", 5555), Check).serve_forever()
