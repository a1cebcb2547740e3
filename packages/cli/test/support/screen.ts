import { Writable } from "node:stream";

/** A terminal's screen: it understands what node:readline writes. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly rows = 24;
  columns: number;
  #cells: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns = 40) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  /** Lines from the top, without what is empty at their ends and at the bottom. */
  get lines(): string[] {
    const lines = this.#cells.map((cells) =>
      Array.from(cells, (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    );
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  get cursor(): [row: number, column: number] {
    return [this.#row, this.#column];
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    for (const [part, count, command] of text.matchAll(/\x1b\[(\d*)([A-Z])|[^]/g)) {
      if (command === undefined) this.#put(part);
      else this.#move(command, count === "" ? undefined : Number(count));
    }
    done();
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#goTo(this.#row + 1);
    else if (character !== "\x07") {
      if (this.#column === this.columns) {
        this.#column = 0;
        this.#goTo(this.#row + 1);
      }
      this.#cells[this.#row]![this.#column++] = character;
    }
  }

  #move(command: string, count = 1): void {
    if (command === "A") this.#goTo(Math.max(0, this.#row - count));
    else if (command === "B") this.#goTo(this.#row + count);
    else if (command === "C") this.#column += count;
    else if (command === "D") this.#column -= count;
    else if (command === "G") this.#column = count - 1;
    else if (command === "J") {
      this.#cells.length = this.#row + 1;
      this.#cells[this.#row]!.length = Math.min(this.#column, this.#cells[this.#row]!.length);
    } else if (command === "K") this.#cells[this.#row]!.length = Math.min(this.#column, this.#cells[this.#row]!.length);
    else throw new Error(`the screen does not know ${command}`);
  }

  #goTo(row: number): void {
    this.#row = row;
    while (this.#cells.length <= row) this.#cells.push([]);
  }
}
