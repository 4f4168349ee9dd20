import assert from "node:assert/strict";
import { MONITORING_PATHS, SETUP_PATH } from "../../../cht/monitoring";

describe("monitoring", () => {
    it("asks for what cht-watchdog asks for", () => {
        assert.deepEqual(MONITORING_PATHS, {
            monitoring: "/api/v2/monitoring",
            expressMetrics: "/api/v1/express-metrics",
        });
        assert.equal(SETUP_PATH, "/setup/poll");
    });
});
