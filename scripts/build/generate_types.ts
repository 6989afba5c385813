import { execFileSync } from 'node:child_process';
import { WRANGLER } from '../deploy/wrangler_process.ts';
import { PACKAGE_ROOT, wranglerConfiguration } from '../files/package_root.ts';

/** Writes worker-configuration.d.ts: the bindings of the effective configuration. */
execFileSync(process.execPath, [WRANGLER, 'types', '--config', wranglerConfiguration()], {
  cwd: PACKAGE_ROOT,
  stdio: 'inherit',
});
