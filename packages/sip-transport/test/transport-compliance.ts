import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sipTraceChannel, type Environment } from "@sidetone/infra-common";
import { createResponse, serializeMessage } from "@sidetone/sip-core";
import {
  SipTransportError,
  viaFor,
  type Flow,
  type ListeningPoint,
  type SipTransports,
  type TransportName,
  type WireRecord,
} from "@sidetone/sip-transport";
import { optionsRequest, strayResponse } from "./messages.ts";
import { RecordingUser } from "./recording-user.ts";

/** A kind of transports to be tested: both parties live at 127.0.0.1. */
export interface TransportsUnderTest {
  readonly transport: TransportName;
  /** Whether messages go over connections, which end. */
  readonly hasConnections?: boolean;
  /** What its Via says beside branch and rport. */
  readonly viaParameters?: string;
  readonly environment: Environment;
  readonly create: () => SipTransports;
  /** Lets time pass: real time, or that of a virtual clock. */
  readonly elapse: (ms: number) => Promise<void>;
}

interface Party {
  readonly transports: SipTransports;
  readonly user: RecordingUser;
  readonly point: ListeningPoint;
}

const address = "127.0.0.1";
const implicit = { messageBytes: 500, transportIsExplicit: true };

/** What every transport does, whatever carries it. */
export function transportCompliance(
  name: string,
  { transport, hasConnections = false, viaParameters = "", environment, create, elapse }: TransportsUnderTest,
): void {
  describe(name, () => {
    let alice: Party;
    let bob: Party;

    async function party(): Promise<Party> {
      const transports = create();
      const user = new RecordingUser();
      transports.user = user;
      return { transports, user, point: await settled(transports.listen({ transport, address, port: 0 })) };
    }

    async function until(condition: () => boolean): Promise<void> {
      for (let waitedMs = 0; !condition(); waitedMs += 2) {
        if (waitedMs > 5000) throw new Error("waited in vain");
        await elapse(2);
      }
    }

    async function settled<Value>(promise: Promise<Value>): Promise<Value> {
      let isPending = true;
      const settle = (): void => void (isPending = false);
      promise.then(settle, settle);
      await until(() => !isPending);
      return promise;
    }

    const flowing = (from: Party, to: Party): Promise<Flow> =>
      from.transports.flowTo({ transport, address, port: to.point.port, hostName: address }, implicit);

    const flowTo = (from: Party, to: Party): Promise<Flow> => settled(flowing(from, to));

    const codeOf = async (promise: Promise<unknown>): Promise<string> =>
      settled(promise).then(
        () => "none",
        (error: unknown) => (error as SipTransportError).code,
      );

    /** Sends a request and returns it as it arrived. */
    async function exchange(flow: Flow, bytes: Buffer) {
      const before = bob.user.requests.length;
      flow.send(bytes);
      await until(() => bob.user.requests.length > before);
      return bob.user.requests.at(-1)!;
    }

    beforeEach(async () => {
      alice = await party();
      bob = await party();
    });

    afterEach(async () => {
      await settled(Promise.all([alice.transports.close(), bob.transports.close()]));
    });

    test("a flow names both ends, and its sent-by is where this stack listens", async () => {
      const flow = await flowTo(alice, bob);
      expect(flow).toMatchObject({ transport, localAddress: address, remoteAddress: address, remotePort: bob.point.port, isClosed: false });
      expect(flow.sentBy).toBe(`${address}:${alice.point.port}`);
      expect(viaFor(flow, "z9hG4bK1")).toBe(`SIP/2.0/${transport} ${flow.sentBy};branch=z9hG4bK1;rport${viaParameters}`);
    });

    test("the same target gets the same flow", async () => {
      const [one, other] = await settled(Promise.all([flowing(alice, bob), flowing(alice, bob)]));
      expect(one).toBe(other);
      expect(await flowTo(alice, bob)).toBe(one);
    });

    test("a request arrives with received and rport of its source (RFC 3581 §4)", async () => {
      const flow = await flowTo(alice, bob);
      const { request, flow: arrival } = await exchange(flow, optionsRequest(viaFor(flow, "z9hG4bK1"), { body: "hello" }));
      expect(request.topVia).toMatchObject({ branch: "z9hG4bK1", received: address, rport: arrival.remotePort });
      expect(arrival.remoteAddress).toBe(address);
      expect(Buffer.from(request.body).toString()).toBe("hello");
    });

    test("sent-by is a name: received is added without rport (RFC 3261 §18.2.1)", async () => {
      const flow = await flowTo(alice, bob);
      const { request } = await exchange(flow, optionsRequest(`SIP/2.0/${transport} alice.example.com;branch=z9hG4bK2`));
      expect(request.topVia).toMatchObject({ host: "alice.example.com", received: address, rport: undefined });
    });

    test("the response goes back to where the request came from", async () => {
      const flow = await flowTo(alice, bob);
      const { request, flow: arrival } = await exchange(flow, optionsRequest(viaFor(flow, "z9hG4bK3")));
      const response = createResponse(request, 200, { toTag: "b1" });
      const back = bob.transports.responseFlow(response, arrival);
      expect(back).toBe(arrival);
      (back as Flow).send(serializeMessage(response));
      await until(() => alice.user.responses.length === 1);
      expect(alice.user.responses[0]!.response.statusCode).toBe(200);
      expect(alice.user.responses[0]!.flow).toBe(flow);
    });

    test("a response whose top Via is not ours is dropped (RFC 3261 §18.1.2)", async () => {
      const flow = await flowTo(bob, alice);
      flow.send(strayResponse(`SIP/2.0/${transport} 192.0.2.7:5060;branch=z9hG4bK4`, "foreign"));
      flow.send(strayResponse(`SIP/2.0/${transport} ${address}:9;branch=z9hG4bK4`, "other-port"));
      flow.send(strayResponse(`SIP/2.0/${transport} ${address}:${alice.point.port};branch=z9hG4bK4`, "ours"));
      await until(() => alice.user.responses.length > 0);
      expect(alice.user.responses.map(({ response }) => response.callId)).toEqual(["ours"]);
    });

    test("a malformed request is reported with what it takes to answer it", async () => {
      const flow = await flowTo(alice, bob);
      flow.send(optionsRequest(viaFor(flow, "z9hG4bK5"), { extra: "Max-Forwards: many" }));
      await until(() => bob.user.malformed.length === 1);
      const { error } = bob.user.malformed[0]!;
      expect(error.statusCode).toBe(400);
      expect(error.request?.callId).toBe("call@test");
      expect(bob.user.requests).toEqual([]);
    });

    test("line breaks between messages are no messages", async () => {
      const flow = await flowTo(alice, bob);
      flow.send(Buffer.from("\r\n\r\n"));
      flow.send(Buffer.from("\r\n"));
      await exchange(flow, optionsRequest(viaFor(flow, "z9hG4bK6")));
      expect(bob.user.requests).toHaveLength(1);
      expect(bob.user.malformed).toEqual([]);
    });

    test("a large message arrives whole", async () => {
      const flow = await flowTo(alice, bob);
      const body = "0123456789abcdef".repeat(3500);
      const { request } = await exchange(flow, optionsRequest(viaFor(flow, "z9hG4bK7"), { body }));
      expect(Buffer.from(request.body).toString()).toBe(body);
    });

    test("many messages arrive once each and in order", async () => {
      const flow = await flowTo(alice, bob);
      const callIds = Array.from({ length: 60 }, (_, index) => `call-${index}`);
      for (const callId of callIds) flow.send(optionsRequest(viaFor(flow, `z9hG4bK${callId}`), { callId }));
      await until(() => bob.user.requests.length >= callIds.length);
      expect(bob.user.requests.map(({ request }) => request.callId)).toEqual(callIds);
    });

    test("requests go both ways over one flow", async () => {
      const flow = await flowTo(alice, bob);
      const { flow: arrival } = await exchange(flow, optionsRequest(viaFor(flow, "z9hG4bK8")));
      arrival.send(optionsRequest(viaFor(arrival, "z9hG4bK9"), { callId: "back" }));
      await until(() => alice.user.requests.length === 1);
      expect(alice.user.requests[0]!.flow).toBe(flow);
    });

    test("what is sent and received is traced, and what is dropped with its reason", async () => {
      const records: WireRecord[] = [];
      const listener = (record: unknown): void => void records.push(record as WireRecord);
      sipTraceChannel.subscribe(listener);
      const flow = await flowTo(alice, bob);
      const bytes = optionsRequest(viaFor(flow, "z9hG4bK10"));
      const { flow: arrival } = await exchange(flow, bytes);
      arrival.send(strayResponse(`SIP/2.0/${transport} 192.0.2.7:5060;branch=z9hG4bK4`));
      await until(() => records.some(({ direction }) => direction === "dropped"));
      sipTraceChannel.unsubscribe(listener);
      const remote = `${address}:${bob.point.port}`;
      expect(records.map(({ direction }) => direction)).toEqual(["sent", "received", "sent", "dropped"]);
      expect(records[0]).toMatchObject({ transport, remote, local: `${address}:${flow.localPort}` });
      expect(Buffer.from(records[0]!.bytes)).toEqual(bytes);
      expect(Buffer.from(records[1]!.bytes)).toEqual(bytes);
      expect(records[1]).toMatchObject({ transport, local: remote });
      expect(records[3]!.reason).toContain("not ours");
      expect(records[3]!.timeMs).toBeLessThanOrEqual(environment.clock.now());
    });

    test("a port that is taken is refused with SIP_TRANSPORT_LISTEN_FAILED and its cause", async () => {
      const taken = alice.transports.listen({ transport, address, port: bob.point.port });
      expect(await codeOf(taken)).toBe("SIP_TRANSPORT_LISTEN_FAILED");
      await expect(taken).rejects.toThrow(`${address}:${bob.point.port}`);
      await expect(taken).rejects.toHaveProperty("cause");
    });

    test("after close the flows are closed, nothing is sent or opened, and the port is free", async () => {
      const flow = await flowTo(alice, bob);
      await exchange(flow, optionsRequest(viaFor(flow, "z9hG4bK11")));
      await settled(Promise.resolve(alice.transports[Symbol.asyncDispose]()));
      expect(flow.isClosed).toBe(true);
      expect(alice.transports.listeningPoints).toEqual([]);
      flow.send(optionsRequest(viaFor(flow, "z9hG4bK12")));
      expect(await codeOf(flowing(alice, bob))).toBe("SIP_TRANSPORT_CLOSED");
      expect(await codeOf(alice.transports.listen({ transport, address, port: 0 }))).toBe("SIP_TRANSPORT_CLOSED");
      const again = await settled(bob.transports.listen({ transport, address, port: alice.point.port }));
      expect(again.port).toBe(alice.point.port);
      expect(bob.user.requests).toHaveLength(1);
      expect(alice.user.failures).toEqual([]);
    });

    test.skipIf(!hasConnections)("what was sent last arrives, though the sender closes at once", async () => {
      const flow = await flowTo(alice, bob);
      await exchange(flow, optionsRequest(viaFor(flow, "z9hG4bK13")));
      const body = "x".repeat(400_000);
      flow.send(optionsRequest(viaFor(flow, "z9hG4bK14"), { body }));
      await settled(alice.transports.close());
      await until(() => bob.user.requests.length === 2);
      expect(bob.user.requests[1]!.request.body).toHaveLength(body.length);
      await until(() => bob.user.failures.length === 1);
      expect(bob.user.failures[0]!.error).toMatchObject({ code: "SIP_TRANSPORT_CONNECTION_LOST" });
    });

    test("a listening point closes by itself", async () => {
      await settled(bob.point.close());
      await settled(Promise.resolve(bob.point[Symbol.asyncDispose]()));
      expect(bob.transports.listeningPoints).toEqual([]);
      const again = await settled(alice.transports.listen({ transport, address, port: bob.point.port }));
      expect(again.port).toBe(bob.point.port);
    });
  });
}
