import { describe, expect, test } from "vitest";
import { routeRequest } from "../../src/dialog/dialog-route.ts";

const target = "sip:user@remoteua";

describe("The Request-URI and Route of a request (RFC 3261 §12.2.1.1)", () => {
  test("without a route set are the remote target and nothing", () => {
    expect(routeRequest(target, [])).toEqual({ requestUri: target, route: [], nextHop: target });
  });

  test("behind a loose router are the remote target and the route set, and the router is the next hop", () => {
    expect(routeRequest(target, ["<sip:proxy1;lr>", "<sip:proxy2>"])).toEqual({
      requestUri: target,
      route: ["<sip:proxy1;lr>", "<sip:proxy2>"],
      nextHop: "sip:proxy1;lr",
    });
  });

  test("behind a strict router are those of the RFC's example", () => {
    expect(routeRequest(target, ["<sip:proxy1>", "<sip:proxy2>", "<sip:proxy3;lr>", "<sip:proxy4>"])).toEqual({
      requestUri: "sip:proxy1",
      route: ["<sip:proxy2>", "<sip:proxy3;lr>", "<sip:proxy4>", "<sip:user@remoteua>"],
      nextHop: "sip:proxy1",
    });
  });

  test("lose what a Request-URI may not have when a strict router's URI becomes one", () => {
    expect(routeRequest(target, ["<sip:proxy1;method=INVITE;x=1?Subject=hi>"]).requestUri).toBe("sip:proxy1;x=1");
  });

  test("read display names and parameters around a URI, and take bare URIs", () => {
    expect(routeRequest(target, ['"a <b>" <sip:proxy1;lr>;p=1']).nextHop).toBe("sip:proxy1;lr");
    expect(routeRequest(target, ["sip:proxy1;lr"])).toMatchObject({ route: ["<sip:proxy1;lr>"], nextHop: "sip:proxy1;lr" });
  });
});
