import "../util.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { allocate, pointerToHex } from "../../ffi/memory.ts";
import { MUTEX_SIZE, pthreadKeys, pthreadMutexes, pthreads } from "../../ffi/pthread.ts";

const LINUX = Deno.build.os === "linux";
const EINVAL = 22;
// Bound here: within a test it would be a leak to the sanitizers.
pthreadMutexes();
pthreadKeys();
if (LINUX) pthreads();

Deno.test("a mutex is had once, and again when it was given back", () => {
  const { pthread_mutex_init, pthread_mutex_trylock, pthread_mutex_unlock } = pthreadMutexes();
  const mutex = allocate(MUTEX_SIZE);
  assertEquals(pthread_mutex_init(mutex, null), 0);
  const had = () => pthread_mutex_trylock(mutex) === 0;
  assertEquals([had(), had()], [true, false]);
  assertEquals(pthread_mutex_unlock(mutex), 0);
  assertEquals(had(), true);
});

Deno.test("a thread-specific key keeps an address, or a number, until it's deleted", () => {
  const keys = pthreadKeys();
  const key = new Uint32Array(1);
  assertEquals(keys.pthread_key_create(new Uint8Array(key.buffer), null), 0);
  assertEquals(keys.pthread_getspecific(key[0]), null);
  const address = allocate(8);
  assertEquals(keys.pthread_setspecific(key[0], address), 0);
  assertEquals(pointerToHex(keys.pthread_getspecific(key[0])!), pointerToHex(address));
  assertEquals(keys.set_number(key[0], 0xabcn), 0);
  assertEquals(pointerToHex(keys.pthread_getspecific(key[0])!), "abc");
  assertEquals(keys.pthread_key_delete(key[0]), 0);
  assertEquals(keys.pthread_setspecific(key[0], address), EINVAL);
});

Deno.test({
  name: "a function without a fast call gets its arguments, and returns its result",
  ignore: !LINUX,
  fn: () => {
    const { pthread_sigmask } = pthreads();
    assertEquals(libc().usleep(0), 0);
    const mask = new Uint8Array(128);
    assertEquals(pthread_sigmask(9, mask, mask), EINVAL);
  },
});
