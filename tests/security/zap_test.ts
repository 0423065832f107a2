/** An authenticator asked over its own protocol, ZAP: what it answers to right and to broken questions. */

import "../util.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, type MessagePart } from "../../mod.ts";
import { type AuthRequest, z85Encode } from "../../security/mod.ts";
import { received } from "../socket/support.ts";
import { ask, Asked, statusOf, ZAP } from "./support.ts";
import { soon } from "../waiting.ts";

const KEY = new Uint8Array(32).map((_, at) => at + 1);

Deno.test("an answer has the question's version and id, a status, a text and the user's id", async () => {
  using asked = new Asked();
  asked.authenticator.configurePlain({ ada: "lovelace" });
  const plain = ["home", "127.0.0.1", "routing id", "PLAIN", "ada"];
  assertEquals(await ask(asked.context, ["1.0", "some id", ...plain, "lovelace"]), {
    version: "1.0",
    id: "some id",
    status: "200",
    text: "OK",
    userId: "ada",
    metadata: new Uint8Array(0),
  });
  assertEquals(await ask(asked.context, ["1.0", "another id", ...plain, "babbage"]), {
    version: "1.0",
    id: "another id",
    status: "400",
    text: "Not let in",
    userId: "",
    metadata: new Uint8Array(0),
  });
});

Deno.test("without any rule, everyone is refused", async () => {
  using asked = new Asked();
  const peers: [string, MessagePart[]][] = [
    ["NULL", []],
    ["PLAIN", ["ada", "lovelace"]],
    ["CURVE", [KEY]],
    ["GSSAPI", ["ada@HOME"]],
  ];
  for (const [mechanism, credentials] of peers) {
    assertEquals(await statusOf(asked.context, mechanism, credentials), "400");
  }
  assertEquals(asked.denied.map(([{ mechanism }, reason]) => [mechanism, reason]), [
    ["null", "No policy for NULL"],
    ["plain", "No policy for PLAIN"],
    ["curve", "No policy for CURVE"],
    ["gssapi", "No policy for GSSAPI"],
  ]);
});

Deno.test("a handler is told all that is known of the peer", async () => {
  using asked = new Asked();
  const { authenticator, context } = asked;
  const requests: AuthRequest[] = [];
  const handler = (request: AuthRequest) => (requests.push(request), true);
  authenticator.configureNull(handler);
  authenticator.configurePlain(handler);
  authenticator.configureCurve(handler);
  authenticator.configureGssapi(handler);
  const question = (mechanism: string, ...credentials: MessagePart[]) =>
    ask(context, ["1.0", "1", "döme", "::1", "\0id", mechanism, ...credentials]);
  const replies = [
    await question("NULL"),
    await question("PLAIN", "äda", "lövelace"),
    await question("CURVE", KEY),
    await question("GSSAPI", "ada@HOME"),
  ];
  const common = { domain: "döme", address: "::1", routingId: new TextEncoder().encode("\0id") };
  const [none, plain, curve, gssapi] = requests;
  assertEquals({ ...none }, { ...common, mechanism: "null" });
  assert(plain.mechanism === "plain");
  assertEquals([plain.username, plain.password], ["äda", "lövelace"]);
  assertEquals({ ...plain }, { ...common, mechanism: "plain", username: "äda" });
  assertEquals({ ...curve }, { ...common, mechanism: "curve", publicKey: z85Encode(KEY) });
  assertEquals({ ...gssapi }, { ...common, mechanism: "gssapi", principal: "ada@HOME" });
  assertEquals(replies.map(({ status }) => status), Array(4).fill("200"));
  // The name of a peer about whom the handler has said no more than yes.
  assertEquals(replies.map(({ userId }) => userId), ["", "äda", z85Encode(KEY), "ada@HOME"]);
});

const NOT_UTF8 = new Uint8Array([0xff]);

