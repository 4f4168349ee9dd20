/**
 * How the administrator's password changes in CouchDB: by its configuration, on node 1; the other nodes of a cluster take
 * node 1's at their next start.
 *
 * @see https://docs.couchdb.org/en/stable/api/server/configuration.html
 * @see cht-core couchdb/docker-entrypoint.sh
 */

/**
 * Runs in CouchDB's image with COUCHDB_URL, COUCHDB_USER, OLD_PASSWORD and NEW_PASSWORD. Both passwords reach curl on its
 * standard input: arguments can be read by every process of the node.
 */
export const rotationScript: readonly string[] = [
    "sh",
    "-euc",
    `
escaped() { printf '%s' "$1" | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g'; }
as() { printf 'user = "%s:%s"\\n' "$COUCHDB_USER" "$(escaped "$1")"; }
works() { as "$1" | curl -fsS -m 10 -o /dev/null -K - "$COUCHDB_URL/_session"; }
if works "$NEW_PASSWORD"; then echo "The new password is in force."; exit 0; fi
{ as "$OLD_PASSWORD"
  printf 'request = "PUT"\\nheader = "Content-Type: application/json"\\n'
  printf 'data = "%s"\\n' "$(escaped "\\"$(escaped "$NEW_PASSWORD")\\"")"
} | curl -fsS -m 30 -o /dev/null -K - "$COUCHDB_URL/_node/_local/_config/admins/$COUCHDB_USER"
works "$NEW_PASSWORD"
echo "The password was changed."
`.trim(),
];

/** Nothing but a shell and curl: no right of root is needed, and nothing is written. */
export const rotationSecurity = {
    runAsUser: 5984,
    runAsGroup: 5984,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
} as const;
