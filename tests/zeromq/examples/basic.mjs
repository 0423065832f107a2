// Both ways to import.
import { Request } from "zeromq";
import * as zmq from "zeromq";

const request = new Request();
const reply = new zmq.Reply();
console.log(request instanceof zmq.Request, reply.closed);
