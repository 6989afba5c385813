import * as v from 'valibot';
import { EXIT_DONE, EXIT_FAILED } from '../../cli/command_module.ts';
import { parseNameArgument } from '../../cli/options/arguments.ts';
import { diffJson, diffLines } from '../../diff/diff_report.ts';
import type { SummarizedVersion } from '../../diff/version_diff.ts';
import { findVersion } from '../../registry/find_version.ts';
import { describePlace } from '../../registry/place.ts';
import { registryCommand } from '../../registry/registry_command.ts';
import { parseVersionName, VERSION_NAME } from '../../registry/version_name.ts';

export const DIFF = registryCommand({
  state: 'must exist',
  access: 'read',
  define: (command) =>
    command
      .argument('<model>', 'the model', parseNameArgument)
      .argument('<version>', VERSION_NAME, parseVersionName)
      .argument('<other-version>', 'what to compare it with, in the same way', parseVersionName),
  run: async ({ store, place }, output, command) => {
    const { diffVersions, summarizeVersion } = await import('../../diff/version_diff.ts');
    const [model, first, second] = v.parse(
      v.tuple([v.string(), v.string(), v.string()]),
      command.processedArgs,
    );
    output.progress(`Reading ${describePlace(place)}`);
    const read = async (name: string): Promise<SummarizedVersion | undefined> => {
      const found = await findVersion({ store, place }, model, name);
      if (found.kind === 'found') return summarizeVersion(store, found.manifest);
      output.error(found.reason);
      return undefined;
    };
    const one = await read(first);
    const other = one && (await read(second));
    if (one === undefined || other === undefined) return EXIT_FAILED;
    const diff = diffVersions(one, other);
    output.result(diffLines(model, diff), { model, registry: place, ...diffJson(diff) });
    return EXIT_DONE;
  },
});
