import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { openDescriptors, openedSince } from "../fds.ts";
import { blocking } from "./blocking.ts";
import { turn } from "../waiting.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const ignore = !HAS_LINUX_CALLS;

Deno.test(
  { name: "a set that has blocked gives its descriptors back", ignore },
  async () => {
    const before = openDescriptors();
    const { block, close } = blocking<string>();
    block(() => {});
    close();
    await turn();
    assertEquals(openedSince(before), []);
  },
);
