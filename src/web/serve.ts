import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { noteAddress } from "./address.ts";

export type Running = {
  readonly url: string;
  readonly port: number;
  /** Stops taking requests, lets those under way finish (10 s at most), then resolves. */
  readonly stop: () => Promise<void>;
};

const PATIENCE_MS = 10_000;

/** Listens on `port` (0: any free one). Fails with advice when the port is taken or not allowed. */
export async function serve(app: Hono, port: number, host = "127.0.0.1"): Promise<Running> {
  const listener = getRequestListener((request, env) => {
    noteAddress(request, env.incoming.socket.remoteAddress);
    return app.fetch(request, env);
  });
  const server: Server = createServer(listener);
  // A client that sends a header a minute would otherwise hold a connection for ever.
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => failed(new Error(advice(error, port))));
    server.listen(port, host, listening);
  });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return {
    port: actual,
    url: `http://${host === "0.0.0.0" || host === "::" ? "localhost" : host}:${actual}`,
    stop: () =>
      new Promise((stopped) => {
        const cut = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
        server.close(() => {
          clearTimeout(cut);
          stopped();
        });
        server.closeIdleConnections();
      }),
  };
}

function advice(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === "EADDRINUSE") {
    return `Port ${port} is taken by another program. Stop that program, or choose another port: PORT=${port + 1} npm start`;
  }
  if (error.code === "EACCES") {
    return `This account may not listen on port ${port}. Choose one above 1023: PORT=3000 npm start`;
  }
  return `Cannot listen on port ${port}: ${error.message}`;
}
