// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** The names of libzmq's numbers that version 5 of zeromq.js exports. */
/** Which I/O threads serve the socket, a bit mask. */
export declare const ZMQ_AFFINITY: 4;
/** The id by which Routers know the socket. */
export declare const ZMQ_IDENTITY: 5;
/** Subscribes a sub socket; can only be set. */
export declare const ZMQ_SUBSCRIBE: 6;
/** Ends a subscription of a sub socket; can only be set. */
export declare const ZMQ_UNSUBSCRIBE: 7;
/** The multicast rate in kbit/s. */
export declare const ZMQ_RATE: 8;
/** How long, in ms, a multicast receiver can be away. */
export declare const ZMQ_RECOVERY_IVL: 9;
/** The same as `ZMQ_RECOVERY_IVL`. */
export declare const ZMQ_RECOVERY_IVL_MSEC: 9;
/** The system's send buffer in bytes. */
export declare const ZMQ_SNDBUF: 11;
/** The system's receive buffer in bytes. */
export declare const ZMQ_RCVBUF: 12;
/** Whether more parts follow; isn't supported. */
export declare const ZMQ_RCVMORE: 13;
/** The socket's descriptor; isn't supported. */
export declare const ZMQ_FD: 14;
/** What can be done at once: `ZMQ_POLLIN`, `ZMQ_POLLOUT`; can only be read. */
export declare const ZMQ_EVENTS: 15;
/** The number of the socket's type; can only be read. */
export declare const ZMQ_TYPE: 16;
/** How long, in ms, unsent messages are kept after the close; -1 for no limit. */
export declare const ZMQ_LINGER: 17;
/** How long, in ms, to wait before connecting again. */
export declare const ZMQ_RECONNECT_IVL: 18;
/** How many peers may wait to be accepted. */
export declare const ZMQ_BACKLOG: 19;
/** The most to which that wait grows. */
export declare const ZMQ_RECONNECT_IVL_MAX: 21;
/** The largest part, in bytes, that a peer may send; -1 for any. */
export declare const ZMQ_MAXMSGSIZE: 22;
/** How many messages may be queued for each peer. */
export declare const ZMQ_SNDHWM: 23;
/** How many messages may be queued from each peer. */
export declare const ZMQ_RCVHWM: 24;
/** Through how many routers multicast may go. */
export declare const ZMQ_MULTICAST_HOPS: 25;
/** How long, in ms, a receive may wait; each one that ends so is an `error` event. */
export declare const ZMQ_RCVTIMEO: 27;
/** How long, in ms, a send may wait. */
export declare const ZMQ_SNDTIMEO: 28;
/** Whether IPv6 isn't used. */
export declare const ZMQ_IPV4ONLY: 31;
/** The address of the last bind or connect; can only be read. */
export declare const ZMQ_LAST_ENDPOINT: 32;
/** Whether sending to an unknown peer fails; can only be set. */
export declare const ZMQ_ROUTER_MANDATORY: 33;
/** TCP keep-alive: 1 on, 0 off, -1 as the system has it. */
export declare const ZMQ_TCP_KEEPALIVE: 34;
/** How many keep-alive probes may go unanswered. */
export declare const ZMQ_TCP_KEEPALIVE_CNT: 35;
/** Seconds of silence before keep-alive probes. */
export declare const ZMQ_TCP_KEEPALIVE_IDLE: 36;
/** Seconds between keep-alive probes. */
export declare const ZMQ_TCP_KEEPALIVE_INTVL: 37;
/** Adds to the addresses from which peers are accepted; can only be set. */
export declare const ZMQ_TCP_ACCEPT_FILTER: 38;
/** Whether messages are queued only for peers that are connected. */
export declare const ZMQ_DELAY_ATTACH_ON_CONNECT: 39;
/** Whether an xpub socket receives every subscription; can only be set. */
export declare const ZMQ_XPUB_VERBOSE: 40;
/** Raw TCP on a router socket; isn't supported: use a stream socket. */
export declare const ZMQ_ROUTER_RAW: 41;
/** Whether IPv6 is used beside IPv4. */
export declare const ZMQ_IPV6: 42;
/** The security mechanism: 0 none, 1 PLAIN, 2 CURVE, 3 GSSAPI; can only be read. */
export declare const ZMQ_MECHANISM: 43;
/** Whether this side is the PLAIN server. */
export declare const ZMQ_PLAIN_SERVER: 44;
/** The name that a PLAIN client sends. */
export declare const ZMQ_PLAIN_USERNAME: 45;
/** The password that a PLAIN client sends. */
export declare const ZMQ_PLAIN_PASSWORD: 46;
/** Whether this side is the CURVE server. */
export declare const ZMQ_CURVE_SERVER: 47;
/** The socket's own public key. */
export declare const ZMQ_CURVE_PUBLICKEY: 48;
/** The socket's own secret key. */
export declare const ZMQ_CURVE_SECRETKEY: 49;
/** The server's public key. */
export declare const ZMQ_CURVE_SERVERKEY: 50;
/** The domain under which the ZAP handler is asked. */
export declare const ZMQ_ZAP_DOMAIN: 55;
/** Milliseconds between heartbeats to each peer. */
export declare const ZMQ_HEARTBEAT_IVL: 75;
/** After how many ms without a heartbeat the peer disconnects this side. */
export declare const ZMQ_HEARTBEAT_TTL: 76;
/** After how many ms without an answer a peer is disconnected. */
export declare const ZMQ_HEARTBEAT_TIMEOUT: 77;
/** How long, in ms, a TCP connect may take. */
export declare const ZMQ_CONNECT_TIMEOUT: 79;
/** A context's number of I/O threads. */
export declare const ZMQ_IO_THREADS: 1;
/** How many sockets a context may have. */
export declare const ZMQ_MAX_SOCKETS: 2;
/** Whether a new peer takes over an id in use; can only be set. */
export declare const ZMQ_ROUTER_HANDOVER: 56;
/** The type `"pair"`, for `ZMQ_TYPE`. */
export declare const ZMQ_PAIR: 0;
/** The type `"pub"`, for `ZMQ_TYPE`. */
export declare const ZMQ_PUB: 1;
/** The type `"sub"`, for `ZMQ_TYPE`. */
export declare const ZMQ_SUB: 2;
/** The type `"req"`, for `ZMQ_TYPE`. */
export declare const ZMQ_REQ: 3;
/** The type `"rep"`, for `ZMQ_TYPE`. */
export declare const ZMQ_REP: 4;
/** The type `"dealer"`, for `ZMQ_TYPE`. */
export declare const ZMQ_DEALER: 5;
/** The type `"dealer"`, for `ZMQ_TYPE`. */
export declare const ZMQ_XREQ: 5;
/** The type `"router"`, for `ZMQ_TYPE`. */
export declare const ZMQ_ROUTER: 6;
/** The type `"router"`, for `ZMQ_TYPE`. */
export declare const ZMQ_XREP: 6;
/** The type `"pull"`, for `ZMQ_TYPE`. */
export declare const ZMQ_PULL: 7;
/** The type `"push"`, for `ZMQ_TYPE`. */
export declare const ZMQ_PUSH: 8;
/** The type `"xpub"`, for `ZMQ_TYPE`. */
export declare const ZMQ_XPUB: 9;
/** The type `"xsub"`, for `ZMQ_TYPE`. */
export declare const ZMQ_XSUB: 10;
/** The type `"stream"`, for `ZMQ_TYPE`. */
export declare const ZMQ_STREAM: 11;
/** In `ZMQ_EVENTS`: a message can be received. */
export declare const ZMQ_POLLIN: 1;
/** In `ZMQ_EVENTS`: a message can be sent. */
export declare const ZMQ_POLLOUT: 2;
/** libzmq's bit for an error of a descriptor. */
export declare const ZMQ_POLLERR: 4;
/** A flag of `send`: more parts of the message follow. */
export declare const ZMQ_SNDMORE: 2;
/** Sockets have `monitor`. */
export declare const ZMQ_CAN_MONITOR: 1;
/** Sockets have `disconnect`. */
export declare const ZMQ_CAN_DISCONNECT: 1;
/** Sockets have `unbind`. */
export declare const ZMQ_CAN_UNBIND: 1;
/** The context's options can be set. */
export declare const ZMQ_CAN_SET_CTX: 1;
/** libzmq's binding had such states in version 4; no socket has one here. */
export declare const STATE_READY: 0;
/** See `STATE_READY`. */
export declare const STATE_BUSY: 1;
/** See `STATE_READY`. */
export declare const STATE_CLOSED: 2;
