/**
 * A `Request` in a browser: ZeroMQ's protocol over WebSocket (ZWS 2.0), with nothing but `WebSocket`.
 *
 * Each frame begins with a byte of flags: 1 where more frames of the message follow, 2 for a command. Before its first message
 * each side sends its routing id, here an empty one. Requests and replies have an empty frame in front.
 */

const [LAST, MORE] = [0, 1];

export class Request {
  #socket;
  #parts = [];
  #waiting = [];
  #opened;
  #closed;

  /** @param {string} url where a Reply or a Router is bound, such as ws://127.0.0.1:5590 */
  constructor(url) {
    const socket = this.#socket = new WebSocket(url, ["ZWS2.0"]);
    socket.binaryType = "arraybuffer";
    this.#opened = new Promise((resolve, reject) => {
      socket.onopen = () => resolve(this.#frame(LAST, ""));
      socket.onerror = () => reject(new Error(`no connection to ${url}`));
    });
    socket.onmessage = ({ data }) => this.#take(new Uint8Array(data));
    this.#closed = new Promise((resolve) => {
      socket.onclose = () => {
        for (const { reject } of this.#waiting.splice(0)) {
          reject(new Error("the connection is closed"));
        }
        resolve();
      };
    });
  }

  /** Sends a text, and returns the reply's. One at a time: a Reply answers in turn. */
  async request(text) {
    await this.#opened;
    // What is sent then is dropped, and no one is told.
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error("the connection is closed");
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#frame(MORE, "");
      this.#frame(LAST, text);
    });
  }

  /** Closes the connection. The promise resolves once it's closed. */
  close() {
    this.#socket.close();
    return this.#closed;
  }

  #frame(flags, text) {
    this.#socket.send(new Uint8Array([flags, ...new TextEncoder().encode(text)]));
  }

  #take([flags, ...bytes]) {
    this.#parts.push(new TextDecoder().decode(new Uint8Array(bytes)));
    if (flags & MORE) return;
    const [delimiter, ...parts] = this.#parts.splice(0);
    // The other side's routing id is a message of one part, which no one waits for.
    if (delimiter === "" && parts.length > 0) this.#waiting.shift()?.resolve(parts[0]);
  }
}
