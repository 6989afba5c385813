import { deployCommand } from '../deploy/deploy_command.ts';

export const DEPLOY = deployCommand('serving');
