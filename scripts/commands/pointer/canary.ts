import { trialCommand } from '../../pointer/trial_command.ts';

export const CANARY = trialCommand('canary');
