import { runTrialCommand } from '../../pointer/trial_command.ts';

await runTrialCommand({
  role: 'canary',
  description: 'Routes a share of the requests that name no version to another version, or ends that.',
});
