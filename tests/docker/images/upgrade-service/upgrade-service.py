"""A small upgrade service: it answers, and changes nothing."""

from standin import Handler, log, serve


class Upgrade(Handler):
    def route(self):
        self.answer(200, {"ready": True})


log("Upgrade service listening on port 5008")
serve(5008, Upgrade).serve_forever()
