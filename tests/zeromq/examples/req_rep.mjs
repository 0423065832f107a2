// A client and a server in one program, which ends as soon as the client has its answer.
import { asked } from "./client.mjs";
import "./server.mjs";

await asked;
process.exit(0);
