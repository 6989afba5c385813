import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ProjectCopy } from '../docs/project_copy.ts';
import { type Context, holds, interpolate } from './expressions.ts';
import { isRun, type RunStep, type Workflow } from './workflow.ts';

interface StepResult {
  readonly name: string;
  readonly outcome: 'success' | 'failure' | 'skipped';
  /** Standard output and standard error, as the log of the job shows them. */
  readonly log: string;
}

export interface JobResult {
  readonly steps: readonly StepResult[];
  /** By their names for the jobs that need this one. */
  readonly outputs: Context;
  /** What the job wrote for people. */
  readonly summary: string;
}

/** The packages are there already, and `npm ci` would replace those of the running tests. */
const NOT_RUN = 'npm ci';

/**
 * Runs the steps of a job that are commands, one after the other, as a runner of GitHub would. Actions are not run.
 *
 * @param given secrets, variables, and outputs of other jobs, by their names in expressions
 */
export async function runJob(
  workflow: Workflow,
  jobName: string,
  project: ProjectCopy,
  given: Context,
): Promise<JobResult> {
  const job = workflow.jobs[jobName];
  if (job === undefined) throw new Error(`there is no job ${jobName}`);
  const folder = await mkdtemp(join(project.directory, '.runner-'));
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  const context = new Map(given);
  const steps: StepResult[] = [];
  const isFailed = () => steps.some(({ outcome }) => outcome === 'failure');
  await writeFile(files.GITHUB_STEP_SUMMARY, '');
  for (const step of job.steps) {
    if (!isRun(step) || step.run === NOT_RUN) continue;
    const name = step.name ?? step.run;
    if (!holds(step.if, context, isFailed())) {
      steps.push({ name, outcome: 'skipped', log: '' });
      continue;
    }
    await writeFile(files.GITHUB_OUTPUT, '');
    const variables = Object.entries({ ...workflow.env, ...step.env }).map(
      ([name, value]) => [name, interpolate(value, context)] as const,
    );
    const { code, log } = await runShell(step, project, { ...Object.fromEntries(variables), ...files });
    const outcome = code === 0 ? 'success' : 'failure';
    steps.push({ name, outcome, log });
    if (step.id === undefined) continue;
    context.set(`steps.${step.id}.outcome`, outcome);
    for (const line of (await readFile(files.GITHUB_OUTPUT, 'utf8')).split('\n')) {
      const [key = '', ...rest] = line.split('=');
      if (rest.length > 0) context.set(`steps.${step.id}.outputs.${key}`, rest.join('='));
    }
  }
  const outputs = Object.entries(job.outputs).map(
    ([name, value]) => [`needs.${jobName}.outputs.${name}`, interpolate(value, context)] as const,
  );
  return { steps, outputs: new Map(outputs), summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8') };
}

/** Runs the script of a step as GitHub does with `shell: bash`. */
async function runShell(
  { run }: RunStep,
  { directory, environment }: ProjectCopy,
  variables: Readonly<Record<string, string>>,
): Promise<{ code: unknown; log: string }> {
  const script = join(directory, '.step.sh');
  await writeFile(script, run);
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
    cwd: directory,
    env: { ...environment, CI: 'true', GITHUB_ACTOR: 'octocat', GITHUB_SHA: '0123abcd', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, log: stdout + stderr };
}
