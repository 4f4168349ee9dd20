"""A small CHT Sentinel: once API and CouchDB are there it says so in its database, and watches the changes."""

import base64
import json
import os
import time

from standin import call, couch_url, log, need, wait_for

USER, PASSWORD, HOST, PORT, DATABASE = couch_url()
COUCH = f"http://{HOST}:{PORT}"
LOGIN = {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(), "X-Medic-Service": "sentinel"}
API = f"http://{need('API_HOST')}:{os.environ.get('API_PORT') or 5988}"
DOCUMENT = f"{COUCH}/{DATABASE}-sentinel/_local%2Fstarted"

wait_for("API", lambda: call("GET", f"{API}/setup/poll")[0] == 200, 3600, pause=1)
wait_for("CouchDB", lambda: call("GET", f"{COUCH}/", headers=LOGIN)[0] == 200, 600, pause=1)
found = call("GET", DOCUMENT, headers=LOGIN)
started = {"at": time.time(), **({"_rev": json.loads(found[2])["_rev"]} if found[0] == 200 else {})}
log(f"Info: started is written: {call('PUT', DOCUMENT, started, LOGIN)[0]}")
while True:
    status, _, _ = call("GET", f"{COUCH}/{DATABASE}/_changes?feed=longpoll&timeout=60000", headers=LOGIN, timeout=90)
    if status != 200:
        time.sleep(2)
