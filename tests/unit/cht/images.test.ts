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

    it("are fixed by a digest where one is given, which goes for its role alone", () => {
        const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
        const source = { digests: { api: digest } };
        assert.equal(
            imageFor("api", version, source, "docker"),
            `public.ecr.aws/medic/cht-api:5.2.0-my-branch@${digest}`,
        );
        assert.equal(
            imageFor("sentinel", version, source, "docker"),
            "public.ecr.aws/medic/cht-sentinel:5.2.0-my-branch",
        );
    });

    it("of the certificate's companion are nginx's own, or the ACME client's", () => {
        const source = { registry: "registry.example.org/cht", digests: { nginx: `sha256:${"0".repeat(64)}` } };
        assert.equal(
            imageFor("certificate", version, source, "docker"),
            `registry.example.org/cht/cht-nginx:5.2.0-my-branch@sha256:${"0".repeat(64)}`,
        );
        assert.equal(imageFor("certificate", version, source, "docker", true), "certbot/certbot:v5.1.0");
        const acme = "registry.example.org/certbot:v5";
        assert.equal(imageFor("certificate", version, { acme }, "docker", true), acme);
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
