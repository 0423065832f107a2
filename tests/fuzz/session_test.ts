import "../security/support.ts";
import { strictEqual as assertEquals } from "node:assert/strict";
import { capability, Pull } from "../../mod.ts";
import { Certificate } from "../../security/mod.ts";
import { keyBytes } from "../../socket/z85.ts";
import { SecretKey } from "./box.ts";
import { type Credentials, handshake } from "./session.ts";
import { portIn } from "./setting.ts";
import { authenticator, clientOptions, NAME, PASSWORD, serverOptions, targets } from "./targets.ts";
import { Wire } from "./wire.ts";

const TYPE = Uint8Array.from("\x0bSocket-Type\0\0\0\x04PUSH", (one) => one.charCodeAt(0));
/** No command is altered. */
const introduction = { metadata: TYPE, alter: (command: Uint8Array<ArrayBuffer>) => command };

Deno.test("fuzz: a box is NaCl's", () => {
  const [own, other] = [1, 2].map((fill) => new SecretKey(new Uint8Array(32).fill(fill)));
  const nonce = Uint8Array.from({ length: 24 }, (_, at) => at);
  const content = Uint8Array.from({ length: 100 }, (_, at) => at);
  const sealed = own.sharedWith(other.publicBytes()).seal(nonce, content);
  // As libsodium's crypto_box_easy has it.
  assertEquals(
    Array.from(sealed, (one) => one.toString(16).padStart(2, "0")).join(""),
    "185a80dd30bd5ce6b837fc2bbe082a9ee2ce81c09e34e031b15f72ccc09109f7cbc26ef5b7a2dd65" +
      "195941393c0df2a3e64ce7ab7cb130f693aff763f885a1d7f598c371e2b65d7c4e4f953243b8b5f9" +
      "63ceda4d46cdecb338d62ec8a1212a3cbe30ab31f68736a5340ac82e96459ab8bfcafdac",
  );
});

const BOTH = ["client", "server"] as const;
for (const transport of ["tcp", "ws"] as const) {
  for (
    const [mechanism, role] of BOTH.flatMap((role) => [["PLAIN", role], ["CURVE", role]] as const)
  ) {
    Deno.test({
      name:
        `fuzz: an insider comes in, and what it says arrives: ${transport}, ${mechanism}, the ${role}`,
      ignore: !capability.curve || transport === "ws" && !capability.ws,
      fn: async () => {
        const [server, client] = [Certificate.create(), Certificate.create()];
        await using _authenticator = authenticator(client);
        const target = targets().Pull;
        const credentials: Credentials = mechanism === "PLAIN"
          ? { mechanism, name: NAME, password: PASSWORD }
          : {
            mechanism,
            secretKey: keyBytes((role === "client" ? client : server).secretKey)!,
            serverKey: keyBytes(server.publicKey)!,
          };
        await using pull = new Pull(
          role === "client"
            ? serverOptions(target, mechanism, server)
            : clientOptions(mechanism, client, server),
        );
        using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
        let connection;
        if (role === "client") {
          const port = portIn(await pull.bind(`${transport}://127.0.0.1:*`));
          connection = await Deno.connect({ hostname: "127.0.0.1", port });
        } else {
          pull.connect(`${transport}://127.0.0.1:${listener.addr.port}`);
          connection = await listener.accept();
        }
        using one = connection;
        const session = await handshake(
          Wire.on(transport, one, role === "server"),
          credentials,
          introduction,
        );
        await one.write(session.frame(0, new TextEncoder().encode("inside")));
        assertEquals(String(await pull.receive()), "inside");
      },
    });
  }
}
