import assert from "node:assert/strict";
import fc from "fast-check";
import type { ResourceNeeds, Role } from "../../../cht/model";
import { type Estimate, estimate, resourcesFor } from "../../../cht/sizing";

const people = fc.record({
    users: fc.nat({ max: 50_000 }),
    population: fc.nat({ max: 20_000_000 }),
    workflowsPerYear: fc.nat({ max: 20 }),
    years: fc.nat({ max: 10 }),
});

describe("an estimate", () => {
    it("follows the documentation's formulae", () => {
        // 1000 + 500000 + 180000 + 500000 · 2 · 3 documents; / 186089 · 5 GB; ceil(1000 / 288) CPUs of 2 GB
        assert.deepEqual(estimate({ users: 1000, population: 500_000, workflowsPerYear: 2, years: 3 }), {
            documents: 3_681_000,
            cpus: 4,
            memoryGi: 8,
            volumeGi: 99,
            rootDiskGi: 50,
        });
    });

    it("takes documents that were counted as they are", () => {
        assert.deepEqual(estimate({ users: 289, documents: 186_089 * 4 }), {
            documents: 744_356,
            cpus: 2,
            memoryGi: 4,
            volumeGi: 20,
            rootDiskGi: 50,
        });
    });

    it("is never less than a developer's instance, and counts one workflow unless told", () => {
        assert.deepEqual(estimate({ users: 0, documents: 0 }), {
            documents: 0,
            cpus: 1,
            memoryGi: 2,
            volumeGi: 8,
            rootDiskGi: 50,
        });
        assert.equal(estimate({ users: 0, population: 100, years: 2 }).documents, 336);
    });

    it("never falls when a figure rises", () => {
        fc.assert(
            fc.property(people, people, (a, more) => {
                const b = {
                    users: a.users + more.users,
                    population: a.population + more.population,
                    workflowsPerYear: a.workflowsPerYear + more.workflowsPerYear,
                    years: a.years + more.years,
                };
                const [small, large] = [estimate(a), estimate(b)];
                for (const key of Object.keys(small) as (keyof Estimate)[]) {
                    assert.ok(large[key] >= small[key], key);
                }
            }),
        );
    });
});

describe("resources", () => {
    const LEAST: Record<Role, ResourceNeeds> = {
        couchdb: needs("1000m", "2048Mi", "4096Mi"),
        nouveau: needs("250m", "1024Mi", "3072Mi"),
        haproxy: needs("100m", "256Mi", "1024Mi"),
        healthcheck: needs("20m", "64Mi", "128Mi"),
        api: needs("500m", "1024Mi", "2048Mi"),
        sentinel: needs("250m", "512Mi", "1024Mi"),
        "upgrade-service": needs("50m", "128Mi", "256Mi"),
        nginx: needs("50m", "64Mi", "128Mi"),
        certificate: needs("10m", "64Mi", "256Mi"),
    };

    it("are the least where nothing was estimated, or little", () => {
        assert.deepEqual(resourcesFor(undefined), LEAST);
        assert.deepEqual(resourcesFor({ cpus: 1, memoryGi: 2 }), LEAST);
    });

    it("of a large instance go to CouchDB, after what API and Sentinel can use", () => {
        assert.deepEqual(resourcesFor({ cpus: 16, memoryGi: 32 }), {
            ...LEAST,
            api: needs("2000m", "4096Mi", "8192Mi"),
            sentinel: needs("1000m", "2048Mi", "4096Mi"),
            // 16000 - 250 - 100 - 2000 - 1000; 32768 - 1024 - 256 - 4096 - 2048
            couchdb: needs("12650m", "25344Mi", "50688Mi"),
        });
    });

    it("are shared by the nodes of a cluster", () => {
        const { couchdb } = resourcesFor({ cpus: 16, memoryGi: 32 }, 3);
        assert.deepEqual(couchdb, needs("4216m", "8448Mi", "16896Mi"));
    });

    it("never fall when the estimate rises, and limits are never below requests", () => {
        const size = fc.integer({ min: 1, max: 200 });
        fc.assert(
            fc.property(size, size, fc.integer({ min: 1, max: 9 }), (cpus, more, nodes) => {
                const small = resourcesFor({ cpus, memoryGi: 2 * cpus }, nodes);
                const large = resourcesFor({ cpus: cpus + more, memoryGi: 2 * (cpus + more) }, nodes);
                for (const role of Object.keys(small) as Role[]) {
                    for (const key of ["cpu", "memory"] as const) {
                        assert.ok(figure(large[role].requests[key]) >= figure(small[role].requests[key]), role);
                    }
                    assert.ok(figure(large[role].limits.memory) >= figure(large[role].requests.memory), role);
                }
            }),
        );
    });

    function needs(cpu: string, memory: string, limit: string): ResourceNeeds {
        return { requests: { cpu, memory }, limits: { memory: limit } };
    }

    function figure(quantity: string | undefined): number {
        return Number.parseInt(quantity ?? "", 10);
    }
});
