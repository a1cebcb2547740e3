import { isAuthenticationParameterList, parseAuthentication } from "../digest/authentication-parameters.ts";
import { AuthenticationInfoParameters } from "../digest/authentication-info-parameters.ts";
import { Challenge } from "../digest/challenge.ts";
import { Credentials } from "../digest/credentials.ts";
import { Parameters } from "../grammar/parameters.ts";
import { authenticationSyntax } from "../grammar/parameter-syntax.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

interface Authentication {
  readonly scheme: string;
  readonly parameters: Parameters;
}

function authenticationCodec<Value extends Authentication>(
  name: string,
  Value: new (scheme: string, parameters: Parameters) => Value,
): HeaderCodec<Value> {
  return {
    name,
    list: true,
    commaSeparated: false,
    parse(text) {
      const parsed = parseAuthentication(text);
      if (!parsed) throw malformed(name, "a scheme with name=value parameters", text);
      return new Value(parsed.scheme, parsed.parameters);
    },
    serialize: (value) => value.toString(),
  };
}

/** WWW-Authenticate: one challenge per line (RFC 3261 §20.44). */
export const WWWAuthenticate: HeaderCodec<Challenge> = authenticationCodec("WWW-Authenticate", Challenge);
/** Proxy-Authenticate: one challenge per line (RFC 3261 §20.27). */
export const ProxyAuthenticate: HeaderCodec<Challenge> = authenticationCodec("Proxy-Authenticate", Challenge);
/** Authorization: credentials for one realm per line (RFC 3261 §20.7). */
export const Authorization: HeaderCodec<Credentials> = authenticationCodec("Authorization", Credentials);
/** Proxy-Authorization: credentials for one realm per line (RFC 3261 §20.28). */
export const ProxyAuthorization: HeaderCodec<Credentials> = authenticationCodec("Proxy-Authorization", Credentials);

/** Authentication-Info (RFC 3261 §20.6). */
export const AuthenticationInfo: HeaderCodec<AuthenticationInfoParameters> = {
  name: "Authentication-Info",
  list: false,
  parse(text) {
    if (!isAuthenticationParameterList(text, 0)) throw malformed("Authentication-Info", "name=value parameters", text);
    return new AuthenticationInfoParameters(new Parameters(text, authenticationSyntax));
  },
  serialize: (info) => info.toString(),
};
