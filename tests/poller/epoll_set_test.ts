import "../fds.ts";
import { ok as assert, throws } from "node:assert/strict";
import { READABLE } from "../../poller/backend.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { EpollSet } from "../../poller/epoll_set.ts";
import { pipe, unusedNumber } from "../fds.ts";
import { watched } from "../replacing.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const ignore = !HAS_LINUX_CALLS;

Deno.test({
  name: "what is added has the place of what was removed",
  ignore,
  fn: () => {
    const set = new EpollBackend<string>();
    using line = pipe();
    const places = new Set<number>();
    {
      using _ = watched(EpollSet.prototype, "control", (_operation, _fd, _bits, index) => {
        places.add(index);
      });
      for (let time = 0; time < 100; time++) {
        set.add(line.read, READABLE, "line");
        set.remove(line.read);
        const inner = new EpollBackend<string>();
        set.attach(inner, "inner");
        inner.close();
        throws(() => set.add(unusedNumber(), READABLE, "none"), { code: "EBADF" });
      }
    }
    set.close();
    assert(places.size <= 3, `${places.size} places`);
  },
});
