import type { Check } from "./check.ts";
import { certificatesCheck } from "./checks/certificates.ts";
import { clockCheck } from "./checks/clock.ts";
import { codecsCheck } from "./checks/codecs.ts";
import { interfacesCheck } from "./checks/interfaces.ts";
import { nameServiceCheck } from "./checks/name-service.ts";
import { natCheck } from "./checks/nat.ts";
import { registrationCheck } from "./checks/registration.ts";
import { rtpPortsCheck } from "./checks/rtp-ports.ts";
import { runtimeCheck } from "./checks/runtime.ts";
import { serversCheck } from "./checks/servers.ts";
import { sipPortsCheck } from "./checks/sip-ports.ts";
import { socketBuffersCheck } from "./checks/socket-buffers.ts";

/** Everything that the doctor looks at, in the order in which it is told. */
export const checks: readonly Check[] = [
  runtimeCheck,
  interfacesCheck,
  sipPortsCheck,
  rtpPortsCheck,
  socketBuffersCheck,
  nameServiceCheck,
  serversCheck,
  certificatesCheck,
  natCheck,
  registrationCheck,
  clockCheck,
  codecsCheck(),
];
