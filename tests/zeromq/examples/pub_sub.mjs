// A publisher and a subscriber in one program, which ends in the middle of their messages.
import "./publisher.mjs";
import { hadEnough } from "./subscriber.mjs";

await hadEnough;
process.exit(0);
