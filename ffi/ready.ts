/** Importing this module makes sure that libzmq is there, or fails with the reasons why it isn't. */

import { prepareLibrary } from "./load.ts";

await prepareLibrary();
