/** Importing this module makes sure that libzmq can be loaded, or fails with the reasons why it can't. */

import { prepareLibrary } from "./load.ts";

await prepareLibrary();
