/** How CHT is reached from outside: what an ingress or a load balancer must know of API. */
export const api = {
    service: "api",
    port: 5988,
    /**
     * Seconds that a connection may be silent. Phones hold a long poll open for changes; shorter ends it with a 502.
     * @see cht-core issues 7183 and 8214
     */
    idleTimeoutSeconds: 3600,
    /** The largest request: API accepts bodies of 32 MB. */
    largestBody: "32m",
    /** Answers without asking CouchDB, also while API starts. */
    healthPath: "/",
    healthCodes: "200-399",
} as const;
