/** Where an input leads from a state: the next state, then the actions in order. */
export type Transition<State extends string, Action extends string> = readonly [next: State, ...actions: Action[]];

/** A state machine as a table that reads beside the RFC's figure. An input without an entry is ignored in that state. */
export type TransitionTable<State extends string, Input extends string, Action extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Input, Transition<State, Action>>>>>
>;

/** One module-level map of actions for all machines of a kind; the compiler proves that every action of the table exists. */
export type ActionMap<Machine, Action extends string, Message> = Readonly<
  Record<Action, (machine: Machine, message: Message | undefined) => void>
>;

/**
 * Runs a {@link TransitionTable}: one step at a time, inputs that arrive while a step runs wait their turn.
 *
 * The table and the actions are module-level values that the subclass hands over through {@link table} and
 * {@link actions} (accessors on its prototype), so an instance carries nothing but its state.
 */
export abstract class TableMachine<State extends string, Input extends string, Action extends string, Message> {
  state: State;
  #queue: (readonly [Input, Message | undefined])[] | undefined;
  #running = false;

  constructor(initial: State) {
    this.state = initial;
  }

  protected abstract get table(): TransitionTable<State, Input, Action>;
  /** `never`: a subclass names itself, and stays assignable to its own base class. */
  protected abstract get actions(): ActionMap<never, Action, Message>;

  /** Runs to completion before it returns, unless a step is running already: then the input is queued behind it. */
  input(input: Input, message?: Message): void {
    if (this.#running) {
      (this.#queue ??= []).push([input, message]);
      return;
    }
    this.#running = true;
    try {
      this.#step(input, message);
      for (let next = this.#queue?.shift(); next; next = this.#queue?.shift()) this.#step(next[0], next[1]);
    } finally {
      this.#running = false;
    }
  }

  /** Whether the table knows `input` in the present state. */
  accepts(input: Input): boolean {
    return this.table[this.state][input] !== undefined;
  }

  #step(input: Input, message: Message | undefined): void {
    const transition = this.table[this.state][input];
    if (!transition) return;
    this.state = transition[0];
    const actions = this.actions as ActionMap<unknown, Action, Message>;
    for (let i = 1; i < transition.length; i++) actions[transition[i] as Action](this, message);
  }
}
