import assert from "node:assert/strict";
import { inStartOrder, roleOf } from "../../../automation/services";

describe("services of an instance", () => {
    it("start in the order in which they need one another", () => {
        const services = ["nginx", "sentinel", "couchdb-10", "certificate", "api", "couchdb-2", "haproxy", "couchdb-1"];
        const more = ["healthcheck", "upgrade-service", "nouveau-1", "of-a-later-version"];
        assert.deepEqual(
            inStartOrder([...services, ...more].map((service) => ({ service }))).map(({ service }) => service),
            [
                "nouveau-1",
                "couchdb-1",
                "couchdb-2",
                "couchdb-10",
                "healthcheck",
                "haproxy",
                "upgrade-service",
                "api",
                "sentinel",
                "certificate",
                "nginx",
                "of-a-later-version",
            ],
        );
    });

    it("have the role of their name", () => {
        assert.equal(roleOf("couchdb-2"), "couchdb");
        assert.equal(roleOf("upgrade-service"), "upgrade-service");
        assert.equal(roleOf("constructor"), undefined);
    });
});
