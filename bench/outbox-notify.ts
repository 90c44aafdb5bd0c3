/** The stand-in of Notify in a thread of its own, so that it does not take the sender's time. Says its address and key. */
import { parentPort } from "node:worker_threads";
import { startNotify } from "../tests/harness/notify.ts";

const notify = await startNotify();
parentPort?.postMessage({ url: notify.url, key: notify.key });
parentPort?.on("message", () => {
  const references = notify.taken.map((each) => each.reference);
  parentPort?.postMessage({ taken: references.length, different: new Set(references).size });
});
