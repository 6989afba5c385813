import * as v from 'valibot';
import { ACCESS_VARIABLES } from '../../../worker/http/access/access_configuration.ts';
import { TRAFFIC_VARIABLES } from '../../../worker/http/traffic/traffic_configuration.ts';
import { MANAGEMENT_VARIABLES } from '../../../worker/management/access/configuration.ts';
import { SIGN_IN_VARIABLES } from '../../../worker/management/access/sign_in/sign_in_configuration.ts';
import { ABORT_VARIABLES } from '../../../worker/management/canary_aborts/abort_limits.ts';
import { ANALYTICS_VARIABLES } from '../../../worker/management/canary_aborts/query_canary_aborts.ts';
import { CONSOLE_VARIABLES } from '../../../worker/management/console/configuration.ts';
import { TRAFFIC_READ_VARIABLES } from '../../../worker/management/traffic/traffic_store.ts';
import { SERVING_VARIABLES } from '../../../worker/serving/configuration.ts';
import { code, table } from './markdown.ts';

type Variables = Readonly<Record<string, v.GenericSchema>>;

export const PREDICT: Variables = {
  ...SERVING_VARIABLES.entries,
  ...ACCESS_VARIABLES.entries,
  ...TRAFFIC_VARIABLES.entries,
};
export const MANAGEMENT: Variables = {
  ...MANAGEMENT_VARIABLES.entries,
  ...SIGN_IN_VARIABLES.entries,
  ...ABORT_VARIABLES.entries,
  ...ANALYTICS_VARIABLES.entries,
  ...CONSOLE_VARIABLES.entries,
  ...TRAFFIC_READ_VARIABLES.entries,
};

const DocumentationSchema = v.object({
  meaning: v.string(),
  values: v.string(),
  unit: v.optional(v.string()),
  secret: v.optional(v.literal(true)),
});

/** @throws if a variable is not documented */
function documentationOf(schema: v.GenericSchema) {
  const value: unknown = 'default' in schema ? schema.default : undefined;
  return {
    ...v.parse(DocumentationSchema, v.getMetadata(schema)),
    // For variables that hold lists, unset and empty mean the same.
    default: value === undefined || value === '' ? undefined : String(value),
  };
}

/** Variables with defaults, units, values and meanings. */
export function variablesTable(variables: Variables): string {
  const rows = Object.entries(variables).map(([name, schema]) => {
    const { meaning, values, unit, secret, default: value } = documentationOf(schema);
    return [
      secret ? `${code(name)} (secret)` : code(name),
      value === undefined ? 'unset' : code(value),
      unit ?? '',
      values,
      meaning,
    ];
  });
  return table(['variable', 'default', 'unit', 'values', 'meaning'], rows);
}

const LINE_LENGTH = 118;

/** The variables as lines that are commented out in wrangler.toml. */
export function variableComments(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, schema]) => ({ name, ...documentationOf(schema) }))
    .filter(({ secret }) => secret === undefined)
    .flatMap(({ name, meaning, unit, values, default: value }) => [
      ...wrapped(
        `${capitalized(meaning)}. ${unit === undefined ? '' : `In ${unit}: `}${values}.`.replaceAll('`', ''),
      ),
      `# ${name} = "${value ?? '...'}"`,
    ])
    .join('\n');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Comment lines of limited length, broken at spaces. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > LINE_LENGTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
