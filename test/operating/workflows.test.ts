import { describe, expect, test } from 'vitest';
import { holds, interpolate } from './expressions.ts';
import { isRun, readWorkflow, WORKFLOWS, workflowText } from './workflow.ts';

describe.each(WORKFLOWS)('the workflow %s', (name) => {
  const workflow = readWorkflow(name);
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test('may only read the repository', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  test('pins each action by its commit, with its version as a comment, and leaves no login behind', () => {
    const used = workflowText(name).match(/uses: .*/g) ?? [];
    expect(used.length).toBe(steps.filter((step) => !isRun(step)).length);
    for (const line of used) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    for (const step of steps) {
      if (isRun(step) || !step.uses.startsWith('actions/checkout@')) continue;
      expect(step.with).toMatchObject({ 'persist-credentials': false });
    }
  });

  test('has no expression inside a script, where its value would be code', () => {
    for (const step of steps.filter(isRun)) expect(step.run).not.toContain('${{');
  });

  test('gives secrets only to the steps that need them', () => {
    const isSecret = (text: string) => text.includes('secrets.');
    expect(Object.values(workflow.env).some(isSecret)).toBe(false);
    for (const step of steps.filter(isRun)) {
      if (Object.values(step.env).some(isSecret)) expect(step.run).toMatch(/^npx edge-serving /);
    }
  });
});

test('the release waits in an environment, and only its job flips', () => {
  const { jobs } = readWorkflow('release-model');
  expect(jobs.release).toMatchObject({ needs: 'rehearse', environment: 'production' });
  const scripts = jobs.rehearse?.steps.filter(isRun).map(({ run }) => run) ?? [];
  expect(scripts.filter((run) => /edge-serving (promote|rollback)/.test(run))).toEqual([]);
  expect(scripts.filter((run) => run.includes('edge-serving publish'))).toEqual([
    expect.stringContaining('--no-flip'),
  ]);
});

/** As a workflow writes an expression. */
const written = (expression: string) => `\${{ ${expression} }}`;

describe('expressions', () => {
  const context = new Map([
    ['vars.URL', 'http://a'],
    ['steps.ask.outcome', 'failure'],
  ]);

  test('stand for their values, or for nothing', () => {
    expect(interpolate(`${written('vars.URL')}/${written('vars.OTHER')}x`, context)).toBe('http://a/x');
    expect(() => interpolate(written('github.event.head_commit.message'), context)).toThrow('is not a name');
  });

  test.each([
    { condition: undefined, failed: false, runs: true },
    { condition: undefined, failed: true, runs: false },
    { condition: "vars.URL != ''", failed: false, runs: true },
    { condition: "vars.URL != ''", failed: true, runs: false },
    { condition: "vars.OTHER != ''", failed: false, runs: false },
    { condition: "failure() && steps.ask.outcome == 'failure'", failed: true, runs: true },
    { condition: "failure() && steps.ask.outcome == 'failure'", failed: false, runs: false },
    { condition: "failure() && steps.ask.outcome == 'success'", failed: true, runs: false },
  ])('decide whether a step runs: $condition after a failure: $failed', ({ condition, failed, runs }) => {
    expect(holds(condition && written(condition), context, failed)).toBe(runs);
  });
});
