import assert from "node:assert/strict";
import { imageFor } from "../../../cht/images";
import type { Role } from "../../../cht/model";
import { parseVersion } from "../../../cht/version";

const version = parseVersion("5.2.0-my-branch");

describe("images", () => {
    it("are Medic's, with the version as their tag", () => {
        const images = (["couchdb", "nouveau", "haproxy", "healthcheck", "api", "sentinel", "nginx"] as Role[]).map(
            (role) => imageFor(role, version, {}, "kubernetes"),
        );
        assert.deepEqual(images, [
            "public.ecr.aws/medic/cht-couchdb:5.2.0-my-branch",
            "public.ecr.aws/medic/cht-couchdb-nouveau:5.2.0-my-branch",
            "public.ecr.aws/medic/cht-haproxy:5.2.0-my-branch",
            "public.ecr.aws/medic/cht-haproxy-healthcheck:5.2.0-my-branch",
            "public.ecr.aws/medic/cht-api:5.2.0-my-branch",
            "public.ecr.aws/medic/cht-sentinel:5.2.0-my-branch",
            "public.ecr.aws/medic/cht-nginx:5.2.0-my-branch",
        ]);
    });

    it("come from a private registry where one is given, however it is written", () => {
        for (const registry of ["registry.example.org:5000/cht", "registry.example.org:5000/cht/"]) {
            assert.equal(
                imageFor("api", version, { registry }),
                "registry.example.org:5000/cht/cht-api:5.2.0-my-branch",
            );
        }
    });

    it("of the upgrade service have versions of their own", () => {
        assert.equal(imageFor("upgrade-service", version, {}, "kubernetes"), "medicmobile/upgrade-service:0.32");
        assert.equal(
            imageFor("upgrade-service", version, {}, "docker"),
            "public.ecr.aws/s5s3h4s7/cht-upgrade-service:latest",
        );
        const upgradeService = "registry.example.org/upgrade-service:0.32";
        assert.equal(imageFor("upgrade-service", version, { upgradeService }), upgradeService);
    });
});
