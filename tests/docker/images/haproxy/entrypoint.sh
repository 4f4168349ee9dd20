#!/bin/bash
# The real HAProxy with servers as CHT gives them: one node is asked itself, the nodes of a cluster through the health check.
set -euo pipefail

folder=/usr/local/etc/haproxy
resolved=""
if [[ -n "${DOCKER_DNS_RESOLVER:-}" ]]; then resolved="resolvers docker resolve-prefer ipv4"; fi
: "${HAPROXY_IP:?is not set}" "${HAPROXY_PORT:?is not set}" "${COUCHDB_USER:?is not set}" "${COUCHDB_PASSWORD:?is not set}"
# The real one's `maxconn 60000` needs 120,029 open files and ends without. A machine whose engine cannot give as many, where
# these tests run too, has at least 20,000; whoever is given less was given a limit of its own, which is too low.
if (( $(ulimit -Hn) < 20000 )); then echo "[ALERT] Cannot raise FD limit" >&2; exit 1; fi
export MAXCONN=$(( $(ulimit -Hn) >= 120029 ? 60000 : 9000 ))
IFS=, read -ra servers <<< "$(tr -d '[:space:]' <<< "$COUCHDB_SERVERS")"

{
    echo "backend couchdb"
    echo "    balance leastconn"
    if [[ ${#servers[@]} -eq 1 && ${STAND_IN_VERSION%%.*} -ge 5 ]]; then
        login=$(printf %s "$COUCHDB_USER:$COUCHDB_PASSWORD" | base64 -w 0)
        echo "    option httpchk"
        echo "    http-check send meth GET uri /_up hdr Authorization 'Basic $login'"
        echo "    http-check expect status 200"
        echo "    server ${servers[0]} ${servers[0]}:5984 check inter 5s $resolved"
    else
        install -d -m 700 /srv/storage/haproxy/passwd
        for server in "${servers[@]}"; do
            echo "    server $server $server:5984 check agent-check agent-inter 5s agent-addr ${HEALTHCHECK_ADDR:-localhost} agent-port 5555 $resolved"
        done
    fi
} > "$folder/backend.cfg"
exec haproxy -W -db -f "$folder/frontend.cfg" -f "$folder/backend.cfg"
