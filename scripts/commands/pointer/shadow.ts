import { runTrialCommand } from '../../pointer/trial_command.ts';

await runTrialCommand({
  role: 'shadow',
  description: 'Makes another version compute a share of the requests again, only to compare, or ends that.',
});
