const CHECK_MS = 1000;

/** Taken when the process begins: the parent may be gone by the time that somebody watches. */
const parent = process.ppid;

/**
 * Calls back once, within about a second after the process that started this one has ended. A SIGTERM to
 * `npm run` ends npm and nothing below it. A process that had no parent but init has nothing to outlive.
 * The watch alone keeps no process alive.
 *
 * @returns ends the watch
 */
export function onParentExit(callback: () => void): () => void {
  if (parent <= 1) return () => {};
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
