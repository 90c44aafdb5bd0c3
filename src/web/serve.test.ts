import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import { serve } from "./serve.ts";

test("a port that is taken is named, with what to do", async () => {
  const first = await serve(new Hono(), 0);
  await assert.rejects(serve(new Hono(), first.port), {
    message: `Port ${first.port} is taken by another program. Stop that program, or choose another port: PORT=${first.port + 1} npm start`,
  });
  await first.stop();
});

test("stopping lets a request under way finish and takes no new one", async () => {
  const app = new Hono();
  let arrived = () => {};
  const underWay = new Promise<void>((resolve) => (arrived = resolve));
  let finish = () => {};
  const held = new Promise<void>((resolve) => (finish = resolve));
  app.get("/", async (c) => {
    arrived();
    await held;
    return c.text("done");
  });
  const running = await serve(app, 0);
  const answer = fetch(running.url, { headers: { connection: "close" } });
  await underWay;
  const stopped = running.stop();
  await assert.rejects(fetch(running.url));
  finish();
  assert.equal(await (await answer).text(), "done");
  await stopped;
});
