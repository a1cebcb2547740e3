import { TurnoverMap } from "@sidetone/infra-common";
import type { Dialog } from "./dialog.ts";

/**
 * The dialogs of a user-agent core, found by dialog ID (RFC 3261 §12).
 *
 * The local tag is ours and random, so it alone is the key; the dialogs of one forked INVITE share it and form a chain.
 */
export class DialogRegistry {
  readonly #first = new TurnoverMap<string, Dialog>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(dialog: Dialog): void {
    dialog.nextFork = this.#first.get(dialog.localTag);
    this.#first.set(dialog.localTag, dialog);
    this.#size++;
  }

  find(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    let dialog = this.#first.get(localTag);
    while (dialog && !(dialog.remoteTag === remoteTag && dialog.callId === callId)) dialog = dialog.nextFork;
    return dialog;
  }

  /** Does nothing when `dialog` is not in. */
  delete(dialog: Dialog): void {
    const first = this.#first.get(dialog.localTag);
    if (first === dialog) {
      if (dialog.nextFork) this.#first.set(dialog.localTag, dialog.nextFork);
      else this.#first.delete(dialog.localTag);
      this.#size--;
    } else {
      let previous = first;
      while (previous && previous.nextFork !== dialog) previous = previous.nextFork;
      if (!previous) return;
      previous.nextFork = dialog.nextFork;
      this.#size--;
    }
    dialog.nextFork = undefined;
  }
}
