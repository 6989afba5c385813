import { runDeployCommand } from './deploy/deploy_command.ts';

await runDeployCommand('deploy', 'Deploys the Worker that predicts.', undefined);
