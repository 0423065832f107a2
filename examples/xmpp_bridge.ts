/**
 * XMPP and ZeroMQ in one loop: what people write to an account is published, and what is pushed goes to people.
 *
 * Chat is published as [account, text]; [account, text] that comes by Push is sent as chat, in order. A message counts as sent
 * when the XMPP server has answered a ping behind it. Until then it's kept, over any number of restarts of the server, and sent
 * again: no message is lost, and one may come twice. While there is no server, nothing more is received, so that those who push
 * wait. What the account is sent meanwhile is kept by the server.
 *
 *     XMPP_PASSWORD=secret deno run -A examples/xmpp_bridge.ts xmpp://127.0.0.1:5222 bridge@localhost
 *
 * Arguments: the XMPP server, the account, and two addresses: where chat is published, and where chat is pulled.
 */

import { client, xml } from "npm:@xmpp/client@0.14.0";
import { type Frame, Publisher, Pull } from "../mod.ts";

interface Stanza {
  attrs: Record<string, string>;
  is(name: string): boolean;
  getChildText(name: string): string | null;
}

const [
  service,
  account,
  chatAddress = "tcp://127.0.0.1:5570",
  pullAddress = "tcp://127.0.0.1:5571",
] = Deno.args;
const [username, domain] = account.split("@");
const password = Deno.env.get("XMPP_PASSWORD");

await using publisher = new Publisher();
// What the XMPP server refuses ends the connection, again and again: text that is too long, and characters that XML doesn't have.
await using pull = new Pull({ maxMessageSize: 20_000 });
const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const textOf = (frame: Frame) => frame.text().replace(NOT_IN_XML, "\uFFFD");

console.log(`bound to ${await publisher.bind(chatAddress)} ${await pull.bind(pullAddress)}`);

const xmpp = client({ service, domain, username, password });
/** Resolves when there is a connection; its member is rejected when there is none any more. */
let connection = Promise.withResolvers<{ broken: Promise<never> }>();

xmpp.on("online", async () => {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {}); // no one may be waiting
  xmpp.once("disconnect", () => {
    connection = Promise.withResolvers();
    reject(new Error("the connection to the XMPP server broke"));
  });
  await xmpp.send(xml("presence")); // now it passes on what has come for the account
  connection.resolve({ broken });
  console.log("online");
});
xmpp.on("error", (error: Error) => console.error(error.message)); // it connects again by itself
xmpp.on("stanza", async (stanza: Stanza) => {
  if (!stanza.is("message")) return;
  const [sender] = stanza.attrs.from.split("/");
  const text = stanza.getChildText("body");
  // What comes back from someone who isn't there may have the text that was sent.
  if (stanza.attrs.type === "error") console.error(`${sender} didn't get a message`);
  else if (text !== null) await publisher.send([sender, text]);
});

/** Sends messages, and returns when the server has all of them. */
async function deliver(messages: string[][]): Promise<void> {
  for (;;) {
    const { broken } = await connection.promise;
    try {
      // All at once, since what is sent while the connection breaks may never return.
      const sent = messages.map(([to, text]) =>
        xmpp.send(xml("message", { to, type: "chat" }, xml("body", {}, text)))
      );
      const ping = xml("iq", { type: "get", to: domain }, xml("ping", "urn:xmpp:ping"));
      await Promise.race([broken, Promise.all([...sent, xmpp.iqCaller.request(ping)])]);
      return;
    } catch (error) {
      console.error(`${(error as Error).message}: sending again`);
      if (xmpp.status === "online") await xmpp.disconnect(); // it may not have noticed; then it connects again
    }
  }
}

// Ctrl-C and SIGTERM end the loop below, once what was received is sent. A second one gives that up, such as where there is no
// server any more.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    if (pull.closed) Deno.exit(1);
    pull.close();
  });
}
xmpp.start().catch(() => {}); // the listener of errors has it
while (await pull.wait().catch(() => false)) {
  const messages = Array.from(pull.drain({ limit: 100 }), (message) => message.map(textOf));
  await deliver(messages.filter(({ length }) => length === 2)); // any program can push anything
}
await xmpp.stop();
Deno.exit(); // the client may still wait for an answer, for half a minute
