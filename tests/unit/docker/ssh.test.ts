import assert from "node:assert/strict";
import { sshArguments } from "../../../docker/ssh";

const usual = ["-o", "ConnectTimeout=30", "-o", "BatchMode=yes", "-T"];

describe("the call of ssh", () => {
    it("names the host after '--', and the remote command as one word", () => {
        const words = sshArguments({ kind: "ssh", host: "box", options: [] });
        assert.deepEqual(words, [...usual, "--", "box", "docker system dial-stdio"]);
    });

    it("has the operator's options before its own, because ssh keeps the first of a kind", () => {
        const options = ["-o", "ConnectTimeout=3", "-i", "/keys/a key"];
        const words = sshArguments({ kind: "ssh", host: "::1", user: "medic", port: 2222, options });
        const login = ["-l", "medic", "-p", "2222"];
        assert.deepEqual(words, [...login, ...options, ...usual, "--", "::1", "docker system dial-stdio"]);
    });

    it("quotes the remote socket for the shell over there", () => {
        const socket = "/run/it's; rm -rf $HOME/docker.sock";
        const words = sshArguments({ kind: "ssh", host: "box", socket, options: [] });
        const quoted = String.raw`'--host=unix:///run/it'\''s; rm -rf $HOME/docker.sock'`;
        assert.equal(words.at(-1), `docker ${quoted} system dial-stdio`);
    });
});
