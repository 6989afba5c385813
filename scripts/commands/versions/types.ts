import * as v from 'valibot';
import { EXIT_DONE, EXIT_FAILED } from '../../cli/command_module.ts';
import { commandLine } from '../../cli/invocation.ts';
import { parseNameArgument } from '../../cli/options/arguments.ts';
import { placeOptions } from '../../pointer/pointer_report.ts';
import { findVersion } from '../../registry/find_version.ts';
import { registryCommand } from '../../registry/registry_command.ts';
import { parseVersionName, VERSION_NAME } from '../../registry/version_name.ts';
import { modelTypes } from '../../types/model_types.ts';

export const TYPES = registryCommand({
  state: 'must exist',
  access: 'read',
  define: (command) =>
    command
      .argument('<model>', 'the model', parseNameArgument)
      .argument('[version]', `${VERSION_NAME} (default: current)`, parseVersionName),
  run: async ({ store, place }, output, command) => {
    const [model, name] = v.parse(v.tuple([v.string(), v.optional(v.string(), 'current')]), [
      command.processedArgs[0],
      command.processedArgs[1],
    ]);
    const found = await findVersion({ store, place }, model, name);
    if (found.kind === 'unknown') {
      output.error(found.reason);
      return EXIT_FAILED;
    }
    const { version, content } = found.manifest;
    const origin = [
      `The signatures of ${model} ${version}, for edge-serving/client.`,
      `Made by: ${commandLine('types', `${model}${placeOptions(place)}`)}`,
    ];
    const types = modelTypes(model, content.signatures, origin);
    output.result(types, { model, registry: place, version, types: types.join('\n') });
    return EXIT_DONE;
  },
});
