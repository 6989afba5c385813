import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../cli/command_module.ts';
import { commandLine } from '../cli/invocation.ts';
import { parseNameArgument } from '../cli/options/arguments.ts';
import { withVersionArgument } from '../cli/options/version_argument.ts';
import type { Output } from '../cli/output.ts';
import { shellWord } from '../cli/shell_word.ts';
import { DEV_URL } from '../dev/dev_address.ts';
import { runningDev } from '../dev/running_dev.ts';
import { DEFAULT_STATE_DIRECTORY, resolveFromCaller } from '../files/package_root.ts';
import { askForOutputs, askToPredict } from '../predict/ask_server.ts';
import { RequestError, readRequestBody } from '../predict/predict_request.ts';
import { predictionLines } from '../predict/prediction_report.ts';

export const PREDICT: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    withVersionArgument(
      command.argument('<model>', 'the model', parseNameArgument),
      'the version (default: the current one)',
    )
      .addOption(
        new Option(
          '--input <file>',
          "a request in TensorFlow Serving's JSON, or only its list of instances (default: standard input)",
        ).conflicts(['image', 'text']),
      )
      .addOption(new Option('--image <file>', 'an image, for a model that takes images').conflicts('text'))
      .option('--text <text>', 'a text, for a model that takes texts')
      .option('--label <label>', 'the version with this label', parseNameArgument)
      .addOption(
        new Option(
          '--persist-to <directory>',
          'the dev that serves this local state folder (default: that of .wrangler/state)',
        ).conflicts('url'),
      )
      .option(
        '--url <address>',
        `the server (default: the running dev, or ${DEV_URL}); its key is taken from EDGE_SERVING_API_KEY`,
        parseServerUrl,
      ),
  );
}

const OptionsSchema = v.object({
  input: v.optional(v.string()),
  image: v.optional(v.string()),
  text: v.optional(v.string()),
  label: v.optional(v.string()),
  persistTo: v.optional(v.string()),
  url: v.optional(v.instance(URL)),
});

async function run(command: Command, output: Output): Promise<number> {
  const { url: named, persistTo, label, ...source } = v.parse(OptionsSchema, command.opts());
  const running = await runningDev(
    persistTo === undefined ? DEFAULT_STATE_DIRECTORY : resolveFromCaller(persistTo),
  );
  if (persistTo !== undefined && running === undefined) {
    const start = commandLine('dev', `--persist-to ${shellWord(persistTo)}`);
    output.error(`no dev serves the local state folder ${persistTo}; start one with ${start}`);
    return EXIT_FAILED;
  }
  const url = named ?? new URL(running ?? DEV_URL);
  const [model, version] = v.parse(v.tuple([v.string(), v.optional(v.string())]), [
    ...command.processedArgs.slice(0, 2),
  ]);
  const servable = { url, model, version, label };
  try {
    const request = await readRequestBody(source);
    const answered = await askToPredict(servable, request);
    // The outputs are those of the version that answered, even if another one has become current.
    const exact = { ...servable, version: version ?? answered.version ?? undefined };
    const outputs = await askForOutputs(label === undefined ? exact : servable, request.signature);
    output.result(
      [`${model} ${answered.version ?? ''} at ${url.origin}:`, ...predictionLines(answered.answer, outputs)],
      { model, version: answered.version, generation: answered.generation, ...answered.answer },
    );
    return EXIT_DONE;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    output.error(error.message);
    return EXIT_FAILED;
  }
}

function parseServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('The URL must be an http: or https: URL.');
  }
  return url;
}
