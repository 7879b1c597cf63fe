// An independent SCIM server for the tests: Better Auth with its SCIM plugin, in memory, on a free port of 127.0.0.1.
// Prints its base URI on one line, and ends when standard input is closed.
import { createServer } from "node:http";
import { scim } from "@better-auth/scim";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { getAuthTables } from "better-auth/db";
import { toNodeHandler } from "better-auth/node";

const token = "the-token-of-the-tests-which-must-be-long";
const server = createServer();
server.listen(0, "127.0.0.1", async () => {
    const origin = `http://127.0.0.1:${server.address().port}`;
    const base = `${origin}/api/auth/scim/v2`;
    const options = {
        baseURL: origin,
        secret: "a secret of the tests, which must be long as well",
        rateLimit: { enabled: false },
        telemetry: { enabled: false },
        plugins: [scim({ connections: [{ id: "tests", credentials: [{ type: "bearer", id: "token", token }] }] })],
    };
    const tables = Object.fromEntries(Object.values(getAuthTables(options)).map(table => [table.modelName, []]));
    server.on("request", toNodeHandler(betterAuth({ ...options, database: memoryAdapter(tables) })));
    const count = Number(process.argv[2] ?? 0);
    for (let i = 0; i < count; i++) {
        const name = `user-${String(i).padStart(4, "0")}`;
        const created = await fetch(`${base}/Users`, {
            method: "POST",
            headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/scim+json" },
            body: JSON.stringify({
                schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
                userName: `${name}@contoso.com`, externalId: name, displayName: `User ${i}`, active: i % 2 === 0,
                emails: [{ value: `${name}@contoso.com`, primary: true }],
            }),
        });
        if (created.status !== 201)
            throw new Error(`${name}: ${created.status} ${await created.text()}`);
    }
    console.log(base);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
