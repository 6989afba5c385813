import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { PACKAGE_ROOT } from '../../scripts/files/package_root.ts';

/** Texts by name. An expression `${{ ... }}` may be part of a text. */
const VariablesSchema = v.record(v.string(), v.string());

const UsesSchema = v.strictObject({
  uses: v.string(),
  with: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
});
const RunSchema = v.strictObject({
  name: v.optional(v.string()),
  id: v.optional(v.string()),
  if: v.optional(v.string()),
  env: v.optional(VariablesSchema, {}),
  run: v.string(),
});
export type RunStep = v.InferOutput<typeof RunSchema>;

const ConcurrencySchema = v.strictObject({ group: v.string(), 'cancel-in-progress': v.boolean() });

const JobSchema = v.strictObject({
  needs: v.optional(v.string()),
  'runs-on': v.string(),
  'timeout-minutes': v.number(),
  environment: v.optional(v.string()),
  concurrency: v.optional(ConcurrencySchema),
  outputs: v.optional(VariablesSchema, {}),
  steps: v.array(v.union([UsesSchema, RunSchema])),
});
export type Job = v.InferOutput<typeof JobSchema>;

/** The part of GitHub's syntax that the workflows use. A key that is not in it is refused. */
const WorkflowSchema = v.strictObject({
  name: v.string(),
  on: v.strictObject({
    push: v.strictObject({ branches: v.array(v.string()), paths: v.array(v.string()) }),
    workflow_dispatch: v.null(),
  }),
  permissions: v.record(v.string(), v.string()),
  concurrency: v.optional(ConcurrencySchema),
  env: VariablesSchema,
  defaults: v.strictObject({ run: v.strictObject({ shell: v.literal('bash') }) }),
  jobs: v.record(v.string(), JobSchema),
});
export type Workflow = v.InferOutput<typeof WorkflowSchema>;

const FOLDER = join(PACKAGE_ROOT, 'docs', 'operating', 'workflows');

export const WORKFLOWS = ['publish-model', 'release-model'] as const;
export type WorkflowName = (typeof WORKFLOWS)[number];

export function workflowText(name: WorkflowName): string {
  return readFileSync(join(FOLDER, `${name}.yml`), 'utf8');
}

export function readWorkflow(name: WorkflowName): Workflow {
  return v.parse(WorkflowSchema, parse(workflowText(name)));
}

export function isRun(step: Job['steps'][number]): step is RunStep {
  return 'run' in step;
}
