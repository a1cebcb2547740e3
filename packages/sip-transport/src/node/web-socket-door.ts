import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Visitor } from "../admission.ts";
import type { HttpStream, WebSocketSettings } from "./http-stream.ts";

/** The registered name of SIP in Sec-WebSocket-Protocol (RFC 7118 §4). */
export const subprotocol = "sip";
/** An upgrade request and its cookies fit. */
const maxHeaderSize = 16_384;

/**
 * Makes the function that lets a stream in: it reads the HTTP request, and answers with a WebSocket or with why there is none (RFC 6455 §4.2.2).
 */
export async function createWebSocketDoor(
  settings: WebSocketSettings,
  onOpen: (socket: WebSocket, http: HttpStream, visitor: Visitor) => void,
): Promise<(http: HttpStream, visitor: Visitor) => void> {
  const [{ WebSocketServer }, { createServer }] = await Promise.all([import("ws"), import("node:http")]);
  const arrivals = new WeakMap<Duplex, [HttpStream, Visitor]>();
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: settings.maxPayload,
    handleProtocols: () => subprotocol,
  });
  // This server listens nowhere and has no timers: streams are handed to it, and the visitor's time limit holds for them.
  const http = createServer({ maxHeaderSize }, (_request, response) => {
    response.writeHead(426, { Upgrade: "websocket", Connection: "close" }).end();
  });
  http.on("upgrade", (request, stream, head) => {
    const arrival = arrivals.get(stream);
    const refusal = refusalOf(request, settings.options.origins);
    if (!arrival || refusal !== undefined) return refuse(stream, refusal ?? "400 Bad Request");
    upgrader.handleUpgrade(request, stream, head, (socket) => onOpen(socket, ...arrival));
  });
  return (httpStream, visitor) => {
    arrivals.set(httpStream.stream, [httpStream, visitor]);
    http.emit("connection", httpStream.stream);
  };
}

/** Status line of the refusal. Clients that are no browsers send no Origin, and could send any. */
function refusalOf({ headers }: IncomingMessage, origins: readonly string[] | undefined): string | undefined {
  const { origin } = headers;
  if (origins && origin !== undefined && !origins.includes(origin)) return "403 Forbidden";
  const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((protocol) => protocol.trim());
  return protocols.includes(subprotocol) ? undefined : "400 Bad Request";
}

function refuse(stream: Duplex, statusLine: string): void {
  stream.end(`HTTP/1.1 ${statusLine}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
