import { type MeasuredVersion, memoryNeed } from '../../worker/registry/version/memory_need.ts';
import { formatBytes } from '../cli/format.ts';

/**
 * Returns why isolates cannot load a version while they serve the current one, and a remedy, or undefined if they can.
 *
 * @param budgetBytes the deployed MEMORY_BUDGET_MB in bytes. Without it, the budget is not checked
 */
export function roomFault(
  version: MeasuredVersion & { readonly version: string },
  current: MeasuredVersion & { readonly version: string },
  budgetBytes = Number.POSITIVE_INFINITY,
): string | undefined {
  const needed = memoryNeed(version) + memoryNeed(current);
  if (version.version === current.version || needed <= budgetBytes) return undefined;
  return (
    `${version.version} cannot be loaded beside ${current.version}: together they need about ${formatBytes(needed)}, ` +
    `and MEMORY_BUDGET_MB allows ${formatBytes(budgetBytes)}. Isolates load it when it is current, and requests wait ` +
    'for that. A larger MEMORY_BUDGET_MB, or weights published with --quantize, would help.'
  );
}
