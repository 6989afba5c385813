const EVENTS = ['uncaughtException', 'unhandledRejection'];

/** What of Node's `process` is used here; Workers have one under nodejs_compat. */
interface Listened {
  listeners(event: string): readonly unknown[];
  off(event: string, listener: unknown): unknown;
}

/**
 * Calls what makes an Emscripten module, and takes away the listeners that it adds to the process: its glue takes
 * itself for a program of Node's where there is a `process`, and listens for what nobody catches only to throw it
 * again. They would keep every module that was given up alive, and its whole heap.
 */
export function withoutProcessListeners<Made>(make: () => Made): Made {
  const listened: unknown = Reflect.get(globalThis, 'process');
  if (!isListened(listened)) return make();
  const before = EVENTS.map((event) => new Set(listened.listeners(event)));
  const made = make();
  for (const [index, event] of EVENTS.entries()) {
    for (const listener of listened.listeners(event)) {
      if (!before[index]?.has(listener)) listened.off(event, listener);
    }
  }
  return made;
}

function isListened(value: unknown): value is Listened {
  if (typeof value !== 'object' || value === null) return false;
  return ['listeners', 'off'].every((name) => typeof Reflect.get(value, name) === 'function');
}
