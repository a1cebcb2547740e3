const passwordAdvice = "check user name and password: SIDETONE_PASSWORD, the config file, or a terminal to be asked at";
const doctorAdvice = '"sidetone doctor" with the same address looks for the cause';

/** What can be done about a failure from the command line; undefined where its message says it all. */
export function adviceFor({ code, statusCode }: { readonly code: string; readonly statusCode?: number | undefined }): string | undefined {
  if (code === "AUTHENTICATION_FAILED" || wantsPassword(statusCode)) return passwordAdvice;
  if (code === "CERTIFICATE_NOT_TRUSTED")
    return "--tls-ca FILE trusts another authority, --tls-name NAME accepts the certificate of another name";
  return code === "TIMEOUT" || code === "SERVER_UNREACHABLE" ? doctorAdvice : undefined;
}

/** Of a refusal by a server that was given no password, or a wrong one (RFC 3261 §22.1); "" for all others. */
export function adviceForStatus(statusCode: number | undefined): string {
  return wantsPassword(statusCode) ? `; ${passwordAdvice}` : "";
}

const wantsPassword = (statusCode: number | undefined): boolean => statusCode === 401 || statusCode === 407;
