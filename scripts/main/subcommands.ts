import type { CommandModule } from '../cli/command_module.ts';
import { nearestFirst, resembles } from '../cli/nearest.ts';

export interface Subcommand {
  readonly name: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Loads its code, which no other subcommand needs. */
  readonly load: () => Promise<CommandModule>;
}

/** All subcommands, in the order of the help. package.json, the reference in docs/ and the completion follow this table. */
export const SUBCOMMANDS: readonly Subcommand[] = [
  {
    name: 'init',
    summary: 'Makes a project: a wrangler.toml, and a folder of models with a sample.',
    load: async () => (await import('../commands/init.ts')).INIT,
  },
  {
    name: 'dev',
    summary: 'Publishes missing sample models to local state, serves it, and starts the management Worker.',
    load: async () => (await import('../commands/dev.ts')).DEV,
  },
  {
    name: 'publish',
    summary: 'Rehearses a model, publishes it as a version and makes it current.',
    load: async () => (await import('../commands/publish.ts')).PUBLISH,
  },
  {
    name: 'promote',
    summary: 'Flips a model to the version that is staged, or to its canary.',
    load: async () => (await import('../commands/pointer/promote.ts')).PROMOTE,
  },
  {
    name: 'rollback',
    summary: 'Flips a model back to the version before the current one, or to any published one.',
    load: async () => (await import('../commands/pointer/rollback.ts')).ROLLBACK,
  },
  {
    name: 'canary',
    summary: 'Routes a share of the requests that name no version to another version, or ends that.',
    load: async () => (await import('../commands/pointer/canary.ts')).CANARY,
  },
  {
    name: 'shadow',
    summary: 'Makes another version compute a share of the requests again, only to compare, or ends that.',
    load: async () => (await import('../commands/pointer/shadow.ts')).SHADOW,
  },
  {
    name: 'label',
    summary: 'Moves a label to a published version, or removes it.',
    load: async () => (await import('../commands/pointer/label.ts')).LABEL,
  },
  {
    name: 'lease',
    summary: 'Changes how long isolates may use a pointer, so that they read R2 less and change over later.',
    load: async () => (await import('../commands/pointer/lease.ts')).LEASE,
  },
  {
    name: 'status',
    summary: 'Shows models, their versions and roles, and the history.',
    load: async () => (await import('../commands/status.ts')).STATUS,
  },
  {
    name: 'history',
    summary: 'Shows every change of a model, also those that its pointer does not keep any more.',
    load: async () => (await import('../commands/history.ts')).HISTORY,
  },
  {
    name: 'diff',
    summary: 'Compares two versions of a model: signatures, files, operations, figures and cards.',
    load: async () => (await import('../commands/versions/diff.ts')).DIFF,
  },
  {
    name: 'traffic',
    summary:
      'Shows the requests of a model in all isolates: versions, errors, latency, locations, generations.',
    load: async () => (await import('../commands/traffic.ts')).TRAFFIC,
  },
  {
    name: 'predict',
    summary: 'Asks a server for a prediction, and prints it as a table.',
    load: async () => (await import('../commands/predict.ts')).PREDICT,
  },
  {
    name: 'inspect',
    summary: 'Shows the format, signatures, operations and sizes of a model.',
    load: async () => (await import('../commands/inspect.ts')).INSPECT,
  },
  {
    name: 'types',
    summary: 'Prints TypeScript types of a model for the client.',
    load: async () => (await import('../commands/versions/types.ts')).TYPES,
  },
  {
    name: 'convert',
    summary: "Converts a model to tfjs's format in a directory, and publishes nothing.",
    load: async () => (await import('../commands/convert.ts')).CONVERT,
  },
  {
    name: 'record',
    summary:
      'Runs a model in a local workerd and stores its answers next to it in golden.json, which publish compares.',
    load: async () => (await import('../commands/record.ts')).RECORD,
  },
  {
    name: 'copy',
    summary: 'Copies versions between local state, buckets and accounts.',
    load: async () => (await import('../commands/versions/copy.ts')).COPY,
  },
  {
    name: 'check',
    summary: 'Verifies what is stored: every file, reference and document of a registry.',
    load: async () => (await import('../commands/versions/check.ts')).CHECK,
  },
  {
    name: 'prune',
    summary: 'Deletes old versions of a model that nothing points to, and the files that only they need.',
    load: async () => (await import('../commands/prune.ts')).PRUNE,
  },
  {
    name: 'deploy',
    summary: 'Deploys the serving Worker.',
    load: async () => (await import('../commands/deploy.ts')).DEPLOY,
  },
  {
    name: 'deploy-management',
    summary: 'Deploys the management Worker.',
    load: async () => (await import('../commands/deploy_management.ts')).DEPLOY_MANAGEMENT,
  },
  {
    name: 'key',
    summary: 'Creates an API key for the serving Worker, and the entry for its secret. Nothing is stored.',
    load: async () => (await import('../commands/secrets/key.ts')).KEY,
  },
  {
    name: 'token',
    summary: 'Creates a token for the management Worker, and the entry for its secret. Nothing is stored.',
    load: async () => (await import('../commands/secrets/token.ts')).TOKEN,
  },
  {
    name: 'keygen',
    summary: 'Creates a key for signing manifests: an Ed25519 private key in PEM.',
    load: async () => (await import('../commands/secrets/keygen.ts')).KEYGEN,
  },
];

/** The subcommands that are about the others, and that main.ts runs itself. */
export const OWN_SUBCOMMANDS = [
  { name: 'help', usage: 'help [subcommand]', summary: 'Shows this help, or that of a subcommand.' },
  {
    name: 'completion',
    usage: 'completion <shell>',
    summary: 'Prints a script that completes command lines in bash, zsh or fish.',
  },
] as const;

export function findSubcommand(name: string): Subcommand | undefined {
  return SUBCOMMANDS.find((subcommand) => subcommand.name === name);
}

/** What other programs call a task, and who has not read the help tries first. */
const OTHER_NAMES: readonly (readonly [words: readonly string[], meant: string])[] = [
  [['list', 'ls', 'models', 'show', 'info', 'get'], 'status'],
  [['stage'], 'publish --stage'],
  [['delete', 'remove', 'rm'], 'prune'],
  [['flip', 'activate', 'release'], 'promote'],
  [['serve', 'start', 'run', 'server'], 'dev'],
  [['push', 'upload', 'add'], 'publish'],
  [['log', 'logs'], 'history'],
  [['revert', 'undo'], 'rollback'],
  [['compare'], 'diff'],
  [['verify'], 'check'],
  [['backup'], 'copy'],
];

/** Returns what an unknown name most probably means, or undefined if it resembles nothing. */
export function nearestSubcommand(typed: string): string | undefined {
  const [, meant] = OTHER_NAMES.find(([words]) => words.includes(typed)) ?? [];
  if (meant !== undefined) return meant;
  const names = [...SUBCOMMANDS, ...OWN_SUBCOMMANDS].map(({ name }) => name);
  return nearestFirst(typed, names).find((name) => resembles(typed, name));
}
