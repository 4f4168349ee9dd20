"""CouchDB's settings on the volume `local.d`, read and written as CouchDB does, and what is made of its secrets."""

import base64
import hashlib
import hmac
import os
import re
import time

FILE = "/opt/couchdb/etc/local.d/cluster-credentials.ini"
ITERATIONS = 1000


def read():
    """{section: {key: value}}; a blank before ; begins a comment, blanks around a value are not part of it."""
    sections, current = {}, {}
    with open(FILE, encoding="utf-8", newline="\n") as file:
        for line in file:
            header = re.fullmatch(r"\s*\[\s*(.+?)\s*\]\s*", line)
            if header:
                current = sections.setdefault(header[1], {})
            elif "=" in line and not line.lstrip().startswith(";"):
                key, value = line.split("=", 1)
                current[key.strip()] = re.split(r"\s;", value)[0].strip()
    return sections


def write(sections):
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items()) + "\n"
        for name, values in sections.items()
    )
    with open(f"{FILE}.tmp", "w", encoding="utf-8") as file:
        file.write(text)
    # As the real one: copied and not renamed, so that owner and mode stay.
    with open(FILE, "w", encoding="utf-8") as file:
        file.write(text)
    os.remove(f"{FILE}.tmp")


def hashed(password, salt=None):
    salt = salt or os.urandom(16).hex()
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), ITERATIONS).hex()
    return f"-pbkdf2:sha256-{key},{salt},{ITERATIONS}"


def is_hashed(value):
    return value.startswith("-pbkdf2") or value.startswith("-hashed-")


def matches(password, value):
    parts = value.rsplit(",", 2)
    return len(parts) == 3 and hmac.compare_digest(hashed(password, parts[1]), value)


def hash_admins():
    """What CouchDB does at its start: no password stays in clear."""
    sections = read()
    admins = sections.get("admins", {})
    if any(not is_hashed(value) for value in admins.values()):
        for user, value in admins.items():
            if not is_hashed(value):
                admins[user] = hashed(value)
        write(sections)


def cookie(user, sections):
    stamp = f"{user}:{int(time.time()):X}"
    return base64.urlsafe_b64encode(f"{stamp}:{_signature(stamp, user, sections)}".encode()).decode().rstrip("=")


def user_of_cookie(text, sections):
    try:
        user, stamp, signature = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().rsplit(":", 2)
        expected = _signature(f"{user}:{stamp}", user, sections)
    except (ValueError, KeyError):
        return None
    return user if hmac.compare_digest(signature, expected) else None


def _signature(stamp, user, sections):
    salt = sections["admins"][user].rsplit(",", 2)[1]
    secret = sections["couch_httpd_auth"]["secret"]
    return hmac.new((secret + salt).encode(), stamp.encode(), "sha1").hexdigest()
