/** How nodes are kept for CouchDB: the taint keeps other pods away, the label leads CouchDB there. */
export const couchdbNodes = {
    labels: { "cht-hosting/couchdb": "true" },
    taint: { key: "cht-hosting/couchdb", value: "true", effect: "NoSchedule" },
} as const;
