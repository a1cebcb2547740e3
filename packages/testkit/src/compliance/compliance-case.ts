import { VoipError, type Network } from "@sidetone/infra-common";

/** One rule that every implementation keeps; `run` rejects when it does not. */
export interface ComplianceCase {
  readonly title: string;
  run(): Promise<void>;
}

/** A network to be tested. The tests use its loopback addresses only. */
export interface NetworkUnderTest {
  readonly network: Network;
  /** Lets time pass: real time, or that of a virtual clock. */
  elapse(ms: number): Promise<void>;
}

/** Lets time pass until `promise` settles or, after ten seconds, fails. */
export async function settle<Value>({ elapse }: NetworkUnderTest, promise: Promise<Value>): Promise<Value> {
  let isPending = true;
  const settled = (): void => void (isPending = false);
  promise.then(settled, settled);
  await until({ elapse }, () => !isPending, "the promise to settle");
  return promise;
}

/** Lets time pass until `condition` holds; fails after ten seconds. */
export async function until({ elapse }: Pick<NetworkUnderTest, "elapse">, condition: () => boolean, what: string): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 2) {
    if (waitedMs > 10_000) throw new Error(`waited in vain for ${what}`);
    await elapse(2);
  }
}

/** Compares plain values; an object is the same only if it is the same object, or plain data with the same content. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual === expected) return;
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`);
}

/** The code that `promise` rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (!VoipError.is(error)) throw new Error(`rejected with something that is no VoipError: ${String(error)}`, { cause: error });
    if (error.message.length < 20) throw new Error(`the message of ${error.code} explains too little: ${error.message}`);
    return error.code;
  }
  throw new Error("resolved, where it should reject");
}
