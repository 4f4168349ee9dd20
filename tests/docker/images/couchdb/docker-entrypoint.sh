#!/bin/bash
# Root's part of CouchDB's start: owners and modes, the settings file, then CouchDB as its own user.
set -e -o pipefail

if [ "$1" != /opt/couchdb/bin/couchdb ]; then exec "$@"; fi

find /opt/couchdb \! \( -user couchdb -group couchdb \) -exec chown -f couchdb:couchdb '{}' +
for folder in data etc; do
    find "/opt/couchdb/$folder" -type d \! -perm 0755 -exec chmod -f 0755 '{}' +
    find "/opt/couchdb/$folder" -type f \! -perm 0644 -exec chmod -f 0644 '{}' +
done
/usr/lib/stand-in/python /usr/lib/stand-in/prepare.py
chown -f couchdb:couchdb /opt/couchdb/etc/local.d/cluster-credentials.ini
/usr/lib/stand-in/python /usr/lib/stand-in/cluster.py &

# Not `exec`: this shell ends at once when it is told to, and CouchDB is killed with it.
as_couchdb() { setpriv --reuid=couchdb --regid=couchdb --clear-groups /bin/sh -c "$1"; }
if [ "${DEFAULT_ULIMIT:-}" = true ]; then
    as_couchdb "exec $*"
else
    as_couchdb "ulimit -n 100000 && exec $*"
fi
