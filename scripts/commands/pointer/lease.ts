import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { LEASE_LIMIT_MS, SKEW_LIMIT_MS } from '../../../worker/registry/pointer/pointer.ts';
import { parseNameArgument, registryCommand, withChangeOptions } from '../../cli/command_line.ts';
import { withTimingOptions } from '../../pointer/change_timing.ts';
import { runPointerCommand } from '../../pointer/pointer_command.ts';

const command = withTimingOptions(
  withChangeOptions(
    registryCommand(
      'lease',
      'Changes how long isolates may use a pointer that they have read. A longer lease needs fewer reads of R2, ' +
        'and each change takes effect that much later.',
    )
      .argument('<model>', 'the model', parseNameArgument)
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
  ),
);

function parseMilliseconds(limit: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) <= limit) return Number(text);
    throw new InvalidArgumentError(`It is a whole number of milliseconds, at most ${limit}.`);
  };
}

const OptionsSchema = v.object({ clockSkewMs: v.optional(v.number()) });

await runPointerCommand(command, {
  doing: 'Changing the lease of',
  done: 'The lease has changed',
  already: (model, { lease }) => `${model} has a lease of ${lease?.ms ?? 0} ms`,
  change: () => {
    const { clockSkewMs } = v.parse(OptionsSchema, command.opts());
    const ms = v.parse(v.number(), command.processedArgs[1]);
    return POINTER_CHANGES.lease.of({ ms, clock_skew_ms: clockSkewMs });
  },
});
