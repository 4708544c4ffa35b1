/** Tells its listeners that something has happened. A listener that throws does not stop the others. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Adds a listener; disposing what comes back removes it. */
  on(listener: (value: T) => void): Disposable {
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return { [Symbol.dispose]: () => void this.#listeners.delete(entry) };
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        // A broken view must not break a run; the bug still reaches the process's own report.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
