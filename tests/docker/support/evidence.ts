/** A hunt for secrets: what was said and written during a test, and what must be in none of it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { call, checkout } from "../../support/checkout";
import { allProcesses, type Result } from "../../support/processes";
import { type Stack, succeeded } from "../../support/stack";

export class Evidence {
    private readonly texts = new Map<string, string>();
    private readonly secrets = new Map<string, string>();
    private readonly processes = new Set<string>();
    private readonly timer = setInterval(() => this.lookAtProcesses(), 50);

    constructor() {
        this.timer.unref();
    }

    /** What somebody could have read. */
    see(place: string, said: string | Result): void {
        const text = typeof said === "string" ? said : `${said.stdout}${said.stderr}`;
        assert.notEqual(text, "", `${place} is empty: nothing was looked at`);
        this.texts.set(place, (this.texts.get(place) ?? "") + text);
    }

    /** Everything that Pulumi keeps of the stack and tells of it. */
    async seeStack(stack: Stack): Promise<void> {
        for (const command of ["stack", "stack output --json", "stack export", "stack history --json"])
            this.see(command, succeeded(await stack.run(command)));
        this.see("config", succeeded(await call("pulumi", ["config", "--stack", stack.name, "--json"])));
        const backend = join(checkout(), ".toolchain", "backend");
        const files = readdirSync(backend, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
        for (const { parentPath, name } of files)
            this.see(`${parentPath}/${name}`, readFileSync(join(parentPath, name), "latin1"));
        this.see("process list", [...this.processes].join("\n"));
    }

    addText(name: string, secret: string): void {
        assert.ok(secret.length >= 12, `${name} is too short to look for`);
        this.secrets.set(`${name} ${this.secrets.size}`, secret);
    }

    /** A PEM file, by a line of its middle. */
    addSecret(name: string, path: string): void {
        this.addText(name, readFileSync(path, "utf8").split("\n")[1] ?? "");
    }

    stop(): void {
        clearInterval(this.timer);
    }

    check(): void {
        this.stop();
        assert.ok(this.secrets.size > 0 && this.texts.size > 0);
        for (const [place, text] of this.texts)
            for (const [name, secret] of this.secrets)
                for (const form of forms(secret)) assert.ok(!text.includes(form), `${name} is in ${place}`);
    }

    private lookAtProcesses(): void {
        for (const { args } of allProcesses()) this.processes.add(args);
    }
}

/** A secret as it is, and as it stands in JSON, in a URL and in base64, wherever in a longer text that begins. */
function forms(secret: string): string[] {
    const inner = JSON.stringify(secret).slice(1, -1);
    const base64 = [0, 1, 2].map((shift) => {
        const encoded = Buffer.from(" ".repeat(shift) + secret).toString("base64");
        // Without the characters that depend on what stands before and after.
        return encoded.slice(Math.ceil((shift * 4) / 3), -4);
    });
    return [...new Set([secret, inner, JSON.stringify(inner).slice(1, -1), encodeURIComponent(secret), ...base64])];
}
