/** Imports what the package declares. */

import * as zmq from "zeromq";
import { type EventOfType, Push } from "zeromq";
import older, { type Socket } from "zeromq/v5-compat";

const push: zmq.Push = new Push({ linger: 0 });
// @ts-expect-error a Push isn't a Pull
const _pull: zmq.Pull = push;
// @ts-expect-error there is no such option
new zmq.Push({ lingre: 0 });
// @ts-expect-error a version isn't a number
const _version: number = zmq.version;
export const address = ({ address }: EventOfType<"bind">): string => address;

const socket: Socket = older.socket("req");
// @ts-expect-error there is no such type
older.socket("request");
socket.close();
