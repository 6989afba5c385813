import { type Command, InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { type CommandModule, EXIT_DONE, withJsonOption } from '../../cli/command_module.ts';
import { commandLine } from '../../cli/invocation.ts';
import type { Output } from '../../cli/output.ts';
import { withEnvironmentOption, wranglerEnvironment } from '../../deploy/wrangler_environment.ts';
import { createApiKey, type KeyRate, rateLimiterLines } from '../../keys/api_key.ts';
import { parseKeyName } from '../../keys/key_name.ts';

export const KEY: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    withEnvironmentOption(command)
      .requiredOption('--name <name>', 'the owner; metrics and logs show this name', parseKeyName)
      .option(
        '--models <names>',
        'the models that the key may use, separated by commas; * stands for any characters (default: all)',
        parseModels,
      )
      .option(
        '--rate <requests/seconds>',
        'the requests in 10 or 60 seconds, at each Cloudflare location (default: the limit of RATE_LIMITER, if that is bound)',
        parseRate,
      ),
  ).addHelpText(
    'after',
    `
Example:
  ${commandLine('key', "--name mobile --models 'digits,iris*' --rate 600/60")}`,
  );
}

const OptionsSchema = v.object({
  name: v.string(),
  models: v.optional(v.array(v.string()), []),
  rate: v.optional(v.object({ requests: v.number(), seconds: v.number() })),
});

async function run(command: Command, output: Output): Promise<number> {
  const { name, models, rate } = v.parse(OptionsSchema, command.opts());
  const { key, entry } = createApiKey(name, models, rate);
  const environment = wranglerEnvironment();
  const limiter = rate === undefined ? [] : rateLimiterLines(rate, environment);
  output.result(
    [
      `Key, shown this once; give it to ${name}, who sends it as "Authorization: Bearer KEY" or "x-api-key: KEY":`,
      `  ${key}`,
      'Entry of the secret, which contains one for every key, separated by commas:',
      `  ${entry}`,
      ...(limiter.length === 0
        ? []
        : [
            'The rate needs a rate limiter. If wrangler.toml does not have these lines, add them and deploy before you set the secret:',
            ...limiter.map((line) => `  ${line}`),
          ]),
      `Set it with: npx wrangler secret put NAMED_API_KEYS${environment === '' ? '' : ` --env ${environment}`}`,
    ],
    { name, models, ...(rate && { rate }), key, entry, ...(rate && { limiter: limiter.join('\n') }) },
  );
  return EXIT_DONE;
}

function parseModels(text: string): string[] {
  const models = text.split(',').map((model) => model.trim());
  const wrong = models.find((model) => !/^[A-Za-z0-9_.*-]{1,128}$/.test(model));
  if (wrong === undefined) return models;
  throw new InvalidArgumentError(
    `"${wrong}" is not the name of a model, in which * may stand for any characters.`,
  );
}

function parseRate(text: string): KeyRate {
  const [, requests, seconds] = /^([1-9]\d{0,8})\/(10|60)$/.exec(text) ?? [];
  if (requests !== undefined) return { requests: Number(requests), seconds: Number(seconds) };
  throw new InvalidArgumentError(
    'A rate is REQUESTS/10 or REQUESTS/60, such as 600/60: Cloudflare limits by 10 or 60 seconds.',
  );
}
