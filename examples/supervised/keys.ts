/**
 * Makes the keys of supervisor.ts's server and its client, in a folder.
 *
 * In earnest, each side makes its own, and they exchange the public ones alone.
 *
 *     deno run --allow-ffi --allow-write=keys examples/supervised/keys.ts keys
 *
 * Argument: the folder.
 */

import { Certificate } from "../../security/mod.ts";

const [keys = "keys"] = Deno.args;

await Deno.mkdir(`${keys}/clients`, { recursive: true });
await Certificate.create({ name: "server" }).save(`${keys}/server.key`);
const client = Certificate.create({ name: "client" });
await client.save(`${keys}/client.key`);
await client.toPublic().save(`${keys}/clients/client.key`); // whom the server admits