Deno.test("broken questions are answered with 400, and the next one as ever", async () => {
  using asked = new Asked();
  const { authenticator, context } = asked;
  authenticator.configureNull("any");
  authenticator.configureCurve("any");
  authenticator.configureGssapi("any");
  authenticator.configurePlain(() => true);
  const whole = ["1.0", "7", "home", "127.0.0.1", "", "NULL"];
  const malformed: MessagePart[][] = [
    ["1.0", "7", "home", "127.0.0.1", ""],
    ["1.0", "7", "home"],
    ["1.0", "7"],
    ["1.0"],
    ["1.0", "7", NOT_UTF8, "127.0.0.1", "", "NULL"],
    ["1.0", "7", "home\0", "127.0.0.1", "", "NULL"],
    ["1.0", "7", "home", NOT_UTF8, "", "NULL"],
    ["1.0", "7", "home", "127.0.0.1", "", NOT_UTF8],
  ];
  const ofOtherVersions: MessagePart[][] = [
    [""],
    ["", "", "", "", "", ""],
    ["2.0", ...whole.slice(1)],
    ["1.0\0", ...whole.slice(1)],
    ["x".repeat(100_000), ...whole.slice(1)],
    [NOT_UTF8, ...whole.slice(1)],
  ];
  const unknown: MessagePart[][] = [
    ["1.0", "7", "home", "127.0.0.1", "", "null"],
    ["1.0", "7", "home", "127.0.0.1", "", "UNHEARD OF"],
    ["1.0", "7", "home", "127.0.0.1", "", "NULL 0"],
    ["1.0", "7", "home", "127.0.0.1", "", ""],
    [...whole, "too much"],
    [...whole.with(5, "PLAIN")],
    [...whole.with(5, "PLAIN"), "ada"],
    [...whole.with(5, "PLAIN"), "ada", "lovelace", "and more"],
    [...whole.with(5, "PLAIN"), NOT_UTF8, "lovelace"],
    [...whole.with(5, "PLAIN"), "ada", NOT_UTF8],
    [...whole.with(5, "PLAIN"), "ada\0", "lovelace"],
    [...whole.with(5, "PLAIN"), "ada", "lovelace\0"],
    [...whole.with(5, "CURVE")],
    [...whole.with(5, "CURVE"), KEY, KEY],
    [...whole.with(5, "CURVE"), ""],
    [...whole.with(5, "CURVE"), KEY.subarray(1)],
    [...whole.with(5, "CURVE"), z85Encode(KEY)],
    [...whole.with(5, "GSSAPI")],
    [...whole.with(5, "GSSAPI"), NOT_UTF8],
    [...whole.with(5, "GSSAPI"), "ada\0"],
  ];
  const broken: Record<string, MessagePart[][]> = {
    "Malformed request": malformed,
    "Version not supported": ofOtherVersions,
    "Credentials or mechanism unknown": unknown,
  };
  for (const [reason, questions] of Object.entries(broken)) {
    for (const frames of questions) {
      const { version, id, status, text } = await ask(context, frames);
      assertEquals([version, status, text], ["1.0", "400", reason], JSON.stringify(frames));
      assertEquals(id, frames[1] ?? "");
      assertEquals((await ask(context, whole)).status, "200");
    }
  }
  assertEquals(asked.errors, []);
});

Deno.test("questions without an empty frame before them are broken, too", async () => {
  using asked = new Asked();
  asked.authenticator.configureNull("any");
  using dealer = new Dealer({ context: asked.context, linger: 0 });
  dealer.connect(ZAP);
  for (const frames of [["x"], ["1.0", "7"], ["1.0", "7", "home", "::1", "id", "NULL"]]) {
    await dealer.send(frames);
    const [empty, ...reply] = await received(dealer);
    assertEquals([empty, reply[0], reply[2]], ["", "1.0", "400"]);
  }
  await dealer.send("");
  assertEquals((await received(dealer))[3], "400");
  await dealer.send(["", "1.0", "7", "home", "::1", "", "NULL"]);
  assertEquals((await received(dealer))[3], "200");
});

