import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { LEASE_LIMIT_MS, SKEW_LIMIT_MS } from '../../../worker/registry/pointer/pointer.ts';
import { pointerCommand } from '../../pointer/pointer_command.ts';

const OptionsSchema = v.object({ clockSkewMs: v.optional(v.number()) });

export const LEASE = pointerCommand({
  doing: 'Changing the lease of',
  done: 'The lease has changed',
  define: (command) =>
    command
      .argument(
        '<milliseconds>',
        'the lease; 0: each request asks R2, and a change takes effect at once',
        parseMilliseconds(LEASE_LIMIT_MS),
      )
      .option(
        '--clock-skew-ms <milliseconds>',
        'by how much the clocks of isolates may differ from that of R2 (default: as before)',
        parseMilliseconds(SKEW_LIMIT_MS),
      ),
  already: (model, { lease }) => `${model} has a lease of ${lease?.ms ?? 0} ms`,
  change: (command) => {
    const { clockSkewMs } = v.parse(OptionsSchema, command.opts());
    const ms = v.parse(v.number(), command.processedArgs[1]);
    return POINTER_CHANGES.lease.of({ ms, clock_skew_ms: clockSkewMs });
  },
});

function parseMilliseconds(limit: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) <= limit) return Number(text);
    throw new InvalidArgumentError(`It is a whole number of milliseconds, at most ${limit}.`);
  };
}
