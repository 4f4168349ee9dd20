import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listVersions, newestRelease } from "../../../automation/versions";

describe("versions to choose from", () => {
    let server: Server;
    let url: string;
    let answer: { status: number; body: string };
    const asked: string[] = [];

    before((done) => {
        server = createServer((request, response) => {
            asked.push(request.url ?? "");
            response.writeHead(answer.status, { "Content-Type": "application/json" }).end(answer.body);
        }).listen(0, "127.0.0.1", done);
    });
    before(() => {
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_couch/builds_4`;
    });
    after(() => server.close());

    const rows = (...ids: string[]) => ({
        status: 200,
        body: JSON.stringify({ rows: ids.map((id) => ({ id, key: [] })) }),
    });

    it("are the releases that can be hosted, the newest first", async () => {
        answer = rows(
            "medic:medic:4.9.0",
            "medic:medic:5.10.0",
            "medic:medic:5.2.0",
            "medic:medic:5.11.0-beta.1",
            "medic:medic:3.17.0",
            "other:x:9.0.0",
        );
        assert.deepEqual(await listVersions(url), ["5.11.0-beta.1", "5.10.0", "5.2.0", "4.9.0"]);
        assert.equal(await newestRelease(url), "5.10.0");
        assert.equal(asked.at(-1), "/_couch/builds_4/_design/builds/_view/releases?descending=true");
    });

    it("that cannot be asked for are one sentence with the way out", async () => {
        const sentence = {
            kind: "unreachable",
            message:
                /^the releases cannot be listed, because [\d.:]+ does not say them \(.+\): see https:.* name one with --version$/,
        };
        answer = { status: 503, body: "" };
        await assert.rejects(listVersions(url), sentence);
        await assert.rejects(listVersions("http://127.0.0.1:1/db"), sentence);
        answer = { status: 200, body: "<html>" };
        await assert.rejects(listVersions(url), sentence);
    });
});
