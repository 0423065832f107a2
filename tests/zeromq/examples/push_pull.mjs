// A producer and a worker in one program, which ends in the middle of their work.
import "./producer.mjs";
import { hadEnough } from "./worker.mjs";

await hadEnough;
process.exit(0);
