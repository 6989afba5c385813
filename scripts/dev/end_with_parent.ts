import { onParentExit } from './parent_process.ts';

/**
 * Preloaded into the processes of wrangler: a SIGKILL ends the command that started them, but would leave them, and
 * workerd, which holds the port.
 */
onParentExit(() => process.kill(process.pid, 'SIGTERM'));
