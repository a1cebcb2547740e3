import { Route, SipUri, type Uri } from "@sidetone/sip-core";

/** Where a request goes and what it says about it. */
export interface RequestRoute {
  readonly requestUri: string;
  /** Values of the Route header field, in order; empty when there is none. */
  readonly route: readonly string[];
  /** The URI whose host is resolved and sent to (RFC 3261 §8.1.2). */
  readonly nextHop: string;
}

export const noRoute: readonly string[] = [];

/**
 * Request-URI and Route header field for a remote target behind a route set (RFC 3261 §12.2.1.1), also for a pre-existing route
 * set outside of a dialog (§8.1.2). Values of the route set are name-addrs as they stood in Record-Route, or bare URIs.
 *
 * @throws {SipParseError} when the first value is neither.
 */
export function routeRequest(remoteTarget: string, routeSet: readonly string[]): RequestRoute {
  const first = routeSet[0];
  if (first === undefined) return { requestUri: remoteTarget, route: noRoute, nextHop: remoteTarget };
  const router = uriOf(first);
  if (!(router instanceof SipUri) || router.lr) {
    return { requestUri: remoteTarget, route: routeSet.map(asNameAddress), nextHop: router.toString() };
  }
  // A strict router: "the UAC MUST place the first URI from the route set into the Request-URI, stripping any parameters that are not
  // allowed in a Request-URI … then place the remote target URI into the Route header field as the last value".
  const requestUri = router.withoutParameter("method").withoutHeaders().toString();
  return { requestUri, route: [...routeSet.slice(1).map(asNameAddress), `<${remoteTarget}>`], nextHop: requestUri };
}

function uriOf(route: string): Uri {
  return Route.parse(asNameAddress(route)).uri;
}

/** A value of Route, of a bare URI too. */
export function asNameAddress(route: string): string {
  return route.includes("<") ? route : `<${route}>`;
}
