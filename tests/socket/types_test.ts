import "./drafts.ts";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import * as stable from "../../mod.ts";
import * as draft from "../../socket/draft.ts";
import { openHandleOf } from "../../socket/handle.ts";
import { typeOf, TYPES } from "../../socket/types.ts";

for (const [name, type] of Object.entries(TYPES)) {
  const Type = { ...stable, ...draft }[name as keyof typeof TYPES] as new () => stable.Socket;
  Deno.test({
    name: `a ${name} is of the type that its row in the table says`,
    ignore: "draft" in type && !stable.capability.draft,
  }, () => {
    using socket = new Type();
    assertEquals(openHandleOf(socket, "").type, type);
    assertEquals([Type.name, socket.type, socket.threadSafe], [
      type.name,
      type.number,
      "threadSafe" in type,
    ]);
    assertEquals(["receive" in socket, "send" in socket], [type.receives, type.sends]);
  });
}

Deno.test("a number that is no type's is EINVAL", () => {
  for (const number of [-1, 21, 1.5, NaN]) throws(() => typeOf(number), { code: "EINVAL" });
});
