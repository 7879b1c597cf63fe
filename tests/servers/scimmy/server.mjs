// An independent SCIM server for the tests: scimmy with scimmy-routers, in memory, on a free port of 127.0.0.1.
// Prints its base URI on one line, and ends when standard input is closed.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

/** Keeps the resources of one kind. */
function keep(Resource, unique) {
    const kept = new Map();
    SCIMMY.Resources.declare(Resource)
        .ingress((resource, data) => {
            if (resource.id && !kept.has(resource.id))
                throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
            const id = resource.id ?? randomUUID();
            const taken = [...kept.values()].some(other => other.id !== id && unique && other[unique] === data[unique]);
            if (taken)
                throw new SCIMMY.Types.Error(409, "uniqueness", `${unique} is taken`);
            const now = new Date().toISOString();
            const meta = { created: kept.get(id)?.meta.created ?? now, lastModified: now };
            const stored = { ...JSON.parse(JSON.stringify(data)), id, meta };
            kept.set(id, stored);
            return stored;
        })
        .egress(resource => {
            if (!resource.id)
                return resource.filter ? resource.filter.match([...kept.values()]) : [...kept.values()];
            if (!kept.has(resource.id))
                throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
            return kept.get(resource.id);
        })
        .degress(resource => {
            if (!kept.delete(resource.id))
                throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
        });
    return kept;
}

const users = keep(SCIMMY.Resources.User, "userName");
keep(SCIMMY.Resources.Group);
const count = Number(process.argv[2] ?? 0);
for (let i = 0; i < count; i++) {
    const id = `user-${String(i).padStart(4, "0")}`;
    const meta = { created: "2026-01-01T00:00:00Z", lastModified: "2026-01-01T00:00:00Z" };
    users.set(id, { id, meta, userName: `${id}@contoso.com`, displayName: `User ${i}`, active: i % 2 === 0 });
}

const app = express();
app.use("/scim", new SCIMMYRouters({
    type: "bearer",
    handler: request => {
        if (request.header("Authorization") !== "Bearer the-token-of-the-tests-which-must-be-long")
            throw new Error("The token is another.");
        return "tests";
    },
}));
const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/scim`));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
