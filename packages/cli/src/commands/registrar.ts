import { DialogError, DigestServer } from "@sidetone/dialog-core";
import { formatHostPort, onAbort, systemEnvironment, type Environment } from "@sidetone/infra-common";
import { createRegistrarServer, RegistrarError, Users, type RegistrarServer } from "@sidetone/registrar-core";
import { createSipTransports, SipTransportError, type SipTransports } from "@sidetone/sip-transport";
import type { CommandContext } from "../command-context.ts";
import { exitCodes } from "../exit-code.ts";
import { explainError } from "../explain-error.ts";
import { TraceFile } from "../node/trace-file.ts";
import { UsersFile } from "../node/users-file.ts";
import type { RegistrarFlags } from "../registrar-flags.ts";
import { RegistrarNarrator } from "../registrar-narrator.ts";
import { openPoints, registrarPoints } from "../registrar-points.ts";
import { registrarTls } from "../registrar-tls.ts";
import { runCommand } from "../run-command.ts";
import { UsageError } from "../usage-error.ts";

/** `sidetone registrar`. Ends when interrupted. */
export function registrarCommand(flags: RegistrarFlags, context: CommandContext): Promise<number> {
  return runCommand(context, flags.json ?? false, () => explaining(() => serve(flags, context)));
}

async function serve(flags: RegistrarFlags, { terminal, environment = systemEnvironment(), interrupted }: CommandContext): Promise<number> {
  const { clock } = environment;
  const { minExpires = 0, maxExpires = Infinity } = flags;
  if (minExpires > maxExpires) throw new UsageError(`--min-expires ${minExpires} is more than --max-expires ${maxExpires}`);
  const narrator = new RegistrarNarrator(terminal, flags.json ?? false, clock);
  const realm = flags.realm ?? flags.domain?.[0] ?? "sidetone";
  const users = new Users(realm);
  await using _trace = flags.trace === undefined ? undefined : await TraceFile.open(flags.trace);
  const tls = registrarTls(flags, terminal);
  await using transports = createSipTransports(environment, {
    ...(tls ? { tls } : {}),
    ...(flags.wsOrigin ? { webSocket: { origins: flags.wsOrigin } } : {}),
  });
  await using server = openServer(flags, users, realm, transports, environment);
  using file = await UsersFile.open(flags.users, users, clock, {
    onReloaded: (removed) => {
      for (const key of removed.flatMap((name) => server.registrar.domains.keysOf(name))) server.registrar.location.clear(key);
      narrator.say("UsersLoaded", `${count(users.size)} in ${flags.users} now`, { users: users.size, removed: removed.length });
    },
    onRefused: (error) => narrator.problem(error),
  });
  if (await file.isReadableByOthers()) terminal.error(`warning: others on this machine can read ${flags.users}: chmod 600 it`);
  narrator.follow(server.registrar.location);
  const wanted = await registrarPoints(flags.listen, tls?.cert !== undefined, environment);
  if (flags.wsOrigin && !wanted.some(({ transports: [first] }) => first === "WS" || first === "WSS"))
    throw new UsageError("--ws-origin is about browsers, and nothing listens for them: --listen ws://HOST:PORT or wss://HOST:PORT");
  const points = await openPoints(transports, wanted);
  const where = points.map(({ transport, address, port }) => `${transport} ${formatHostPort(address, port)}`).join(" and ");
  const listeningPoints = points.map(({ transport, address, port }) => ({ transport, address, port }));
  narrator.say("Listening", `registrar for ${count(users.size)} on ${where}, realm ${JSON.stringify(realm)}; Ctrl-C ends`, {
    uri: `sip:${formatHostPort(points[0]!.address, points[0]!.port)}${points[0]!.transport === "UDP" ? "" : `;transport=${points[0]!.transport.toLowerCase()}`}`,
    listeningPoints,
  });
  const forgetReload = terminal.onReload(() => void file.reload());
  await new Promise<void>((resolve) => onAbort(interrupted, () => resolve()));
  forgetReload();
  return exitCodes.ok;
}

function openServer(
  flags: RegistrarFlags,
  users: Users,
  realm: string,
  transports: SipTransports,
  environment: Environment,
): RegistrarServer {
  const { algorithms, minExpires, maxExpires, maxContacts, domain, redirect } = flags;
  return createRegistrarServer(environment, transports, {
    authentication: new DigestServer(environment, { realm, secrets: users, algorithms }),
    domains: domain,
    redirects: redirect,
    server: "Sidetone",
    limits: {
      ...(minExpires === undefined ? {} : { minExpiresSeconds: minExpires }),
      ...(maxExpires === undefined ? {} : { maxExpiresSeconds: maxExpires }),
      ...(maxContacts === undefined ? {} : { bindingsPerAddress: maxContacts }),
    },
  });
}

function count(users: number): string {
  return users === 1 ? "1 user" : `${users} users`;
}

/** What options of the library are called here. */
const flagNames: Readonly<Record<string, string>> = {
  minExpiresSeconds: "--min-expires",
  maxExpiresSeconds: "--max-expires",
  bindingsPerAddress: "--max-contacts",
  domains: "--domain",
  realm: "--realm",
};

/** What a person can correct is told as such. */
async function explaining(body: () => Promise<number>): Promise<number> {
  try {
    return await body();
  } catch (error) {
    const isTheirs = error instanceof RegistrarError || error instanceof DialogError || error instanceof SipTransportError;
    throw isTheirs ? new UsageError(explainError(error).replace(/^\w+(?= )/, (name) => flagNames[name] ?? name)) : error;
  }
}
