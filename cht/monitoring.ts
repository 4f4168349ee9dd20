/**
 * What cht-watchdog asks of an instance, through its public address and without credentials.
 *
 * @see medic/cht-watchdog prometheus/config/prometheus.yml, cht-instances.example.yml
 */
export const MONITORING_PATHS = {
    /** Documents, backlogs, conflicts, users: JSON, for json_exporter. */
    monitoring: "/api/v2/monitoring",
    /** Requests and their times: Prometheus' text format; CouchDB is not asked. */
    expressMetrics: "/api/v1/express-metrics",
} as const;

/** Says, once asked for JSON, whether API has set the database up: 503 until then. @see cht-core api/src/services/setup/router.js */
export const SETUP_PATH = "/setup/poll";
