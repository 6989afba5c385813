const EVENTS = ['uncaughtException', 'unhandledRejection'];

/** The used part of Node's `process`, which Workers have under nodejs_compat. */
interface Listened {
  listeners(event: string): readonly unknown[];
  off(event: string, listener: unknown): unknown;
}

/**
 * Creates an Emscripten module and removes the listeners that it adds to `process`. If `process` exists, Emscripten's
 * code behaves as in a Node program: it listens for uncaught errors and throws them again. The listeners would keep
 * every discarded module and its heap in memory.
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
