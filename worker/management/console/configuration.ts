import * as v from 'valibot';
import { choice, documented, parseVariables } from '../../serving/variables.ts';

export interface ConsoleConfiguration {
  readonly isServed: boolean;
  /** The address of the predict Worker, without a slash at the end. */
  readonly predictUrl: string | undefined;
  /** The token of a run of `dev`, which pages on this machine get without a sign-in. */
  readonly devToken: string | undefined;
}

const URL_RULE = 'must be an address such as https://models.example.com';

export const CONSOLE_VARIABLES = v.object({
  CONSOLE: documented(v.optional(choice(['on', 'off']), 'on'), {
    values: '`on`, `off`',
    meaning: '`on`: `/` is the console, which can do what its token or login may do. `off`: it is not found',
  }),
  PREDICT_URL: documented(v.optional(v.pipe(v.string(URL_RULE), v.check(isAddress, URL_RULE))), {
    values: 'an address such as `https://models.example.com`',
    meaning: 'the address of the predict Worker in the examples of the console',
  }),
  DEV_TOKEN: documented(v.optional(v.pipe(v.string('must be a token'), v.nonEmpty('is empty'))), {
    values: 'a token',
    meaning: 'only `npm run dev` sets it: the console on the same machine needs no sign-in',
    secret: true,
  }),
});

/** @throws ConfigurationError that names every invalid variable */
export function parseConsoleConfiguration(variables: unknown): ConsoleConfiguration {
  const { CONSOLE, PREDICT_URL, DEV_TOKEN } = parseVariables(CONSOLE_VARIABLES, variables);
  return {
    isServed: CONSOLE === 'on',
    predictUrl: PREDICT_URL === undefined ? undefined : new URL(PREDICT_URL).origin,
    devToken: DEV_TOKEN,
  };
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
