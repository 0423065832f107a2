/**
 * A drop-in for the module `zeromq/v5-compat` of the npm package `zeromq`, version 6: the interface of its versions 4 and 5,
 * in which messages are events.
 *
 * @example Hello
 * ```ts
 * import zmq from "zeromq/v5-compat";
 *
 * const server = zmq.socket("rep");
 * server.on("message", (request) => server.send(`${request} world`));
 * server.bindSync("tcp://127.0.0.1:*");
 *
 * const client = zmq.socket("req");
 * client.connect(server.last_endpoint);
 * client.on("message", (reply) => {
 *   console.log(reply.toString());
 *   client.close();
 *   server.close();
 * });
 * client.send("hello");
 * ```
 *
 * @module
 */

import "./zeromq/modules.ts";
import { version } from "./zeromq/library.ts";
import * as constants from "./zeromq/v5_constants.ts";
import { Context } from "./zeromq/v5_context.ts";
import { curveKeypair } from "./zeromq/v5_keys.ts";
import { options } from "./zeromq/v5_options.ts";
import { proxy } from "./zeromq/v5_proxy.ts";
import { createSocket, Socket } from "./zeromq/v5_socket.ts";

export { version } from "./zeromq/library.ts";
export { Context } from "./zeromq/v5_context.ts";
export { curveKeypair } from "./zeromq/v5_keys.ts";
export { options } from "./zeromq/v5_options.ts";
export { proxy } from "./zeromq/v5_proxy.ts";
export { createSocket, createSocket as socket, Socket } from "./zeromq/v5_socket.ts";
export {
  STATE_BUSY,
  STATE_CLOSED,
  STATE_READY,
  ZMQ_AFFINITY,
  ZMQ_BACKLOG,
  ZMQ_CAN_DISCONNECT,
  ZMQ_CAN_MONITOR,
  ZMQ_CAN_SET_CTX,
  ZMQ_CAN_UNBIND,
  ZMQ_CONNECT_TIMEOUT,
  ZMQ_CURVE_PUBLICKEY,
  ZMQ_CURVE_SECRETKEY,
  ZMQ_CURVE_SERVER,
  ZMQ_CURVE_SERVERKEY,
  ZMQ_DEALER,
  ZMQ_DELAY_ATTACH_ON_CONNECT,
  ZMQ_EVENTS,
  ZMQ_FD,
  ZMQ_HEARTBEAT_IVL,
  ZMQ_HEARTBEAT_TIMEOUT,
  ZMQ_HEARTBEAT_TTL,
  ZMQ_IDENTITY,
  ZMQ_IO_THREADS,
  ZMQ_IPV4ONLY,
  ZMQ_IPV6,
  ZMQ_LAST_ENDPOINT,
  ZMQ_LINGER,
  ZMQ_MAX_SOCKETS,
  ZMQ_MAXMSGSIZE,
  ZMQ_MECHANISM,
  ZMQ_MULTICAST_HOPS,
  ZMQ_PAIR,
  ZMQ_PLAIN_PASSWORD,
  ZMQ_PLAIN_SERVER,
  ZMQ_PLAIN_USERNAME,
  ZMQ_POLLERR,
  ZMQ_POLLIN,
  ZMQ_POLLOUT,
  ZMQ_PUB,
  ZMQ_PULL,
  ZMQ_PUSH,
  ZMQ_RATE,
  ZMQ_RCVBUF,
  ZMQ_RCVHWM,
  ZMQ_RCVMORE,
  ZMQ_RCVTIMEO,
  ZMQ_RECONNECT_IVL,
  ZMQ_RECONNECT_IVL_MAX,
  ZMQ_RECOVERY_IVL,
  ZMQ_RECOVERY_IVL_MSEC,
  ZMQ_REP,
  ZMQ_REQ,
  ZMQ_ROUTER,
  ZMQ_ROUTER_HANDOVER,
  ZMQ_ROUTER_MANDATORY,
  ZMQ_ROUTER_RAW,
  ZMQ_SNDBUF,
  ZMQ_SNDHWM,
  ZMQ_SNDMORE,
  ZMQ_SNDTIMEO,
  ZMQ_STREAM,
  ZMQ_SUB,
  ZMQ_SUBSCRIBE,
  ZMQ_TCP_ACCEPT_FILTER,
  ZMQ_TCP_KEEPALIVE,
  ZMQ_TCP_KEEPALIVE_CNT,
  ZMQ_TCP_KEEPALIVE_IDLE,
  ZMQ_TCP_KEEPALIVE_INTVL,
  ZMQ_TYPE,
  ZMQ_UNSUBSCRIBE,
  ZMQ_XPUB,
  ZMQ_XPUB_VERBOSE,
  ZMQ_XREP,
  ZMQ_XREQ,
  ZMQ_XSUB,
  ZMQ_ZAP_DOMAIN,
} from "./zeromq/v5_constants.ts";

export type { SocketType } from "./zeromq/v5_socket.ts";

// The types of these exports.
export type { MessageLike } from "./zeromq/socket_types.ts";
export type { ShortOptions } from "./zeromq/v5_options.ts";
export type { Callback } from "./zeromq/v5_sending.ts";
// The class behind the exported one, which can be called as functions of old can.
export type { SocketClass } from "./zeromq/v5_socket.ts";

/** All names of this module, as `require()` returns them on Node.js. */
const zmq: typeof constants & {
  version: typeof version;
  Context: typeof Context;
  Socket: typeof Socket;
  createSocket: typeof createSocket;
  socket: typeof createSocket;
  options: typeof options;
  curveKeypair: typeof curveKeypair;
  proxy: typeof proxy;
} = {
  ...{ Context, Socket, createSocket, curveKeypair, proxy, version, socket: createSocket, options },
  ...constants,
};

export default zmq;
