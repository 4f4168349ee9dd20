import assert from "node:assert/strict";
import { describeInstance } from "../../../cht/describe";
import { inStartOrder, roleOf, startGroups } from "../../../cht/start-order";
import { settings } from "./settings";

describe("services of an instance", () => {
    it("start in the order in which they need one another", () => {
        const some = ["nginx", "sentinel", "couchdb-10", "certificate", "api", "couchdb-2", "haproxy", "couchdb-1"];
        const more = ["healthcheck", "upgrade-service", "nouveau-1", "of-a-later-version"];
        const services = [...some, ...more].map((service) => ({ service }));
        const groups = startGroups(services).map((group) => group.map(({ service }) => service));
        assert.deepEqual(groups, [
            ["nouveau-1"],
            ["couchdb-1"],
            ["couchdb-2", "couchdb-10"],
            ["healthcheck"],
            ["haproxy"],
            ["api", "certificate", "sentinel", "upgrade-service"],
            ["nginx"],
            ["of-a-later-version"],
        ]);
        assert.deepEqual(
            inStartOrder(services).map(({ service }) => service),
            groups.flat(),
        );
    });

    it("have the role of their name", () => {
        assert.equal(roleOf("couchdb-2"), "couchdb");
        assert.equal(roleOf("upgrade-service"), "upgrade-service");
        assert.equal(roleOf("constructor"), undefined);
    });

    for (const [version, couchdbNodes] of [
        ["4.22.0", 1],
        ["5.2.0", 1],
        ["5.2.0", 3],
        ["5.3.0", 3],
    ] as const) {
        it(`start after what a description of ${version} with ${couchdbNodes} CouchDB says`, () => {
            const { workloads } = describeInstance(settings(version, couchdbNodes, "docker", { upgradeService: true }));
            const groups = startGroups(workloads);
            const group = (name: string) => groups.findIndex((some) => some.some(({ service }) => service === name));
            const late = workloads.flatMap(({ service, startsAfter }) =>
                startsAfter.filter((before) => group(before) >= group(service)).map((before) => [before, service]),
            );
            assert.deepEqual(late, []);
            assert.notEqual(workloads.flatMap(({ startsAfter }) => startsAfter).length, 0);
        });
    }
});
