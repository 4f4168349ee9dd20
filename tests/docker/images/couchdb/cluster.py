"""Run once beside CouchDB's start: node 1 joins the others to the cluster; whoever is first makes the system's databases."""

import base64
import os

from standin import call, fail, log, need, wait_for

user, password, name = need("COUCHDB_USER"), need("COUCHDB_PASSWORD"), need("SVC_NAME")
login = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
patience = int(os.environ.get("WAIT_THRESHOLD", "20")) * int(os.environ.get("SLEEP_SECONDS", "5"))
own = f"http://{name}:5984"


def answers(address):
    return lambda: call("GET", address, headers=login)[0] == 200


def main():
    peers = [peer for peer in os.environ.get("CLUSTER_PEER_IPS", "").split(",") if peer]
    wait_for(f"CouchDB under its own name, {name}", answers(own), patience)
    if os.environ.get("COUCHDB_SYNC_ADMINS_NODE"):
        return
    if peers and len(peers) + 1 != int(os.environ.get("NODE_COUNT", "3")):
        fail(f"NODE_COUNT is not the number of nodes, {len(peers) + 1}")
    for peer in peers:
        wait_for(f"node {peer}", answers(f"http://{peer}:5984"), patience)
        status, _, body = call("POST", f"{own}/_cluster_setup", {"action": "add_node", "host": peer}, login)
        log(f"join {peer}: {status} {body.decode().strip()}")
    for database in ("_users", "_replicator", "_global_changes"):
        call("PUT", f"{own}/{database}", headers=login)


main()
