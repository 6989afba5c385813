const CHECK_MS = 1000;

/** Read at startup: the parent may have ended before the watch begins. */
const parent = process.ppid;

/**
 * Calls back once, within about a second after the parent of this process has ended. A SIGTERM to `npm run` ends npm
 * but not its children. A process whose parent was init is not watched. The watch itself does not keep the process
 * alive.
 *
 * @returns a function that ends the watch
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
