/**
 * What is looked up once in a turn of the event loop, however many ask: what another process changes in between is found in the next
 * one, as if it had been changed a little later.
 */
export class ThisTurn<T> {
  readonly #find: () => T;
  #found: { readonly value: T } | undefined;

  constructor(find: () => T) {
    this.#find = find;
  }

  get value(): T {
    if (!this.#found) {
      this.#found = { value: this.#find() };
      setImmediate(() => this.forget());
    }
    return this.#found.value;
  }

  /** We have changed it ourselves. */
  forget(): void {
    this.#found = undefined;
  }
}
