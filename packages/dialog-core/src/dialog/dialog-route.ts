import { SipUri } from "@sidetone/sip-core";

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
 */
export function routeRequest(remoteTarget: string, routeSet: readonly string[]): RequestRoute {
  const first = routeSet[0];
  if (first === undefined) return { requestUri: remoteTarget, route: noRoute, nextHop: remoteTarget };
  const firstUri = uriOf(first);
  const router = SipUri.parse(firstUri);
  if (router.lr) return { requestUri: remoteTarget, route: routeSet.map(asNameAddr), nextHop: firstUri };
  // A strict router: "the UAC MUST place the first URI from the route set into the Request-URI, stripping any parameters that are not
  // allowed in a Request-URI … then place the remote target URI into the Route header field as the last value".
  const requestUri = router.withoutParameter("method").withoutHeaders().toString();
  return { requestUri, route: [...routeSet.slice(1).map(asNameAddr), `<${remoteTarget}>`], nextHop: requestUri };
}

function uriOf(route: string): string {
  const start = route.indexOf("<");
  return start < 0 ? route : route.slice(start + 1, route.indexOf(">", start));
}

function asNameAddr(route: string): string {
  return route.includes("<") ? route : `<${route}>`;
}
