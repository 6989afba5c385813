import * as v from 'valibot';
import { occasionally } from '../../../import/throttle_progress.ts';
import { checkRegistry } from '../../check/check_registry.ts';
import { checkJson, checkLines, isBroken } from '../../check/check_report.ts';
import { EXIT_DONE, EXIT_FAILED } from '../../cli/command_module.ts';
import { formatBytes } from '../../cli/format.ts';
import { parseNameArgument } from '../../cli/options/arguments.ts';
import { missingModel } from '../../pointer/refusal.ts';
import { configuredKeys } from '../../publish/checks/required_signature.ts';
import { describePlace } from '../../registry/place.ts';
import { registryCommand } from '../../registry/registry_command.ts';
import { readWorkerConfiguration } from '../../rehearsal/sandbox/worker_configuration.ts';
import { modelExists } from '../../status/model_status.ts';

const OptionsSchema = v.object({ fast: v.optional(v.boolean(), false) });

export const CHECK = registryCommand({
  state: 'must exist',
  access: 'read',
  define: (command) =>
    command
      .argument('[model]', 'one model (default: all, and everything else in the bucket)', parseNameArgument)
      .option('--fast', 'compare only the sizes of files; by default every byte is read'),
  run: async ({ store, place, replica }, output, command) => {
    const { fast } = v.parse(OptionsSchema, command.opts());
    const [model] = v.parse(v.tuple([v.optional(v.string())]), [command.processedArgs[0]]);
    const { bucketName } = await import('../../registry/remote_registry.ts');
    const keys = configuredKeys(await readWorkerConfiguration());
    if (typeof keys === 'string') {
      output.error(keys);
      return EXIT_FAILED;
    }
    if (model !== undefined && !(await modelExists(store, model))) {
      output.error(await missingModel({ store, place }, model));
      return EXIT_FAILED;
    }
    output.progress(`Checking ${describePlace(place)}`);
    const report = occasionally(output.progress);
    const result = await checkRegistry(store, {
      model,
      fast,
      publicKeys: keys ?? [],
      replica,
      now: new Date(),
      onModel: (name) => report(`Checking the documents of ${name}`),
      onProgress: ({ files, ofFiles, bytes, ofBytes }) =>
        report(`${files} of ${ofFiles} files, ${formatBytes(bytes)} of ${formatBytes(ofBytes)} read`),
    });
    const where = { place, bucket: place.kind === 'management' ? undefined : await bucketName() };
    output.result(checkLines(result, where, fast), checkJson(result, where, fast));
    return isBroken(result) ? EXIT_FAILED : EXIT_DONE;
  },
});