Deno.test("refusals under GSSAPI can't be taken for an admission", async () => {
  using asked = new Asked();
  asked.authenticator.configureGssapi(({ principal }) => {
    if (principal === "nobody@HOME") throw new Error("the table is gone");
    return principal === "ada@HOME";
  });
  const answer = async (...credentials: string[]) => {
    const asking = ["1.0", "7", "home", "::1", "", "GSSAPI", ...credentials];
    const { status, userId, metadata } = await ask(asked.context, asking);
    return [status, userId, metadata.length];
  };
  assertEquals(await answer("ada@HOME"), ["200", "ada@HOME", 0]);
  // libzmq's GSSAPI server doesn't look at the status, but ends a connection whose metadata are half a property.
  assertEquals(await answer("eve@HOME"), ["400", "", 1]);
  assertEquals(await answer("nobody@HOME"), ["500", "", 1]);
  assertEquals(await answer(), ["400", "", 1]);
});

Deno.test("a thousand random questions: each is answered, and the authenticator goes on", async () => {
  using asked = new Asked();
  asked.authenticator.configurePlain({ ada: "lovelace" });
  using dealer = new Dealer({ context: asked.context, linger: 0 });
  dealer.connect(ZAP);
  const seeds = crypto.getRandomValues(new Uint8Array(1000));
  for (const seed of seeds) {
    const frames = Array.from(
      { length: 1 + seed % 9 },
      (_, at) => crypto.getRandomValues(new Uint8Array((seed * (at + 3)) % 70)),
    );
    await dealer.send(["", "1.0", ...frames]);
  }
  for (const _ of seeds) {
    const reply = await soon(dealer.receive());
    assertEquals([reply[0].length, reply[1].text(), reply[3].text()], [0, "1.0", "400"]);
  }
  assertEquals(await statusOf(asked.context, "PLAIN", ["ada", "lovelace"]), "200");
});

Deno.test("questions that are decided later are answered in whichever order they are", async () => {
  using asked = new Asked();
  const waiting = new Map<string, (result: boolean) => void>();
  const all = Promise.withResolvers<void>();
  asked.authenticator.configurePlain(({ username }) =>
    new Promise((resolve) => {
      waiting.set(username, resolve);
      if (waiting.size === 2) all.resolve();
    })
  );
  const [slow, quick] = ["slow", "quick"].map((name) =>
    statusOf(asked.context, "PLAIN", [name, "x"])
  );
  await soon(all.promise);
  waiting.get("quick")!(true);
  assertEquals(await soon(quick), "200");
  waiting.get("slow")!(false);
  assertEquals(await soon(slow), "400");
});

Deno.test("a handler's results: which peers are admitted, and under which name", async () => {
  using asked = new Asked();
  const { authenticator, context, errors } = asked;
  const answerTo = async (result: unknown) => {
    authenticator.configurePlain(() => result as boolean);
    const answer = await ask(context, ["1.0", "7", "home", "::1", "", "PLAIN", "ada", "x"]);
    return [answer.status, answer.userId];
  };
  for (const no of [false, null, undefined, Promise.resolve(false), Promise.resolve()]) {
    assertEquals(await answerTo(no), ["400", ""]);
  }
  assertEquals(await answerTo(true), ["200", "ada"]);
  assertEquals(await answerTo("the countess"), ["200", "the countess"]);
  assertEquals(await answerTo(Promise.resolve("später")), ["200", "später"]);
  assertEquals(await answerTo({ userId: "countess" }), ["200", "countess"]);
  assertEquals(await answerTo({ metadata: {} }), ["200", "ada"]);
  assertEquals(errors, []);
});

Deno.test("the properties that a handler sets are as ZMTP has them, whatever their length", async () => {
  using asked = new Asked();
  const metadata = { "X-Role": "countess", "X-Empty": "", "X-Long": "x".repeat(0x10203) };
  asked.authenticator.configurePlain(() => ({ metadata }));
  const asking = ["1.0", "7", "home", "::1", "", "PLAIN", "ada", "x"];
  const answer = await ask(asked.context, asking);
  const texts = ["\x06X-Role\0\0\0\x08countess", "\x07X-Empty\0\0\0\0"];
  texts.push(`\x06X-Long\0\x01\x02\x03${metadata["X-Long"]}`);
  assertEquals(answer.metadata, new TextEncoder().encode(texts.join("")));
});
