"""A small nouveau: its index lies at /data/nouveau; programs that give their name, as browsers and curl do, are refused."""

import os
import signal
import threading
import uuid

from standin import Handler, fail, log, serve

INDEX = "/data/nouveau"
names = [name for name in os.listdir(INDEX) if name.startswith("index-")]
index = names[0] if names else f"index-{uuid.uuid4()}"
try:
    with open(f"{INDEX}/{index}", "a", encoding="utf-8"):
        pass
except OSError as error:
    fail(f"the index cannot be written: {error}")


class Nouveau(Handler):
    def route(self):
        if self.headers.get("User-Agent"):
            return self.answer(403, {"error": "forbidden"})
        if self.path == "/analyze":
            return self.answer(200, {"tokens": self.body().decode().lower().split()}, {"X-Index": index})
        return self.answer(404, {"error": "not_found"})


class Administration(Handler):
    def route(self):
        self.answer(200, "pong\n", kind="text/plain") if self.path == "/ping" else self.answer(404, "")


signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
threading.Thread(target=serve(5988, Administration).serve_forever, daemon=True).start()
log("nouveau listens")
serve(5987, Nouveau).serve_forever()
