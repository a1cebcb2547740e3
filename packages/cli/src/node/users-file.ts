import { watch, type FSWatcher } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { Clock, Timer } from "@sidetone/infra-common";
import type { Users } from "@sidetone/registrar-core";
import { UsageError } from "../usage-error.ts";
import { fileProblem } from "./file-problem.ts";

/** An editor writes in several steps; the file is read when it has come to rest. */
const restMs = 100;
const readableByOthers = 0o004;

export interface UsersFileUser {
  /** The file was read again; `removed` are those who are no longer in it. */
  onReloaded(removed: readonly string[]): void;
  /** The file has changed and cannot be used; the users are those of before. */
  onRefused(error: Error): void;
}

/** The file behind {@link Users}: read at first, and again when it changes or on demand. */
export class UsersFile implements Disposable {
  readonly path: string;
  readonly #users: Users;
  readonly #clock: Clock;
  readonly #user: UsersFileUser;
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  private constructor(path: string, users: Users, clock: Clock, user: UsersFileUser) {
    this.path = path;
    this.#users = users;
    this.#clock = clock;
    this.#user = user;
  }

  /** @throws {UsageError} when the file cannot be read. @throws {RegistrarError} `REGISTRAR_USERS` when it is malformed. */
  static async open(path: string, users: Users, clock: Clock, user: UsersFileUser): Promise<UsersFile> {
    const file = new UsersFile(path, users, clock, user);
    await file.#load();
    file.#watch();
    return file;
  }

  /** Whether everybody on this machine can read the passwords. */
  async isReadableByOthers(): Promise<boolean> {
    return ((await stat(this.path)).mode & readableByOthers) !== 0;
  }

  /** Reads the file again and tells how it went; never rejects. */
  async reload(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isClosed) return;
    try {
      this.#user.onReloaded(await this.#load());
    } catch (error) {
      this.#user.onRefused(error as Error);
    }
  }

  /** Watches no longer. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#watcher?.close();
    this.#timer?.cancel();
  }

  async #load(): Promise<string[]> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      throw new UsageError(
        `--users: cannot read ${JSON.stringify(this.path)}: ${fileProblem(error)}; it has a line name:password for each user`,
      );
    }
    return this.#users.load(text, this.path);
  }

  /** The folder is watched, since many programs put a new file in the place of the old one. Where that cannot be done, reload() is left. */
  #watch(): void {
    const name = basename(this.path);
    try {
      this.#watcher = watch(dirname(resolve(this.path)), { persistent: false }, (_, changed) => {
        if (changed !== null && changed !== name) return;
        this.#timer?.cancel();
        this.#timer = this.#clock.setTimer(restMs, () => void this.reload());
      });
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      this.#watcher = undefined;
    }
  }
}
