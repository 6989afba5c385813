import { trialCommand } from '../../pointer/trial_command.ts';

export const SHADOW = trialCommand('shadow');
