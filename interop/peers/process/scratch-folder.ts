import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTheEnd } from "../../../bench/lib/caretaker.mjs";

/** A folder of its own for the files of one peer or test; it is gone afterwards, however the test run ends. */
export class ScratchFolder implements AsyncDisposable {
  readonly path: string;
  readonly #forget: () => void;

  private constructor(path: string) {
    this.path = path;
    this.#forget = atTheEnd("rm", "-rf", path);
  }

  static async make(name: string): Promise<ScratchFolder> {
    return new ScratchFolder(await mkdtemp(join(tmpdir(), `sidetone-${name}-`)));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
    this.#forget();
  }
}
